/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The requests of the daemon to the client. Each attachment numbers its requests from the
 * beginning, but the client knows one attachment only. From the second attachment on, the ids are
 * changed, so that a late answer to a request of the first is not taken for an answer to one of the
 * second.
 */
#include "cli/bridge/mcp-cli-asks.h"

#include "cli/terminal/mcp-cli-json.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

struct _McpCliAsks
{
  GHashTable *open; /* (owned): char *id for the client -> char *id of the daemon, both JSON */
  guint n_renewed;
};

/**
 * mcp_cli_asks_new:
 *
 * Returns: (transfer full): a table without requests
 */
McpCliAsks *
mcp_cli_asks_new (void)
{
  McpCliAsks *self = g_new0 (McpCliAsks, 1);

  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * mcp_cli_asks_free:
 * @self: (transfer full): the requests
 */
void
mcp_cli_asks_free (McpCliAsks *self)
{
  g_hash_table_unref (self->open);
  g_free (self);
}

static GBytes *
replace (McpJsonSlice root, McpJsonSlice value, const char *id)
{
  gsize before = (gsize) (value.data - root.data);
  GString *text = g_string_sized_new (root.length + 16);

  g_string_append_len (text, root.data, (gssize) before);
  g_string_append (text, id);
  g_string_append_len (text, value.data + value.length,
                       (gssize) (root.length - before - value.length));
  return g_string_free_to_bytes (text);
}

/* The id for the client, a JSON value. */
static char *
build_id (McpCliAsks *self, McpJsonSlice id)
{
  g_autofree char *raw = g_strndup (id.data, id.length);
  g_autofree char *marked = NULL;
  GString *json;

  if (self->n_renewed == 0)
    return g_steal_pointer (&raw);
  marked = g_strdup_printf ("%u:%s", self->n_renewed, raw);
  json = g_string_new (NULL);
  mcp_json_append_string (json, marked);
  return g_string_free (json, FALSE);
}

/**
 * mcp_cli_asks_pass_request:
 * @self: the requests
 * @text: a request or a notification of the daemon
 * @root: the same
 *
 * Returns: (transfer full): the text for the client
 */
GBytes *
mcp_cli_asks_pass_request (McpCliAsks *self, GBytes *text, McpJsonSlice root)
{
  McpJsonSlice method, params, id;
  gboolean is_request = mcp_json_find (root, "id", &id);
  g_autofree char *shown = NULL;

  if (!is_request && (!mcp_json_find (root, "method", &method) ||
                      !mcp_json_string_equal (method, "notifications/cancelled") ||
                      !mcp_json_find_typed (root, "params", MCP_JSON_OBJECT, &params) ||
                      !mcp_json_find (params, "requestId", &id)))
    return g_bytes_ref (text);

  shown = build_id (self, id);
  if (is_request)
    g_hash_table_replace (self->open, g_strdup (shown), g_strndup (id.data, id.length));
  else
    g_hash_table_remove (self->open, shown);
  return self->n_renewed > 0 ? replace (root, id, shown) : g_bytes_ref (text);
}

/**
 * mcp_cli_asks_pass_answer:
 * @self: the requests
 * @text: the client's answer to a request
 *
 * Returns: (transfer full) (nullable): the text for the daemon; %NULL if the attachment that asked
 * has gone
 */
GBytes *
mcp_cli_asks_pass_answer (McpCliAsks *self, GBytes *text)
{
  g_autofree char *shown = NULL;
  g_autofree char *raw = NULL;
  McpJsonSlice root, id;

  if (!mcp_cli_json_parse_bytes (text, &root, NULL) || !mcp_json_find (root, "id", &id))
    return g_bytes_ref (text);

  shown = g_strndup (id.data, id.length);
  raw = g_strdup (g_hash_table_lookup (self->open, shown));
  g_hash_table_remove (self->open, shown);
  if (self->n_renewed == 0)
    return g_bytes_ref (text);
  return raw != NULL ? replace (root, id, raw) : NULL;
}

/**
 * mcp_cli_asks_renew:
 * @self: the requests
 *
 * The attachment has gone; the next requests come from another one.
 *
 * Returns: (transfer full) (element-type GBytes): a cancellation of each open request
 */
GPtrArray *
mcp_cli_asks_renew (McpCliAsks *self)
{
  GPtrArray *cancelled = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GHashTableIter iter;
  gpointer shown;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &shown, NULL))
    {
      g_autofree char *params = g_strdup_printf ("{\"requestId\":%s}", (char *) shown);

      g_ptr_array_add (cancelled,
                       mcp_jsonrpc_build_notification ("notifications/cancelled",
                                                       (McpJsonSlice){ params, strlen (params) }));
    }
  g_hash_table_remove_all (self->open);
  self->n_renewed++;
  return cancelled;
}

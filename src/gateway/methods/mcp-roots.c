/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a server may see (client/roots): the session's working directory, and what
 * the client itself lets it see.
 */
#include "gateway/methods/mcp-roots.h"

#include <string.h>

static void
append_cwd (GString *out, const char *uri, const char *cwd)
{
  g_autofree char *name = g_filename_display_basename (cwd);

  g_string_append (out, "{\"uri\":");
  mcp_json_append_string (out, uri);
  g_string_append (out, ",\"name\":");
  mcp_json_append_string (out, name);
  g_string_append_c (out, '}');
}

static gboolean
is_root (McpJsonSlice root, const char *uri)
{
  McpJsonSlice value;

  return mcp_json_get_type (root) == MCP_JSON_OBJECT &&
         mcp_json_find_typed (root, "uri", MCP_JSON_STRING, &value) &&
         mcp_json_string_equal (value, uri);
}

/**
 * mcp_roots_build:
 * @cwd: absolute
 * @others: the client's own result of roots/list, or %MCP_JSON_SLICE_NONE
 *
 * Returns: (transfer full): a result of roots/list: the directory first, then the client's own
 */
char *
mcp_roots_build (const char *cwd, McpJsonSlice others)
{
  g_autofree char *uri = g_filename_to_uri (cwd, NULL, NULL);
  GString *out = g_string_new ("{\"roots\":[");
  McpJsonSlice roots;
  McpJsonSlice root;
  McpJsonIter iter;
  gsize empty;

  if (uri != NULL)
    append_cwd (out, uri, cwd);
  empty = strlen ("{\"roots\":[");
  if (others.data != NULL && mcp_json_find_typed (others, "roots", MCP_JSON_ARRAY, &roots))
    {
      mcp_json_iter_init (&iter, roots);
      while (mcp_json_iter_next_element (&iter, &root))
        {
          if (uri != NULL && is_root (root, uri))
            continue;
          if (out->len > empty)
            g_string_append_c (out, ',');
          mcp_json_append_slice (out, root);
        }
    }
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}

typedef struct
{
  McpAsk *ask; /* (owned): the server's */
  char *cwd;   /* (owned) */
} Wrapped;

static void
wrapped_free (Wrapped *wrapped)
{
  g_object_unref (wrapped->ask);
  g_free (wrapped->cwd);
  g_free (wrapped);
}

/* A client that does not say leaves the working directory. */
static void
answered_cb (McpAsk *ask, const McpAskAnswer *answer, gpointer user_data)
{
  Wrapped *wrapped = user_data;
  g_autofree char *roots = mcp_roots_build (wrapped->cwd, answer->result);

  mcp_ask_answer_result (wrapped->ask, (McpJsonSlice){ roots, strlen (roots) });
}

static void
closed_cb (McpAsk *ask, McpAsk *wrapper)
{
  mcp_ask_withdraw (wrapper);
}

/**
 * mcp_roots_wrap:
 * @ask: a server's roots/list
 * @cwd: absolute
 *
 * Returns: (transfer full): the question to put to the client in its place; its answer, with the
 * directory added, answers @ask
 */
McpAsk *
mcp_roots_wrap (McpAsk *ask, const char *cwd)
{
  Wrapped *wrapped = g_new0 (Wrapped, 1);
  McpAsk *wrapper;

  wrapped->ask = g_object_ref (ask);
  wrapped->cwd = g_strdup (cwd);
  wrapper = mcp_ask_new (mcp_ask_get_method (ask), mcp_ask_get_params (ask),
                         mcp_ask_get_server_revision (ask), answered_cb, wrapped,
                         (GDestroyNotify) wrapped_free);
  g_signal_connect_object (ask, "closed", G_CALLBACK (closed_cb), wrapper, 0);
  return wrapper;
}

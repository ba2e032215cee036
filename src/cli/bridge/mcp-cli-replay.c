/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the daemon knows of a client by its attachment alone: log level and subscriptions. After a
 * restart of the daemon, the bridge repeats it to the next attachment, and the client is notified,
 * because it may have missed something.
 */
#include "cli/bridge/mcp-cli-replay.h"

#include "cli/terminal/mcp-cli-json.h"
#include "protocol/mcp-revision.h"

#include <string.h>

struct _McpCliReplay
{
  GBytes *level;             /* (owned) (nullable): the last logging/setLevel */
  GHashTable *subscriptions; /* (owned): char *uri -> GBytes *, its resources/subscribe */
  guint lists;               /* bits of lists[]: the lists whose changes the daemon notifies */
};

static const struct
{
  const char *capability;
  const char *wanted; /* in what subscriptions/listen asks for */
  const char *method;
} lists[] = {
  { "tools", "toolsListChanged", "notifications/tools/list_changed" },
  { "prompts", "promptsListChanged", "notifications/prompts/list_changed" },
  { "resources", "resourcesListChanged", "notifications/resources/list_changed" },
};

#define UPDATED "notifications/resources/updated"

/**
 * mcp_cli_replay_new:
 *
 * Returns: (transfer full): a replay without requests
 */
McpCliReplay *
mcp_cli_replay_new (void)
{
  McpCliReplay *self = g_new0 (McpCliReplay, 1);

  self->subscriptions =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  return self;
}

/**
 * mcp_cli_replay_free:
 * @self: (transfer full): a replay
 */
void
mcp_cli_replay_free (McpCliReplay *self)
{
  mcp_cli_replay_clear (self);
  g_hash_table_unref (self->subscriptions);
  g_free (self);
}

/**
 * mcp_cli_replay_clear:
 * @self: what the bridge repeats to its next attachment
 *
 * Forgets everything: the client sends another initialize.
 */
void
mcp_cli_replay_clear (McpCliReplay *self)
{
  g_clear_pointer (&self->level, g_bytes_unref);
  g_hash_table_remove_all (self->subscriptions);
  self->lists = 0;
}

/**
 * mcp_cli_replay_learn_capabilities:
 * @self: what the bridge repeats to its next attachment
 * @result: of an initialize
 */
void
mcp_cli_replay_learn_capabilities (McpCliReplay *self, McpJsonSlice result)
{
  McpJsonSlice capabilities, capability, value;

  self->lists = 0;
  if (!mcp_json_find_typed (result, "capabilities", MCP_JSON_OBJECT, &capabilities))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      if (mcp_json_find_typed (capabilities, lists[i].capability, MCP_JSON_OBJECT, &capability) &&
          mcp_json_find_typed (capability, "listChanged", MCP_JSON_BOOLEAN, &value) &&
          mcp_json_get_boolean (value))
        self->lists |= 1u << i;
    }
}

/**
 * mcp_cli_replay_learn:
 * @self: what the bridge repeats to its next attachment
 * @request: of a client that sent initialize
 * @result: of the answer
 */
void
mcp_cli_replay_learn (McpCliReplay *self, McpJsonrpcMessage *request, McpJsonSlice result)
{
  McpJsonSlice params = mcp_jsonrpc_message_get_params (request);
  const char *method = mcp_jsonrpc_message_get_method (request);
  GBytes *text = mcp_jsonrpc_message_get_text (request);
  g_autofree char *uri = params.data != NULL ? mcp_cli_json_dup_member (params, "uri") : NULL;

  if (strcmp (method, "initialize") == 0)
    mcp_cli_replay_learn_capabilities (self, result);
  else if (strcmp (method, "logging/setLevel") == 0 && params.data != NULL)
    {
      g_clear_pointer (&self->level, g_bytes_unref);
      self->level = g_bytes_ref (text);
    }
  else if (strcmp (method, "resources/subscribe") == 0 && uri != NULL)
    g_hash_table_replace (self->subscriptions, g_steal_pointer (&uri), g_bytes_ref (text));
  else if (strcmp (method, "resources/unsubscribe") == 0 && uri != NULL)
    g_hash_table_remove (self->subscriptions, uri);
}

/**
 * mcp_cli_replay_dup_requests:
 * @self: what the bridge repeats to its next attachment
 *
 * Returns: (transfer full) (element-type GBytes): the requests for another attachment
 */
GPtrArray *
mcp_cli_replay_dup_requests (McpCliReplay *self)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GHashTableIter iter;
  gpointer text;

  if (self->level != NULL)
    g_ptr_array_add (requests, g_bytes_ref (self->level));
  g_hash_table_iter_init (&iter, self->subscriptions);
  while (g_hash_table_iter_next (&iter, NULL, &text))
    g_ptr_array_add (requests, g_bytes_ref (text));
  return requests;
}

static void
write_notification (McpCliPipe *pipe,
                    const char *method,
                    const char *uri,
                    McpJsonSlice subscription)
{
  g_autoptr (GString) params = g_string_new ("{");
  g_autoptr (GBytes) text = NULL;

  if (uri != NULL)
    mcp_cli_json_add_string (params, "uri", uri);
  if (subscription.data != NULL)
    {
      g_autoptr (GString) meta = g_string_new ("{");

      mcp_cli_json_add_raw (meta, MCP_META_SUBSCRIPTION_ID, subscription.data,
                            (gssize) subscription.length);
      g_string_append_c (meta, '}');
      mcp_cli_json_add_raw (params, "_meta", meta->str, (gssize) meta->len);
    }
  g_string_append_c (params, '}');
  text = mcp_jsonrpc_build_notification (
      method, params->len > 2 ? (McpJsonSlice){ params->str, params->len } : MCP_JSON_SLICE_NONE);
  mcp_cli_pipe_write (pipe, text, MCP_CLI_PLACE_ANY);
}

/**
 * mcp_cli_replay_notify_client:
 * @self: what the bridge repeats to its next attachment
 * @pipe: to the client
 *
 * Sends the client a notification for each thing that it listens to, because nobody knows what has
 * changed in the meantime.
 */
void
mcp_cli_replay_notify_client (McpCliReplay *self, McpCliPipe *pipe)
{
  GHashTableIter iter;
  gpointer uri;

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      if (self->lists & 1u << i)
        write_notification (pipe, lists[i].method, NULL, MCP_JSON_SLICE_NONE);
    }
  g_hash_table_iter_init (&iter, self->subscriptions);
  while (g_hash_table_iter_next (&iter, &uri, NULL))
    write_notification (pipe, UPDATED, uri, MCP_JSON_SLICE_NONE);
}

/**
 * mcp_cli_replay_notify_listener:
 * @request: a subscriptions/listen that was sent again
 * @acknowledged: the acknowledgement of the daemon
 * @pipe: to the client
 *
 * As mcp_cli_replay_notify_client(), for a client of 2026-07-28.
 */
void
mcp_cli_replay_notify_listener (McpJsonrpcMessage *request,
                                McpJsonSlice acknowledged,
                                McpCliPipe *pipe)
{
  McpJsonSlice id = mcp_jsonrpc_message_get_id (request);
  McpJsonSlice params, wanted, value;
  McpJsonIter iter;

  if (!mcp_json_find_typed (acknowledged, "params", MCP_JSON_OBJECT, &params) ||
      !mcp_json_find_typed (params, "notifications", MCP_JSON_OBJECT, &wanted))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      if (mcp_json_find_typed (wanted, lists[i].wanted, MCP_JSON_BOOLEAN, &value) &&
          mcp_json_get_boolean (value))
        write_notification (pipe, lists[i].method, NULL, id);
    }
  if (!mcp_json_find_typed (wanted, "resourceSubscriptions", MCP_JSON_ARRAY, &value))
    return;
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &value))
    {
      g_autofree char *uri =
          mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value) : NULL;

      if (uri != NULL)
        write_notification (pipe, UPDATED, uri, id);
    }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the daemon knows of a client by its attachment alone, so that another attachment can be
 * told the same; and what the client is told then, because it may have missed something.
 */
#include "cli/bridge/mcp-cli-replay.h"

#include "cli/terminal/mcp-cli-json.h"
#include "protocol/mcp-revision.h"

#include <string.h>

struct _McpCliReplay
{
  GBytes *level;             /* (owned) (nullable): the last logging/setLevel */
  GHashTable *subscriptions; /* (owned): char *uri -> GBytes *, its resources/subscribe */
  guint lists;               /* of lists[]: those whose changes the daemon tells */
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
 * Returns: (transfer full): nothing to tell
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
 * @self: (transfer full): what to tell
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
 * @self: what to tell
 *
 * The client begins anew.
 */
void
mcp_cli_replay_clear (McpCliReplay *self)
{
  g_clear_pointer (&self->level, g_bytes_unref);
  g_hash_table_remove_all (self->subscriptions);
  self->lists = 0;
}

static void
learn_capabilities (McpCliReplay *self, McpJsonSlice result)
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
 * @self: what to tell
 * @item: a request of the client's
 * @result: what it was answered
 */
void
mcp_cli_replay_learn (McpCliReplay *self, McpCliBridgeItem *item, McpJsonSlice result)
{
  McpJsonSlice params = mcp_jsonrpc_message_get_params (item->message);
  g_autofree char *uri = NULL;

  if (mcp_cli_bridge_item_has_method (item, "initialize"))
    learn_capabilities (self, result);
  if (item->is_stateless || params.data == NULL)
    return;
  if (mcp_cli_bridge_item_has_method (item, "logging/setLevel"))
    {
      g_clear_pointer (&self->level, g_bytes_unref);
      self->level = g_bytes_ref (item->text);
      return;
    }
  if (!mcp_cli_bridge_item_has_method (item, "resources/subscribe") &&
      !mcp_cli_bridge_item_has_method (item, "resources/unsubscribe"))
    return;
  uri = mcp_cli_json_dup_member (params, "uri");
  if (uri == NULL)
    return;
  if (mcp_cli_bridge_item_has_method (item, "resources/subscribe"))
    g_hash_table_replace (self->subscriptions, g_steal_pointer (&uri), g_bytes_ref (item->text));
  else
    g_hash_table_remove (self->subscriptions, uri);
}

/**
 * mcp_cli_replay_dup_requests:
 * @self: what to tell
 *
 * Returns: (transfer full) (element-type GBytes): what another attachment is to be asked
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
 * mcp_cli_replay_tell_changes:
 * @self: what to tell
 * @pipe: to the client
 *
 * Tells the client of all that it listens to, for nobody can say what has changed meanwhile.
 */
void
mcp_cli_replay_tell_changes (McpCliReplay *self, McpCliPipe *pipe)
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
 * mcp_cli_replay_tell_listener:
 * @item: a subscriptions/listen that was sent again
 * @acknowledged: what the daemon says to it
 * @pipe: to the client
 *
 * As mcp_cli_replay_tell_changes(), for a client of 2026-07-28.
 */
void
mcp_cli_replay_tell_listener (McpCliBridgeItem *item, McpJsonSlice acknowledged, McpCliPipe *pipe)
{
  McpJsonSlice id = mcp_jsonrpc_message_get_id (item->message);
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

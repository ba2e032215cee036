/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/bridge/mcp-cli-bridge-item.h"

#include "cli/daemon/mcp-cli-stateless.h"

#include <string.h>

/**
 * mcp_cli_bridge_item_new:
 * @bridge: (nullable): whose it is
 * @kind: what it is for
 * @text: one line of the client's, in any form
 *
 * Returns: (transfer full): an item that was not sent
 */
McpCliBridgeItem *
mcp_cli_bridge_item_new (gpointer bridge, McpCliBridgeItemKind kind, GBytes *text)
{
  const McpJsonrpcLimits limits = { .max_depth = 256,
                                    .max_values = 10000000,
                                    .flags = MCP_JSON_SCAN_ALLOW_LONE_SURROGATES };
  McpCliBridgeItem *item = g_new0 (McpCliBridgeItem, 1);

  item->bridge = bridge;
  item->kind = kind;
  item->text = g_bytes_ref (text);
  item->message = mcp_jsonrpc_message_parse (text, &limits, NULL, NULL);
  if (item->message != NULL)
    {
      g_autofree char *revision = mcp_cli_stateless_dup_revision (item->message);

      item->is_stateless = revision != NULL;
    }
  return item;
}

/**
 * mcp_cli_bridge_item_free:
 * @item: (transfer full): an item; its exchange is dropped
 */
void
mcp_cli_bridge_item_free (McpCliBridgeItem *item)
{
  if (item->exchange != NULL)
    mcp_cli_exchange_cancel (item->exchange);
  g_clear_object (&item->exchange);
  mcp_cli_bridge_item_forget_stream (item);
  g_clear_pointer (&item->message, mcp_jsonrpc_message_unref);
  g_bytes_unref (item->text);
  g_free (item);
}

/**
 * mcp_cli_bridge_item_forget_stream:
 * @item: an item
 *
 * What it was answered so far does not count any more.
 */
void
mcp_cli_bridge_item_forget_stream (McpCliBridgeItem *item)
{
  g_clear_handle_id (&item->resume_id, g_source_remove);
  g_clear_pointer (&item->attachment_id, g_free);
  g_clear_pointer (&item->last_event_id, g_free);
  item->is_resumed = FALSE;
  item->n_resumes = 0;
}

/**
 * mcp_cli_bridge_item_is_listening:
 * @item: an item
 *
 * Returns: whether it is a request that is not meant to be answered, but to last
 */
gboolean
mcp_cli_bridge_item_is_listening (McpCliBridgeItem *item)
{
  return item->is_stateless && !item->is_answered && mcp_cli_bridge_item_is_request (item) &&
         mcp_cli_bridge_item_has_method (item, "subscriptions/listen");
}

/**
 * mcp_cli_bridge_item_is_request:
 * @item: an item
 *
 * Returns: whether the client waits for an answer; what nobody understands is answered too
 */
gboolean
mcp_cli_bridge_item_is_request (McpCliBridgeItem *item)
{
  return item->message == NULL ||
         mcp_jsonrpc_message_get_kind (item->message) == MCP_JSONRPC_REQUEST;
}

/**
 * mcp_cli_bridge_item_is_response:
 * @item: an item
 *
 * Returns: whether the client answers something by it
 */
gboolean
mcp_cli_bridge_item_is_response (McpCliBridgeItem *item)
{
  return item->message != NULL &&
         (mcp_jsonrpc_message_get_kind (item->message) == MCP_JSONRPC_RESULT ||
          mcp_jsonrpc_message_get_kind (item->message) == MCP_JSONRPC_FAILURE);
}

/**
 * mcp_cli_bridge_item_has_method:
 * @item: an item
 * @method: of MCP
 *
 * Returns: whether it is a request or notification of that
 */
gboolean
mcp_cli_bridge_item_has_method (McpCliBridgeItem *item, const char *method)
{
  return item->message != NULL &&
         g_strcmp0 (mcp_jsonrpc_message_get_method (item->message), method) == 0;
}

/**
 * mcp_cli_bridge_item_has_id:
 * @item: an item
 * @id: as the client writes it
 *
 * Returns: whether it is the request of that id
 */
gboolean
mcp_cli_bridge_item_has_id (McpCliBridgeItem *item, McpJsonSlice id)
{
  McpJsonSlice own;

  if (item->message == NULL || mcp_jsonrpc_message_get_kind (item->message) != MCP_JSONRPC_REQUEST)
    return FALSE;
  own = mcp_jsonrpc_message_get_id (item->message);
  return own.length == id.length && memcmp (own.data, id.data, id.length) == 0;
}

/**
 * mcp_cli_bridge_item_may_repeat:
 * @item: an item that may have reached the daemon
 *
 * Returns: whether nothing is done twice when it is sent again
 */
gboolean
mcp_cli_bridge_item_may_repeat (McpCliBridgeItem *item)
{
  return item->message != NULL && !mcp_cli_bridge_item_has_method (item, "tools/call");
}

/**
 * mcp_cli_bridge_item_build_failure:
 * @item: a request
 * @text: why it is not answered
 *
 * Returns: (transfer full): an answer that says so
 */
GBytes *
mcp_cli_bridge_item_build_failure (McpCliBridgeItem *item, const char *text)
{
  McpJsonSlice id = item->message != NULL ? mcp_jsonrpc_message_get_id (item->message)
                                          : (McpJsonSlice){ "null", 4 };

  return mcp_jsonrpc_build_error (id, MCP_JSONRPC_ERROR_INTERNAL, text, MCP_JSON_SLICE_NONE);
}

/**
 * mcp_cli_bridge_item_compare:
 * @a: an item
 * @b: an item
 * @user_data: unused
 *
 * Returns: which the client sent first, as a GCompareDataFunc
 */
int
mcp_cli_bridge_item_compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const McpCliBridgeItem *first = a;
  const McpCliBridgeItem *second = b;

  return first->sequence < second->sequence ? -1 : first->sequence > second->sequence;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One message of the client and its answer. An answer whose stream breaks while the daemon lives is
 * resumed: MCP 2025-11-25, basic/transports, "Resumability and Redelivery".
 */
#include "cli/bridge/mcp-cli-bridge-item.h"

#include "cli/daemon/mcp-cli-stateless.h"
#include "cli/terminal/mcp-cli-json.h"

#include <string.h>

/* Resumptions in a row that brought no message, and the time before each but the first. */
#define MAX_RESUMES     5
#define RESUME_AFTER_MS 200

/* A message that fails this often is the cause itself. */
#define MAX_TRIES 3

#define META_CLIENT_INFO "io.modelcontextprotocol/clientInfo"

/**
 * mcp_cli_bridge_item_new:
 * @text: one line of the client, in any form
 *
 * Returns: (transfer full): an item that was not sent
 */
McpCliBridgeItem *
mcp_cli_bridge_item_new (GBytes *text)
{
  const McpJsonrpcLimits limits = { .max_depth = 256,
                                    .max_values = 10000000,
                                    .flags = MCP_JSON_SCAN_ALLOW_LONE_SURROGATES };
  McpCliBridgeItem *item = g_new0 (McpCliBridgeItem, 1);

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
 * @item: (transfer full): an item; its exchange is cancelled
 */
void
mcp_cli_bridge_item_free (McpCliBridgeItem *item)
{
  mcp_cli_bridge_item_reset (item);
  g_clear_pointer (&item->message, mcp_jsonrpc_message_unref);
  g_bytes_unref (item->text);
  g_free (item);
}

/**
 * mcp_cli_bridge_item_reset:
 * @item: an item
 *
 * Makes the item as if it had not been sent: its exchange and its partial answer are dropped.
 */
void
mcp_cli_bridge_item_reset (McpCliBridgeItem *item)
{
  if (item->exchange != NULL)
    mcp_cli_exchange_cancel (item->exchange);
  g_clear_object (&item->exchange);
  g_clear_handle_id (&item->resume_id, g_source_remove);
  g_clear_pointer (&item->attachment_id, g_free);
  g_clear_pointer (&item->last_event_id, g_free);
  item->is_resumed = FALSE;
  item->n_resumes = 0;
}

static void start (McpCliBridgeItem *item, SoupMessage *message);

static void
note_last_id (McpCliBridgeItem *item)
{
  const char *id = mcp_cli_exchange_get_last_id (item->exchange);

  if (id == NULL)
    return;
  g_free (item->last_event_id);
  item->last_event_id = g_strdup (id);
}

/* An event id has a meaning for one attachment alone, and for the daemon that gave it. */
static gboolean
is_attached (McpCliBridgeItem *item)
{
  return item->attachment_id != NULL &&
         item->generation == mcp_cli_attachment_get_generation (item->attachment) &&
         g_strcmp0 (item->attachment_id, mcp_cli_attachment_get_id (item->attachment)) == 0;
}

/**
 * mcp_cli_bridge_item_lose_stream:
 * @item: an item in flight
 *
 * Another daemon has the attachment. What the item asked it for as the rest of its stream is no
 * part of the answer; if the item did not, nothing happens.
 */
void
mcp_cli_bridge_item_lose_stream (McpCliBridgeItem *item)
{
  if (!item->is_resumed || item->is_answered || item->exchange == NULL || is_attached (item))
    return;
  mcp_cli_exchange_cancel (item->exchange);
  item->funcs->lost (item, item->user_data);
}

static gboolean
resume_cb (gpointer user_data)
{
  McpCliBridgeItem *item = user_data;

  item->resume_id = 0;
  if (is_attached (item))
    start (item, mcp_cli_attachment_new_get (item->attachment, item->last_event_id));
  else
    item->funcs->lost (item, item->user_data);
  return G_SOURCE_REMOVE;
}

/* Returns: whether the rest of the answer will be asked for */
static gboolean
resume (McpCliBridgeItem *item, McpCliOutcome outcome)
{
  note_last_id (item);
  if (item->is_answered || !mcp_cli_bridge_item_is_request (item) || item->is_stateless ||
      item->last_event_id == NULL || !is_attached (item) || item->n_resumes >= MAX_RESUMES ||
      (outcome != MCP_CLI_OUTCOME_DONE && outcome != MCP_CLI_OUTCOME_BROKEN))
    return FALSE;

  g_clear_object (&item->exchange);
  item->resume_id = g_timeout_add (item->n_resumes == 0 ? 0 : RESUME_AFTER_MS, resume_cb, item);
  item->is_resumed = TRUE;
  item->n_resumes++;
  return TRUE;
}

static void
sent_cb (McpCliExchange *exchange, gpointer user_data)
{
  McpCliBridgeItem *item = user_data;

  item->funcs->sent (item, item->user_data);
}

static void
message_cb (McpCliExchange *exchange, GBytes *text, gpointer user_data)
{
  McpCliBridgeItem *item = user_data;

  item->n_resumes = 0;
  item->funcs->message (item, text, item->user_data);
}

static void
ended_cb (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data)
{
  McpCliBridgeItem *item = user_data;

  if (resume (item, outcome))
    return;
  if (item->is_resumed && !item->is_answered)
    item->funcs->lost (item, item->user_data);
  else
    item->funcs->ended (item, outcome, item->user_data);
}

static void
start (McpCliBridgeItem *item, SoupMessage *message)
{
  static const McpCliExchangeFuncs funcs = { sent_cb, message_cb, ended_cb };

  item->exchange = mcp_cli_exchange_new (message, &funcs, item);
  if (!mcp_cli_bridge_item_may_repeat (item) && !item->is_resumed)
    mcp_cli_exchange_forbid_repeat (item->exchange);
  mcp_cli_exchange_start (item->exchange, mcp_cli_attachment_get_soup (item->attachment));
}

/**
 * mcp_cli_bridge_item_send:
 * @item: an item that is queued
 * @attachment: where to; must outlive the item
 * @tool_headers: what tools want as headers
 * @funcs: static; called on the main context
 * @user_data: for @funcs
 */
void
mcp_cli_bridge_item_send (McpCliBridgeItem *item,
                          McpCliAttachment *attachment,
                          McpCliToolHeaders *tool_headers,
                          const McpCliBridgeItemFuncs *funcs,
                          gpointer user_data)
{
  gboolean has_id = !item->is_stateless && !mcp_cli_bridge_item_has_method (item, "initialize");
  SoupMessage *message = mcp_cli_attachment_new_post (attachment, item->text, has_id);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  item->funcs = funcs;
  item->user_data = user_data;
  item->attachment = attachment;
  if (item->is_stateless)
    mcp_cli_stateless_add_headers (item->message, headers);
  if (item->is_stateless && mcp_cli_bridge_item_has_method (item, "tools/call"))
    mcp_cli_tool_headers_add (tool_headers, item->message, headers);
  if (has_id)
    item->attachment_id = g_strdup (mcp_cli_attachment_get_id (attachment));
  item->generation = mcp_cli_attachment_get_generation (attachment);
  item->n_tries++;
  start (item, message);
}

/**
 * mcp_cli_bridge_item_dup_client_name:
 * @item: an item
 *
 * Returns: (transfer full) (nullable): how the client names itself in this message: its title, or
 *   else its name
 */
char *
mcp_cli_bridge_item_dup_client_name (McpCliBridgeItem *item)
{
  McpJsonSlice params, meta, info;
  char *title;

  if (item->message == NULL || mcp_jsonrpc_message_get_kind (item->message) != MCP_JSONRPC_REQUEST)
    return NULL;
  params = mcp_jsonrpc_message_get_params (item->message);
  if (params.data == NULL ||
      (!mcp_json_find_typed (params, "clientInfo", MCP_JSON_OBJECT, &info) &&
       (!mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta) ||
        !mcp_json_find_typed (meta, META_CLIENT_INFO, MCP_JSON_OBJECT, &info))))
    return NULL;
  title = mcp_cli_json_dup_member (info, "title");
  return title != NULL ? title : mcp_cli_json_dup_member (info, "name");
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
 * mcp_cli_bridge_item_may_retry:
 * @item: an item whose exchange has ended
 *
 * Returns: whether it may be sent once more: it is not answered, and has not failed too often
 */
gboolean
mcp_cli_bridge_item_may_retry (McpCliBridgeItem *item)
{
  return item->n_tries < MAX_TRIES && !item->is_answered && !mcp_cli_bridge_item_is_response (item);
}

/**
 * mcp_cli_bridge_item_note_acknowledgement:
 * @item: an item
 * @root: a message of the daemon for this item
 *
 * Returns: whether the message acknowledges a subscriptions/listen that the client knows to be open
 */
gboolean
mcp_cli_bridge_item_note_acknowledgement (McpCliBridgeItem *item, McpJsonSlice root)
{
  gboolean is_known = item->is_acknowledged;
  McpJsonSlice method;

  if (!mcp_cli_bridge_item_is_listening (item) || !mcp_json_find (root, "method", &method) ||
      !mcp_json_string_equal (method, "notifications/subscriptions/acknowledged"))
    return FALSE;
  item->n_tries = 0;
  item->is_acknowledged = TRUE;
  return is_known;
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

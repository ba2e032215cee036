/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What goes to the client: messages of the daemon, with the ids of its requests as the client knows
 * them, and errors in the place of answers that do not come.
 */
#include "cli/bridge/mcp-cli-delivery.h"

#include "cli/bridge/mcp-cli-asks.h"
#include "cli/terminal/mcp-cli-json.h"

struct _McpCliDelivery
{
  McpCliPipe *pipe; /* (unowned) */
  McpCliAsks *asks; /* (owned) */
};

/**
 * mcp_cli_delivery_new:
 * @pipe: to the client; must outlive the delivery
 *
 * Returns: (transfer full): a delivery
 */
McpCliDelivery *
mcp_cli_delivery_new (McpCliPipe *pipe)
{
  McpCliDelivery *self = g_new0 (McpCliDelivery, 1);

  self->pipe = pipe;
  self->asks = mcp_cli_asks_new ();
  return self;
}

/**
 * mcp_cli_delivery_free:
 * @self: (transfer full): a delivery
 */
void
mcp_cli_delivery_free (McpCliDelivery *self)
{
  mcp_cli_asks_free (self->asks);
  g_free (self);
}

static McpCliPlace
get_place (McpJsonSlice root)
{
  McpJsonSlice method;

  if (root.data == NULL)
    return MCP_CLI_PLACE_ANY;
  if (!mcp_json_find (root, "method", &method))
    return MCP_CLI_PLACE_APART;
  return mcp_json_string_equal (method, "notifications/progress") ? MCP_CLI_PLACE_AHEAD
                                                                  : MCP_CLI_PLACE_ANY;
}

/**
 * mcp_cli_delivery_pass:
 * @self: a delivery
 * @text: a message of the daemon
 *
 * Writes the message to the client.
 */
void
mcp_cli_delivery_pass (McpCliDelivery *self, GBytes *text)
{
  McpJsonSlice root = MCP_JSON_SLICE_NONE;
  McpJsonSlice method;
  gboolean has_method =
      mcp_cli_json_parse_bytes (text, &root, NULL) && mcp_json_find (root, "method", &method);
  g_autoptr (GBytes) passed =
      has_method ? mcp_cli_asks_pass_request (self->asks, text, root) : g_bytes_ref (text);

  mcp_cli_pipe_write (self->pipe, passed, get_place (root));
}

/**
 * mcp_cli_delivery_fail:
 * @self: a delivery
 * @item: a message of the client
 * @text: why there is no answer
 *
 * Answers the message with an error, if it is a request that is not answered yet.
 */
void
mcp_cli_delivery_fail (McpCliDelivery *self, McpCliBridgeItem *item, const char *text)
{
  g_autoptr (GBytes) answer = NULL;

  if (item->is_answered || !mcp_cli_bridge_item_is_request (item))
    return;
  item->is_answered = TRUE;
  answer = mcp_cli_bridge_item_build_failure (item, text);
  mcp_cli_pipe_write (self->pipe, answer, MCP_CLI_PLACE_APART);
}

/**
 * mcp_cli_delivery_refuse:
 * @self: a delivery
 * @item: a message of the client that the daemon refused with an HTTP error
 *
 * Answers the message with the daemon's JSON-RPC error, or with an error that says the same.
 */
void
mcp_cli_delivery_refuse (McpCliDelivery *self, McpCliBridgeItem *item)
{
  GBytes *body = mcp_cli_exchange_get_refusal (item->exchange);
  g_autoptr (GError) error = NULL;
  McpJsonSlice root, value;

  if (!mcp_cli_bridge_item_is_request (item))
    return;
  if (mcp_cli_json_parse_bytes (body, &root, NULL) && mcp_json_find (root, "jsonrpc", &value))
    {
      mcp_cli_pipe_write (self->pipe, body, MCP_CLI_PLACE_APART);
      return;
    }
  mcp_cli_connection_set_error (&error, mcp_cli_exchange_get_status (item->exchange), body);
  mcp_cli_delivery_fail (self, item, error->message);
}

/**
 * mcp_cli_delivery_withdraw_asks:
 * @self: a delivery
 *
 * Cancels the requests of an attachment that has gone.
 */
void
mcp_cli_delivery_withdraw_asks (McpCliDelivery *self)
{
  g_autoptr (GPtrArray) cancelled = mcp_cli_asks_renew (self->asks);

  for (guint i = 0; i < cancelled->len; i++)
    mcp_cli_pipe_write (self->pipe, g_ptr_array_index (cancelled, i), MCP_CLI_PLACE_ANY);
}

/**
 * mcp_cli_delivery_translate_answer:
 * @self: a delivery
 * @text: the client's answer to a request of the daemon
 *
 * Returns: (transfer full) (nullable): the answer for the daemon; %NULL if the attachment that
 * asked has gone
 */
GBytes *
mcp_cli_delivery_translate_answer (McpCliDelivery *self, GBytes *text)
{
  return mcp_cli_asks_pass_answer (self->asks, text);
}

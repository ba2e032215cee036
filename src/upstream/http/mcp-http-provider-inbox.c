/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the server says, on whichever stream. Everything here is called with a
 * reference on the provider held, since it runs foreign code.
 */
#include "mcp-http-provider-private.h"

#include "common/mcp-error.h"
#include "upstream/dialogue/mcp-provider-messages.h"

#include <string.h>

#define MAX_DEPTH 256

static const McpJsonrpcLimits parse_limits = {
  .max_depth = MAX_DEPTH,
  .max_values = G_MAXUINT, /* bounded by the message's size */
  .flags = MCP_JSON_SCAN_ALLOW_LONE_SURROGATES,
};

/**
 * mcp_http_provider_inbox_parse:
 * @text: what came
 * @id: (out) (optional): as mcp_jsonrpc_message_parse()
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the message
 */
McpJsonrpcMessage *
mcp_http_provider_inbox_parse (GBytes *text, char **id, GError **error)
{
  return mcp_jsonrpc_message_parse (text, &parse_limits, id, error);
}

/* Its text is not logged: it may hold a result. */
static void
take_malformed (McpHttpProvider *self, const char *id, const GError *error)
{
  gint64 number = 0;
  McpHttpProviderCall *call = NULL;

  if (id != NULL && mcp_json_get_int64 ((McpJsonSlice){ id, strlen (id) }, &number))
    call = g_hash_table_lookup (self->calls, &number);
  if (call != NULL && call->is_request)
    {
      g_autofree char *how =
          g_strdup_printf ("gave an answer that is no JSON-RPC message: %s", error->message);

      if (mcp_handshake_owns (&self->handshake, number))
        mcp_http_provider_start_take_failure (self, call, SOUP_STATUS_OK, how);
      else
        mcp_http_provider_run_fail_call (self, call, how);
    }
  else
    mcp_http_provider_run_count_stray (self, "what is no JSON-RPC message");
}

static void
take_answer (McpHttpProvider *self, McpJsonrpcMessage *message)
{
  g_autoptr (McpHttpProviderCall) call = NULL;
  McpHttpProviderCall *sent;
  gint64 id;

  if (!mcp_provider_messages_get_own_id (message, &id))
    {
      mcp_http_provider_run_count_stray (self, "an answer to an id that is not ours");
      return;
    }
  sent = g_hash_table_lookup (self->calls, &id);
  if (sent == NULL || !sent->is_request)
    {
      g_debug ("server %s: an answer to a request that is done for", self->config->name);
      return;
    }

  call = mcp_http_provider_call_ref (sent);
  if (mcp_handshake_owns (&self->handshake, id))
    {
      mcp_http_provider_start_take_answer (self, call, message);
      return;
    }
  mcp_backoff_reset (&self->backoff);
  mcp_http_provider_run_complete_call (self, call, message);
}

static void
take_notification (McpHttpProvider *self, gint64 id, McpJsonrpcMessage *message)
{
  if (mcp_http_provider_run_is_stateless (self) &&
      mcp_subscription_take_notification (&self->subscription, message))
    return;
  if (!mcp_provider_messages_take_notification (MCP_PROVIDER (self), self->pending, id, message))
    mcp_http_provider_run_count_stray (self, "progress of no request in flight");
}

static void
take_request (McpHttpProvider *self, gint64 id, McpJsonrpcMessage *message)
{
  g_autoptr (GBytes) response = NULL;

  if (self->state == MCP_PROVIDER_READY && mcp_http_provider_run_is_stateless (self))
    {
      mcp_http_provider_run_count_stray (self,
                                         "a request, which no server of its revision may make");
      return;
    }
  response = mcp_provider_messages_take_request (MCP_PROVIDER (self), self->pending, id, message,
                                                 self->cwd);
  if (response != NULL)
    mcp_http_provider_run_post (self, response);
}

static void
take_message (McpHttpProvider *self, gint64 id, McpJsonrpcMessage *message)
{
  switch (mcp_jsonrpc_message_get_kind (message))
    {
    case MCP_JSONRPC_RESULT:
    case MCP_JSONRPC_FAILURE:
      take_answer (self, message);
      break;
    case MCP_JSONRPC_NOTIFICATION:
      take_notification (self, id, message);
      break;
    case MCP_JSONRPC_REQUEST:
      take_request (self, id, message);
      break;
    }
}

static void
take_one (McpHttpProvider *self, gint64 id, GBytes *text)
{
  g_autofree char *malformed_id = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) message =
      mcp_http_provider_inbox_parse (text, &malformed_id, &error);

  if (message != NULL)
    take_message (self, id, message);
  else
    take_malformed (self, malformed_id, error);
}

static gboolean
is_batch (GBytes *text)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  while (length > 0 && strchr (" \t\r\n", *data) != NULL && *data != '\0')
    {
      data++;
      length--;
    }
  return length > 0 && *data == '[';
}

/**
 * mcp_http_provider_inbox_take:
 * @self: the provider; the caller holds it
 * @id: of the request whose stream brought it; 0: it came on the server's own
 * @text: one message, or an array of them, which servers of 2025-03-26 may send
 *   (basic/index, “Batching”)
 *
 * Takes what the server said.
 */
void
mcp_http_provider_inbox_take (McpHttpProvider *self, gint64 id, GBytes *text)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;
  McpJsonSlice element;
  McpJsonIter iter;
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  if (!is_batch (text))
    {
      take_one (self, id, text);
      return;
    }
  if (!mcp_json_scan (data, length, parse_limits.max_depth, parse_limits.max_values,
                      parse_limits.flags, &root, &error))
    {
      take_malformed (self, NULL, error);
      return;
    }
  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      g_autoptr (GBytes) part =
          g_bytes_new_from_bytes (text, (gsize) (element.data - data), element.length);

      take_one (self, id, part);
    }
}

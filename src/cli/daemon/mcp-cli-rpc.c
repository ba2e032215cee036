/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One MCP request and its answer, for commands that do nothing else meanwhile. The session's
 * default attachment takes it, so that nothing has to be initialized; our going cancels it.
 */
#include "cli/daemon/mcp-cli-rpc.h"

#include "common/mcp-error.h"
#include "protocol/mcp-sse-parser.h"

#include <glib/gi18n.h>
#include <string.h>

/* The daemon's own cap for an answer is lower: this only bounds a mistake. */
#define MAX_MESSAGE_BYTES (256 * 1024 * 1024)
#define READ_BYTES        (64 * 1024)

typedef struct
{
  McpCliRpcNotify notify; /* (nullable) */
  gpointer user_data;
  McpJsonrpcMessage *answer; /* (owned) (nullable) */
} Exchange;

static void
exchange_clear (Exchange *exchange)
{
  g_clear_pointer (&exchange->answer, mcp_jsonrpc_message_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exchange, exchange_clear)

static gboolean
take_message (Exchange *exchange, GBytes *text, GError **error)
{
  const McpJsonrpcLimits limits = { .max_depth = 256,
                                    .max_values = 10000000,
                                    .flags = MCP_JSON_SCAN_ALLOW_LONE_SURROGATES };
  g_autoptr (McpJsonrpcMessage) message = mcp_jsonrpc_message_parse (text, &limits, NULL, error);

  if (message == NULL)
    return FALSE;

  switch (mcp_jsonrpc_message_get_kind (message))
    {
    case MCP_JSONRPC_RESULT:
    case MCP_JSONRPC_FAILURE:
      g_clear_pointer (&exchange->answer, mcp_jsonrpc_message_unref);
      exchange->answer = g_steal_pointer (&message);
      break;
    case MCP_JSONRPC_NOTIFICATION:
      if (exchange->notify != NULL)
        exchange->notify (message, exchange->user_data);
      break;
    case MCP_JSONRPC_REQUEST: /* of a client that declared nothing, nothing is asked */
      break;
    }
  return TRUE;
}

static gboolean
take_events (Exchange *exchange, McpSseParser *parser, GBytes *chunk, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (chunk, &length);

  while (length > 0)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (McpSseEvent) event = mcp_sse_parser_next (parser, &data, &length, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (event != NULL && event->type == NULL && !take_message (exchange, event->data, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_stream (Exchange *exchange, GInputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autoptr (McpSseParser) parser = mcp_sse_parser_new (MAX_MESSAGE_BYTES);

  while (exchange->answer == NULL)
    {
      g_autoptr (GBytes) chunk = g_input_stream_read_bytes (stream, READ_BYTES, cancellable, error);

      if (chunk == NULL)
        return FALSE;
      if (g_bytes_get_size (chunk) == 0)
        break;
      if (!take_events (exchange, parser, chunk, error))
        return FALSE;
    }
  return TRUE;
}

static GBytes *
read_all (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();

  if (g_output_stream_splice (out, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, cancellable,
                              error) < 0)
    return NULL;
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
}

static GBytes *
dup_result (Exchange *exchange, GError **error)
{
  g_autofree char *text = NULL;
  McpJsonSlice result;

  if (exchange->answer == NULL)
    {
      g_set_error (
          error, MCP_ERROR, MCP_ERROR_CLOSED,
          _ ("The daemon ended the answer in the middle; did it stop, or the session end?"));
      return NULL;
    }
  if (mcp_jsonrpc_message_get_kind (exchange->answer) == MCP_JSONRPC_RESULT)
    {
      result = mcp_jsonrpc_message_get_result (exchange->answer);
      return g_bytes_new (result.data, result.length);
    }

  text = mcp_jsonrpc_message_dup_error_text (exchange->answer);
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text);
  return NULL;
}

static gboolean
read_answer (Exchange *exchange,
             SoupMessage *message,
             GInputStream *stream,
             GCancellable *cancellable,
             GError **error)
{
  const char *type =
      soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);
  g_autoptr (GBytes) body = NULL;
  guint status = soup_message_get_status (message);

  if (type != NULL && strcmp (type, "text/event-stream") == 0)
    return read_stream (exchange, stream, cancellable, error);

  body = read_all (stream, cancellable, error);
  if (body == NULL)
    return FALSE;
  /* JSON-RPC's own errors may come with any status. */
  if (take_message (exchange, body, SOUP_STATUS_IS_SUCCESSFUL (status) ? error : NULL) &&
      exchange->answer != NULL)
    return TRUE;
  if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    mcp_cli_connection_set_error (error, status, body);
  return FALSE;
}

/**
 * mcp_cli_rpc_call:
 * @connection: to the daemon
 * @session: whose tools are meant
 * @method: of MCP
 * @params: a JSON object
 * @notify: (nullable): told what comes before the answer
 * @user_data: for @notify
 * @cancellable: (nullable): ends the exchange, and with it the call
 * @error: return location; %MCP_ERROR_PROVIDER_FAILED where the answer is a JSON-RPC error
 *
 * Sends a request and waits for its answer, however long that takes.
 *
 * Returns: (transfer full) (nullable): the result, JSON
 */
GBytes *
mcp_cli_rpc_call (McpCliConnection *connection,
                  const McpCliSession *session,
                  const char *method,
                  const char *params,
                  McpCliRpcNotify notify,
                  gpointer user_data,
                  GCancellable *cancellable,
                  GError **error)
{
  g_auto (Exchange) exchange = { notify, user_data, NULL };
  g_autoptr (GBytes) request =
      mcp_jsonrpc_build_request (1, method, (McpJsonSlice){ params, strlen (params) });
  g_autofree char *body = g_strndup (g_bytes_get_data (request, NULL), g_bytes_get_size (request));
  g_autoptr (SoupMessage) message =
      mcp_cli_connection_new_message (connection, "POST", "/mcp", session, body);
  g_autoptr (GInputStream) stream = NULL;

  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept",
                                "application/json, text/event-stream");
  stream =
      soup_session_send (mcp_cli_connection_get_soup (connection), message, cancellable, error);
  if (stream == NULL)
    {
      g_prefix_error (error, _ ("The daemon does not answer: "));
      return NULL;
    }
  if (!read_answer (&exchange, message, stream, cancellable, error))
    return NULL;
  return dup_result (&exchange, error);
}

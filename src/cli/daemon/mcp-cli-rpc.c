/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One MCP request and its answer, for commands that do nothing else in the meantime. It goes to the
 * default attachment of the session, so that no handshake is needed; if the command ends, the
 * daemon cancels the request. A command that answers questions has an attachment of its own
 * (McpCliAttached).
 */
#include "cli/daemon/mcp-cli-rpc.h"

#include "cli/daemon/mcp-cli-exchange.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  McpCliConnection *connection; /* (unowned) */
  const McpCliRpcRequest *request;
  GMainLoop *loop;           /* (owned) */
  McpCliExchange *exchange;  /* (owned) */
  McpJsonrpcMessage *answer; /* (owned) (nullable) */
  GError *error;             /* (nullable) */
} Call;

static void
call_clear (Call *call)
{
  mcp_cli_exchange_cancel (call->exchange);
  g_object_unref (call->exchange);
  g_main_loop_unref (call->loop);
  g_clear_pointer (&call->answer, mcp_jsonrpc_message_unref);
  g_clear_error (&call->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static void
sent_cb (McpCliExchange *exchange, gpointer user_data)
{
}

/* A question of the daemon is answered by a message of its own, while the answer to the command's
 * request goes on. */
static void
answer_question (Call *call, McpJsonrpcMessage *question, GError **error)
{
  const McpCliRpcRequest *request = call->request;
  McpJsonSlice id = mcp_jsonrpc_message_get_id (question);
  g_autofree char *result =
      request->ask != NULL ? request->ask (question, request->user_data) : NULL;
  g_autoptr (GBytes) response =
      result != NULL
          ? mcp_jsonrpc_build_result (id, mcp_json_slice (result))
          : mcp_jsonrpc_build_error (id, -32601, "Method not found", MCP_JSON_SLICE_NONE);
  g_autofree char *body =
      g_strndup (g_bytes_get_data (response, NULL), g_bytes_get_size (response));
  g_autoptr (SoupMessage) message = mcp_cli_connection_new_message (
      call->connection, "POST", request->path, request->session, body);
  g_autoptr (GBytes) taken = NULL;

  mcp_cli_rpc_set_headers (message, request->attachment_id);
  taken = soup_session_send_and_read (mcp_cli_connection_get_soup (call->connection), message, NULL,
                                      error);
}

static void
take_message (Call *call, GBytes *text, GError **error)
{
  const McpJsonrpcLimits limits = { .max_depth = 256,
                                    .max_values = 10000000,
                                    .flags = MCP_JSON_SCAN_ALLOW_LONE_SURROGATES };
  g_autoptr (McpJsonrpcMessage) message = mcp_jsonrpc_message_parse (text, &limits, NULL, error);

  if (message == NULL)
    return;
  switch (mcp_jsonrpc_message_get_kind (message))
    {
    case MCP_JSONRPC_RESULT:
    case MCP_JSONRPC_FAILURE:
      g_clear_pointer (&call->answer, mcp_jsonrpc_message_unref);
      call->answer = g_steal_pointer (&message);
      g_main_loop_quit (call->loop);
      break;
    case MCP_JSONRPC_NOTIFICATION:
      if (call->request->notify != NULL)
        call->request->notify (message, call->request->user_data);
      break;
    case MCP_JSONRPC_REQUEST:
      answer_question (call, message, error);
      break;
    }
}

static void
message_cb (McpCliExchange *exchange, GBytes *text, gpointer user_data)
{
  Call *call = user_data;

  if (call->error == NULL)
    take_message (call, text, &call->error);
}

static void
ended_cb (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data)
{
  Call *call = user_data;

  if (call->answer == NULL && call->error == NULL)
    {
      GBytes *body = mcp_cli_exchange_get_refusal (exchange);

      /* Errors of JSON-RPC come with any status. */
      if (outcome == MCP_CLI_OUTCOME_REFUSED)
        take_message (call, body, NULL);
      if (outcome == MCP_CLI_OUTCOME_REFUSED && call->answer == NULL)
        mcp_cli_connection_set_error (&call->error, mcp_cli_exchange_get_status (exchange), body);
      else if (call->answer == NULL)
        g_set_error (&call->error, MCP_ERROR, MCP_ERROR_CLOSED,
                     _ ("The daemon did not complete its answer: it was stopped, or the session "
                        "was closed"));
    }
  g_main_loop_quit (call->loop);
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Call *call = user_data;

  if (call->answer == NULL && call->error == NULL)
    g_cancellable_set_error_if_cancelled (cancellable, &call->error);
  g_main_loop_quit (call->loop);
  return G_SOURCE_REMOVE;
}

static void
run (Call *call, SoupSession *soup, GCancellable *cancellable)
{
  g_autoptr (GSource) source = g_cancellable_source_new (cancellable);

  g_source_set_callback (source, G_SOURCE_FUNC (cancelled_cb), call, NULL);
  g_source_attach (source, NULL);
  mcp_cli_exchange_start (call->exchange, soup);
  g_main_loop_run (call->loop);
  g_source_destroy (source);
}

static GBytes *
take_result (Call *call, GError **error)
{
  if (call->answer != NULL)
    return mcp_jsonrpc_message_ref_result (call->answer, error);
  g_propagate_error (error, g_steal_pointer (&call->error));
  return NULL;
}

/* Unique among the processes of this machine, because all commands of a session share its default
 * attachment. */
static gint64
make_id (void)
{
  static guint n_ids;

  return ((gint64) getpid () << 20) + n_ids++;
}

/**
 * mcp_cli_rpc_set_headers:
 * @message: a request to the daemon's MCP endpoint
 * @attachment_id: (nullable): the attachment that it belongs to
 */
void
mcp_cli_rpc_set_headers (SoupMessage *message, const char *attachment_id)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_replace (headers, "Accept", "application/json, text/event-stream");
  if (attachment_id == NULL)
    return;
  soup_message_headers_replace (headers, "Mcp-Session-Id", attachment_id);
  soup_message_headers_replace (headers, "MCP-Protocol-Version", MCP_CLI_RPC_REVISION);
}

static SoupMessage *
new_message (McpCliConnection *connection, const McpCliRpcRequest *request)
{
  McpJsonSlice params = mcp_json_slice (request->params);
  g_autoptr (GBytes) text = mcp_jsonrpc_build_request (make_id (), request->method, params);
  g_autofree char *body = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  SoupMessage *message =
      mcp_cli_connection_new_message (connection, "POST", request->path, request->session, body);

  mcp_cli_rpc_set_headers (message, request->attachment_id);
  return message;
}

/**
 * mcp_cli_rpc_send:
 * @connection: to the daemon
 * @request: what is asked
 * @new_attachment_id: (out) (optional) (nullable) (transfer full): the attachment that the daemon
 *   has made for an `initialize`
 * @cancellable: (nullable): cancels the request; may be cancelled from any thread
 * @error: return location; %MCP_ERROR_PROVIDER_FAILED if the answer is a JSON-RPC error
 *
 * Sends a request and waits for its answer without a time-out. Runs the default main context until
 * then.
 *
 * Returns: (transfer full) (nullable): the result, JSON
 */
GBytes *
mcp_cli_rpc_send (McpCliConnection *connection,
                  const McpCliRpcRequest *request,
                  char **new_attachment_id,
                  GCancellable *cancellable,
                  GError **error)
{
  static const McpCliExchangeFuncs funcs = { sent_cb, message_cb, ended_cb };
  g_auto (Call) call = { connection, request, g_main_loop_new (NULL, FALSE) };

  call.exchange = mcp_cli_exchange_new (new_message (connection, request), &funcs, &call);
  mcp_cli_exchange_forbid_repeat (call.exchange);
  run (&call, mcp_cli_connection_get_soup (connection), cancellable);
  if (new_attachment_id != NULL)
    *new_attachment_id = g_strdup (mcp_cli_exchange_get_header (call.exchange, "Mcp-Session-Id"));
  return take_result (&call, error);
}

/**
 * mcp_cli_rpc_call:
 * @connection: to the daemon
 * @session: the session
 * @method: of MCP
 * @params: a JSON object
 * @notify: (nullable): called for each notification before the answer
 * @user_data: for @notify
 * @cancellable: (nullable): cancels the request; may be cancelled from any thread
 * @error: return location
 *
 * As mcp_cli_rpc_send(), to the default attachment of the session.
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
  const McpCliRpcRequest request = {
    .path = "/mcp",
    .session = session,
    .method = method,
    .params = params,
    .notify = notify,
    .user_data = user_data,
  };

  return mcp_cli_rpc_send (connection, &request, NULL, cancellable, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One MCP request and its answer, for commands that do nothing else in the meantime. It goes to the
 * default attachment of the session, so that no handshake is needed; if the command ends, the
 * daemon cancels the request.
 */
#include "cli/daemon/mcp-cli-rpc.h"

#include "cli/daemon/mcp-cli-exchange.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  McpCliRpcNotify notify; /* (nullable) */
  gpointer user_data;
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
      if (call->notify != NULL)
        call->notify (message, call->user_data);
      break;
    case MCP_JSONRPC_REQUEST: /* the daemon asks nothing of a client without capabilities */
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
  g_autofree char *text = NULL;
  McpJsonSlice result;

  if (call->answer == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&call->error));
      return NULL;
    }
  if (mcp_jsonrpc_message_get_kind (call->answer) == MCP_JSONRPC_RESULT)
    {
      result = mcp_jsonrpc_message_get_result (call->answer);
      return g_bytes_new (result.data, result.length);
    }
  text = mcp_jsonrpc_message_dup_error_text (call->answer);
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text);
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

static SoupMessage *
new_message (McpCliConnection *connection,
             const McpCliSession *session,
             const char *method,
             const char *params)
{
  g_autoptr (GBytes) request =
      mcp_jsonrpc_build_request (make_id (), method, (McpJsonSlice){ params, strlen (params) });
  g_autofree char *body = g_strndup (g_bytes_get_data (request, NULL), g_bytes_get_size (request));
  SoupMessage *message = mcp_cli_connection_new_message (connection, "POST", "/mcp", session, body);

  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept",
                                "application/json, text/event-stream");
  return message;
}

/**
 * mcp_cli_rpc_call:
 * @connection: to the daemon
 * @session: the session
 * @method: of MCP
 * @params: a JSON object
 * @notify: (nullable): called for each notification before the answer
 * @user_data: for @notify
 * @cancellable: cancels the request; may be cancelled from any thread
 * @error: return location; %MCP_ERROR_PROVIDER_FAILED if the answer is a JSON-RPC error
 *
 * Sends a request and waits for its answer without a time-out. Runs the default main context until
 * then.
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
  static const McpCliExchangeFuncs funcs = { sent_cb, message_cb, ended_cb };
  g_auto (Call) call = { notify, user_data, g_main_loop_new (NULL, FALSE) };

  call.exchange =
      mcp_cli_exchange_new (new_message (connection, session, method, params), &funcs, &call);
  mcp_cli_exchange_forbid_repeat (call.exchange);
  run (&call, mcp_cli_connection_get_soup (connection), cancellable);
  return take_result (&call, error);
}

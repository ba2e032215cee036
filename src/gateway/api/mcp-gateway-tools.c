/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tools for callers that speak no MCP.
 */

#include "common/mcp-error.h"
#include "gateway/methods/mcp-progress-token.h"
#include "mcp-gateway-private.h"

#include <string.h>

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  McpCatalogue *catalogue = MCP_CATALOGUE (source);
  McpSession *session = g_task_get_task_data (task);
  GError *error = NULL;

  if (mcp_catalogue_prepare_finish (catalogue, result, &error))
    g_task_return_pointer (
        task,
        mcp_catalogue_build_list (catalogue, MCP_ITEM_TOOL, session, MCP_REVISION_NEWEST_HANDSHAKE),
        (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_gateway_list_tools_async:
 * @self: the gateway
 * @session: who asks
 * @cancellable: (nullable): ends the waiting
 * @callback: (scope async): when the list is there
 * @user_data: for @callback
 *
 * Lists the tools of a session. Servers never seen before are started for it,
 * and waited for 30 s at most.
 */
void
mcp_gateway_list_tools_async (McpGateway *self,
                              McpSession *session,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (MCP_IS_SESSION (session));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_list_tools_async);
  g_task_set_task_data (task, g_object_ref (session), g_object_unref);
  if (!mcp_session_is_closed (session))
    mcp_session_touch (session);
  mcp_catalogue_prepare_async (mcp_gateway_get_services (self)->catalogue, session, NULL,
                               cancellable, prepared_cb, task);
}

/**
 * mcp_gateway_list_tools_finish:
 * @self: the gateway
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_CANCELLED; %MCP_ERROR_CLOSED when the session ended.
 *
 * Returns: (transfer full): JSON, the result of tools/list: {"tools":[…]}
 */
GBytes *
mcp_gateway_list_tools_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cancelled_cb (GCancellable *cancellable, McpCall *call)
{
  mcp_call_cancel (call);
}

static void
return_answer (GTask *task, McpJsonrpcMessage *answer)
{
  McpJsonSlice result = mcp_jsonrpc_message_get_result (answer);
  g_autofree char *text = NULL;

  if (mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_RESULT)
    {
      g_task_return_pointer (task, g_bytes_new (result.data, result.length),
                             (GDestroyNotify) g_bytes_unref);
      return;
    }

  text = mcp_jsonrpc_message_dup_error_text (answer);
  g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "%s", text);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  McpCall *call = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  GError *error = NULL;

  if (cancellable != NULL)
    g_signal_handlers_disconnect_by_func (cancellable, cancelled_cb, call);

  answer = mcp_running_calls_run_finish (MCP_RUNNING_CALLS (source), result, &error);
  if (answer != NULL)
    return_answer (task, answer);
  else
    g_task_return_error (task, error);
}

/* The params of a tools/call. */
static char *
build_params (McpGateway *self, const char *name, const char *arguments_json, GError **error)
{
  const McpLimits *limits = mcp_gateway_get_limits (self);
  g_autoptr (GString) params = g_string_new ("{\"name\":");
  g_autoptr (GError) scan_error = NULL;
  McpJsonSlice arguments;

  mcp_json_append_string (params, name);
  if (arguments_json != NULL)
    {
      if (!mcp_json_scan (arguments_json, strlen (arguments_json), limits->json_depth,
                          limits->json_values, MCP_JSON_SCAN_DEFAULT, &arguments, &scan_error))
        {
          g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       "The arguments are no JSON: %s", scan_error->message);
          return NULL;
        }
      if (mcp_json_get_type (arguments) != MCP_JSON_OBJECT)
        {
          g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                               "The arguments must be a JSON object");
          return NULL;
        }
      g_string_append (params, ",\"arguments\":");
      mcp_json_append_slice (params, arguments);
    }
  g_string_append_c (params, '}');

  return g_string_free (g_steal_pointer (&params), FALSE);
}

static void
start_call (McpGateway *self, McpSession *session, const McpCallFields *fields, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  McpRunningCalls *running_calls = mcp_gateway_get_services (self)->running_calls;
  McpCall *call = mcp_running_calls_new_call (running_calls, session, fields);

  g_task_set_task_data (task, call, g_object_unref);
  if (cancellable != NULL)
    {
      g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), call);
      if (g_cancellable_is_cancelled (cancellable))
        mcp_call_cancel (call);
    }
  mcp_running_calls_run_async (running_calls, call, called_cb, task);
}

/**
 * mcp_gateway_call_tool_async:
 * @self: the gateway
 * @session: who calls
 * @name: exposed name of the tool
 * @arguments_json: (nullable): a JSON object; %NULL: none
 * @options: (nullable): the rest
 * @cancellable: (nullable): withdraws the call
 * @callback: (scope async): when the call has ended
 * @user_data: for @callback
 *
 * Calls a tool; the session's watchers hear of it as of any other call.
 */
void
mcp_gateway_call_tool_async (McpGateway *self,
                             McpSession *session,
                             const char *name,
                             const char *arguments_json,
                             const McpCallOptions *options,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autofree char *params = NULL;
  McpCallFields fields = { .name = name };
  GError *error = NULL;
  GTask *task;

  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (MCP_IS_SESSION (session));
  g_return_if_fail (name != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_call_tool_async);
  g_task_set_check_cancellable (task, FALSE); /* the call says better why it ended */

  if (options != NULL)
    {
      fields.token = options->progress_token;
      fields.client = options->client;
      fields.timeout_ms = options->timeout_ms;
    }
  params = build_params (self, name, arguments_json, &error);
  if (params == NULL || !mcp_progress_token_check (fields.token, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  fields.params = (McpJsonSlice){ params, strlen (params) };
  if (!mcp_session_is_closed (session))
    mcp_session_touch (session);
  start_call (self, session, &fields, task);
}

/**
 * mcp_gateway_call_tool_finish:
 * @self: the gateway
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS; %MCP_ERROR_NOT_FOUND for a tool that does
 * not exist, or not for the session; %MCP_ERROR_LIMIT_EXCEEDED;
 * %MCP_ERROR_PROVIDER_FAILED, also where the server answered by an error;
 * %MCP_ERROR_CANCELLED; %MCP_ERROR_CLOSED when the session ended.
 *
 * Returns: (transfer full): JSON, the result of tools/call as the server gave it
 */
GBytes *
mcp_gateway_call_tool_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mcp_gateway_build_held_tools:
 * @self: the gateway
 * @provider: name of a server
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full) (nullable): a JSON array of the tools that are held back since their
 *   server is pinned, as the server lists them
 */
char *
mcp_gateway_build_held_tools (McpGateway *self, const char *provider, GError **error)
{
  char *held;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);

  held = mcp_catalogue_build_held (mcp_gateway_get_services (self)->catalogue, provider);
  if (held == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 "There is no server “%s” that is switched on", provider);
  return held;
}

/**
 * mcp_gateway_accept_tools:
 * @self: the gateway
 * @provider: name of a server
 * @held: what mcp_gateway_build_held_tools() told of it
 * @error: return location
 *
 * Takes a server's tools as they were shown; not what it has become since.
 *
 * Errors: %MCP_ERROR_NOT_FOUND; %MCP_ERROR_INVALID_ARGUMENTS where it has others now.
 *
 * Returns: whether they are accepted
 */
gboolean
mcp_gateway_accept_tools (McpGateway *self, const char *provider, const char *held, GError **error)
{
  g_autofree char *now = mcp_gateway_build_held_tools (self, provider, error);

  if (now == NULL)
    return FALSE;
  if (strcmp (now, held) != 0)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "Server “%s” has changed its tools again since they were shown; look once more",
                   provider);
      return FALSE;
    }
  return mcp_catalogue_accept (mcp_gateway_get_services (self)->catalogue, provider);
}

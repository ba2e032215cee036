/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tools for callers that speak no MCP.
 */

#include "common/mcp-error.h"
#include "gateway/catalogue/mcp-catalogue-resolve.h"
#include "gateway/methods/mcp-progress-token.h"
#include "mcp-gateway-private.h"

#include <string.h>

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  GBytes *list = mcp_catalogue_list_finish (MCP_CATALOGUE (source), result, &error);

  if (list != NULL)
    g_task_return_pointer (task, list, (GDestroyNotify) g_bytes_unref);
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
 * Lists the tools of a session. Servers never seen before are started for it, and waited for
 * as long as an MCP client's list waits.
 */
void
mcp_gateway_list_tools_async (McpGateway *self,
                              McpSession *session,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (McpClient) client = NULL;
  GTask *task;

  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (MCP_IS_SESSION (session));

  client = mcp_client_new (session, MCP_REVISION_NEWEST_HANDSHAKE, NULL);
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_list_tools_async);
  if (!mcp_session_is_closed (session))
    mcp_session_touch (session);
  mcp_catalogue_list_async (mcp_gateway_get_services (self)->catalogue, MCP_ITEM_TOOL, client,
                            cancellable, listed_cb, task);
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

/* A call of a caller that speaks no MCP, while it runs. */
typedef struct
{
  McpServices *services;     /* (owned) */
  McpClient *client;         /* (owned) */
  McpParams *params;         /* (owned) */
  McpCall *call;             /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned): of the call */
  gulong cancelled_id;       /* of the caller's */
  guint timeout_ms;
  pid_t pid; /* of the caller; 0: not known */
} ToolCall;

static void
tool_call_free (gpointer data)
{
  ToolCall *self = data;

  mcp_services_unref (self->services);
  mcp_client_unref (self->client);
  mcp_params_unref (self->params);
  g_clear_object (&self->call);
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
caller_cancelled_cb (GCancellable *cancellable, ToolCall *self)
{
  g_cancellable_cancel (self->cancellable);
}

/* The caller's cancellable belongs to the caller: the call has its own. */
static void
follow_caller (ToolCall *self, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;

  self->cancelled_id =
      g_signal_connect (cancellable, "cancelled", G_CALLBACK (caller_cancelled_cb), self);
  if (g_cancellable_is_cancelled (cancellable))
    g_cancellable_cancel (self->cancellable);
}

static void
return_answer (GTask *task, McpJsonrpcMessage *answer)
{
  GError *error = NULL;
  GBytes *result = mcp_jsonrpc_message_ref_result (answer, &error);

  if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
done_cb (const McpServerAnswer *answer, const GError *error, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ToolCall *self = g_task_get_task_data (task);

  g_clear_signal_handler (&self->cancelled_id, g_task_get_cancellable (task));
  if (answer != NULL)
    return_answer (task, answer->message);
  else if (g_error_matches (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_PARAMS))
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "%s", error->message);
  else
    g_task_return_error (task, g_error_copy (error));
}

/* Callers without MCP hear of progress as the session's watchers do, and cannot be asked anything.
 */

static void
ignore_progress (const McpProgressReport *report, gpointer user_data)
{
}

static void
ignore_tell (const char *text, gpointer user_data)
{
}

static void
ignore_log (McpJsonSlice params, gpointer user_data)
{
}

static void
refuse_ask (McpAsk *ask, gpointer user_data)
{
  mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND,
                        "The client cannot be asked anything", MCP_JSON_SLICE_NONE);
}

static void
find_process_cb (McpProcessFoundFunc found, gpointer found_data, gpointer user_data)
{
  const ToolCall *self = g_task_get_task_data (G_TASK (user_data));

  found (self->pid, found_data);
}

static const McpRelayFuncs relay_funcs = {
  .find_process = find_process_cb,
  .progress = ignore_progress,
  .tell = ignore_tell,
  .log = ignore_log,
  .ask = refuse_ask,
  .done = done_cb,
};

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ToolCall *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpTarget) target =
      mcp_catalogue_resolve_finish (MCP_CATALOGUE (source), result, &error);

  if (target == NULL)
    {
      mcp_call_abandon (self->call);
      done_cb (NULL, error, g_steal_pointer (&task));
      return;
    }
  mcp_params_set_string (self->params, MCP_PARAM_NAME, target->name);
  mcp_running_calls_run (self->services->running_calls, self->call, target, self->params,
                         self->timeout_ms, &relay_funcs, g_steal_pointer (&task));
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

static ToolCall *
tool_call_new (McpGateway *self, McpSession *session, char *params, const McpCallOptions *options)
{
  ToolCall *call = g_new0 (ToolCall, 1);

  call->services = mcp_services_ref (mcp_gateway_get_services (self));
  call->client = mcp_client_new (session, MCP_REVISION_UNKNOWN, options->client);
  call->params = mcp_params_new_take (params);
  call->cancellable = g_cancellable_new ();
  call->timeout_ms = options->timeout_ms;
  call->pid = options->pid;
  return call;
}

static void
start_call (ToolCall *self, const char *name, GVariant *token, GTask *task)
{
  GError *error = NULL;

  follow_caller (self, g_task_get_cancellable (task));
  self->call = mcp_running_calls_begin (self->services->running_calls, self->client, name, token,
                                        self->cancellable, &error);
  if (self->call == NULL)
    {
      done_cb (NULL, error, task);
      g_error_free (error);
      return;
    }
  mcp_catalogue_resolve_async (self->services->catalogue, self->client, MCP_ITEM_TOOL, name,
                               self->params, self->cancellable, NULL, resolved_cb, task);
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
  const McpCallOptions none = { 0 };
  GError *error = NULL;
  ToolCall *call;
  GTask *task;
  char *params;

  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (MCP_IS_SESSION (session));
  g_return_if_fail (name != NULL);

  if (options == NULL)
    options = &none;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_call_tool_async);
  g_task_set_check_cancellable (task, FALSE); /* the call says better why it ended */

  params = mcp_progress_token_check (options->progress_token, &error)
               ? build_params (self, name, arguments_json, &error)
               : NULL;
  if (params == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  if (!mcp_session_is_closed (session))
    mcp_session_touch (session);
  call = tool_call_new (self, session, params, options);
  g_task_set_task_data (task, call, tool_call_free);
  start_call (call, name, options->progress_token, task);
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
 * @held: what mcp_gateway_build_held_tools() returned for it
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-running-calls.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"
#include "gateway/call/mcp-trace-context.h"
#include "protocol/mcp-param-headers.h"

struct _McpRunningCalls
{
  GObject parent_instance;

  McpProviderPool *pool;   /* (owned) */
  McpCatalogue *catalogue; /* (owned) */
  guint max_seconds;       /* of every call; 0: for ever */
  guint timeout_ms;        /* of calls for which nobody says otherwise; 0: the provider's */
  gint64 started_us;       /* real time */
  guint64 n_calls;
  McpCallHistory *history; /* (owned) (nullable) */
  GHashTable *running;     /* (owned): McpCall (unowned) -> gint64 (owned): since when, monotonic */
  McpCallStats stats;
};

G_DEFINE_FINAL_TYPE (McpRunningCalls, mcp_running_calls, G_TYPE_OBJECT)

/**
 * mcp_running_calls_new_call:
 * @self: the running calls
 * @session: where the call is made
 * @fields: what it is; copied
 *
 * Makes a call with an id that is unique for ever: the history's next one. Without
 * a history, the moment when this running calls was made, in µs, tells it from all earlier
 * ones, a counter from its own.
 *
 * Returns: (transfer full): the call
 */
McpCall *
mcp_running_calls_new_call (McpRunningCalls *self, McpSession *session, const McpCallFields *fields)
{
  g_autofree char *call_id = NULL;
  McpCall *call;

  if (self->history != NULL)
    call_id = mcp_call_history_next_id (self->history);
  else
    call_id = g_strdup_printf ("c-%" G_GINT64_MODIFIER "x-%" G_GUINT64_FORMAT, self->started_us,
                               ++self->n_calls);
  call = mcp_call_new (session, call_id, fields);
  mcp_call_set_history (call, self->history);
  return call;
}

/**
 * mcp_running_calls_choose_timeout:
 * @self: the running calls
 * @config: a server
 *
 * Returns: how long a request to it may take without an answer or progress, in ms; 0: the
 * provider's default
 */
guint
mcp_running_calls_choose_timeout (McpRunningCalls *self, McpServerConfig *config)
{
  if (config->timeout_seconds > 0)
    return MIN (config->timeout_seconds, G_MAXUINT / 1000) * 1000;

  return self->timeout_ms;
}

static guint
choose_timeout (McpRunningCalls *self, McpCall *call, McpServerConfig *config)
{
  if (mcp_call_get_timeout (call) > 0)
    return mcp_call_get_timeout (call);

  return mcp_running_calls_choose_timeout (self, config);
}

static void
log_call (McpCall *call, const char *server, const char *how)
{
  g_autofree char *trace = mcp_trace_context_dup_id (mcp_call_get_params (call));
  const McpLogSubject subject = {
    .session = mcp_session_get_id (mcp_call_get_session (call)),
    .call = mcp_call_get_id (call),
    .provider = server,
    .trace = trace,
  };

  mcp_log (G_LOG_LEVEL_INFO, &subject, "call %s of %s: %s", subject.call, mcp_call_get_name (call),
           how);
}

static void
begin_running (McpRunningCalls *self, McpCall *call, const char *server)
{
  gint64 now = g_get_monotonic_time ();

  log_call (call, server, "begins");
  g_hash_table_insert (self->running, call, g_memdup2 (&now, sizeof now));
}

static void
end_running (McpRunningCalls *self, McpCall *call)
{
  const gint64 *since = g_hash_table_lookup (self->running, call);
  const gint64 duration_us = g_get_monotonic_time () - *since;
  McpProgressState state = mcp_call_get_state (call);
  g_autofree char *how =
      g_strdup_printf ("%s after %" G_GINT64_FORMAT " ms", mcp_progress_state_to_string (state),
                       duration_us / G_TIME_SPAN_MILLISECOND);

  log_call (call, mcp_call_get_server (call), how);
  mcp_call_stats_add (&self->stats, state, duration_us);
  g_hash_table_remove (self->running, call);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  McpJsonrpcMessage *message = mcp_call_run_finish (MCP_CALL (source), result, &error);

  end_running (g_task_get_source_object (task), MCP_CALL (source));
  if (message != NULL)
    g_task_return_pointer (task, message, (GDestroyNotify) mcp_jsonrpc_message_unref);
  else
    g_task_return_error (task, error);
}

/* server/tools, "Tool" of 2025-11-25: tools that cannot be called otherwise */
static gboolean
needs_task (McpJsonSlice tool)
{
  McpJsonSlice execution;
  McpJsonSlice support;

  return mcp_json_find_typed (tool, "execution", MCP_JSON_OBJECT, &execution) &&
         mcp_json_find_typed (execution, "taskSupport", MCP_JSON_STRING, &support) &&
         mcp_json_string_equal (support, "required");
}

static gboolean
try_run (McpRunningCalls *self, McpCall *call, GTask *task)
{
  McpCatalogueItem found;
  McpCallTarget target = { 0 };
  g_autoptr (McpServerConfig) config = NULL;
  g_autofree char *tool = NULL;
  g_auto (GStrv) headers = NULL;

  if (!mcp_catalogue_find (self->catalogue, MCP_ITEM_TOOL, mcp_call_get_session (call),
                           mcp_call_get_name (call), &found))
    return FALSE;

  /* watchers hear of the start in there, and may change the configuration */
  target.config = config = mcp_server_config_ref (found.config);
  target.tool = tool = g_strdup (found.name);
  target.timeout_ms = choose_timeout (self, call, config);
  target.max_seconds = self->max_seconds;
  headers = mcp_param_headers_build (found.json, mcp_call_get_params (call));
  target.param_headers = (const char *const *) headers;
  target.as_task = needs_task (found.json);
  begin_running (self, call, config->name);
  mcp_call_run_async (call, self->pool, &target, called_cb, g_object_ref (task));
  return TRUE;
}

static void
return_unknown (McpCall *call, GTask *task)
{
  mcp_call_abandon (call);
  g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_NOT_FOUND, "Unknown tool: %s",
                           mcp_call_get_name (call));
}

/* That a server cannot be asked does not mean that it has no such tool. */
static void
return_unlisted (McpRunningCalls *self, McpCall *call, McpServerConfig *config, GTask *task)
{
  McpServerStatus status;

  mcp_provider_pool_get_status (self->pool, config->name, &status);
  mcp_call_abandon (call);
  if (status.last_error != NULL)
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "%s", status.last_error);
  else
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                             "Server “%s” has not told its tools yet", config->name);
}

static void
return_missing (McpRunningCalls *self, McpCall *call, GTask *task)
{
  const char *name = mcp_call_get_name (call);
  McpServerConfig *config;

  if ((config = mcp_catalogue_find_unlisted (self->catalogue, name)) != NULL)
    return_unlisted (self, call, config, task);
  else if ((config = mcp_catalogue_find_held (self->catalogue, name)) != NULL)
    {
      mcp_call_abandon (call);
      g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                               "Tool “%s” is new or has changed since its owner agreed to it; "
                               "“mcp-session server accept %s” shows it, and accepts it",
                               name, config->name);
    }
  else
    return_unknown (call, task);
}

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  McpRunningCalls *self = g_task_get_source_object (task);
  McpCall *call = g_task_get_task_data (task);
  GError *error = NULL;

  if (!mcp_catalogue_prepare_finish (MCP_CATALOGUE (source), result, &error))
    {
      mcp_call_abandon (call);
      g_task_return_error (task, error);
    }
  else if (!try_run (self, call, task))
    return_missing (self, call, task);
}

/**
 * mcp_running_calls_run_async:
 * @self: the running calls
 * @call: (transfer none): a new call
 * @callback: (scope async): when it has ended
 * @user_data: for @callback
 *
 * Makes a call. A tool that is not known is looked for at the servers that could
 * have it and were never listed; watchers hear of the call once the tool is known.
 */
void
mcp_running_calls_run_async (McpRunningCalls *self,
                             McpCall *call,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  McpSession *session = mcp_call_get_session (call);
  GError *error = NULL;

  g_task_set_source_tag (task, mcp_running_calls_run_async);
  g_task_set_task_data (task, g_object_ref (call), g_object_unref);

  if (!mcp_call_begin (call, &error))
    {
      if (g_error_matches (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED))
        self->stats.n_over_limit++;
      g_task_return_error (task, error);
    }
  else if (!mcp_session_allows_tool (session, mcp_call_get_name (call)))
    return_unknown (call, task);
  else if (!try_run (self, call, task))
    mcp_catalogue_prepare_async (self->catalogue, session, mcp_call_get_name (call),
                                 mcp_call_get_cancellable (call), prepared_cb, g_object_ref (task));
}

/**
 * mcp_running_calls_run_finish:
 * @self: the running calls
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND for a tool that does not exist, or not for the
 * session; %MCP_ERROR_LIMIT_EXCEEDED; those of mcp_call_run_finish().
 *
 * Returns: (transfer full): the server's answer: a result, an object, or an error of its own
 */
McpJsonrpcMessage *
mcp_running_calls_run_finish (McpRunningCalls *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mcp_running_calls_get_catalogue:
 * @self: the running calls
 *
 * Returns: (transfer none): which tools there are
 */
McpCatalogue *
mcp_running_calls_get_catalogue (McpRunningCalls *self)
{
  return self->catalogue;
}

/**
 * mcp_running_calls_set_history:
 * @self: the running calls
 * @history: (nullable): gets a record of each call, and gives it its id
 */
void
mcp_running_calls_set_history (McpRunningCalls *self, McpCallHistory *history)
{
  g_set_object (&self->history, history);
}

/**
 * mcp_running_calls_get_history:
 * @self: the running calls
 *
 * Returns: (transfer none) (nullable): the history
 */
McpCallHistory *
mcp_running_calls_get_history (McpRunningCalls *self)
{
  return self->history;
}

/**
 * mcp_running_calls_get_stats:
 * @self: the running calls
 *
 * Returns: (transfer none): what has become of its calls
 */
const McpCallStats *
mcp_running_calls_get_stats (McpRunningCalls *self)
{
  return &self->stats;
}

/**
 * mcp_running_calls_get_n:
 * @self: the running calls
 *
 * Returns: how many calls have started and not ended
 */
guint
mcp_running_calls_get_n (McpRunningCalls *self)
{
  return g_hash_table_size (self->running);
}

/**
 * mcp_running_calls_foreach:
 * @self: the running calls
 * @func: called for each call that runs, in no order; starts and ends none
 * @user_data: for @func
 */
void
mcp_running_calls_foreach (McpRunningCalls *self, McpRunningCallsFunc func, gpointer user_data)
{
  GHashTableIter iter;
  gpointer call, since;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &call, &since))
    func (call, *(const gint64 *) since, user_data);
}

/**
 * mcp_running_calls_set_max_seconds:
 * @self: the running calls
 * @max_seconds: how long a call may take, whatever progress it reports; 0: for ever
 */
void
mcp_running_calls_set_max_seconds (McpRunningCalls *self, guint max_seconds)
{
  self->max_seconds = max_seconds;
}

/**
 * mcp_running_calls_set_timeout:
 * @self: the running calls
 * @timeout_ms: how long a call may take without an answer or progress; 0: the provider's default
 *
 * Takes a new default, for the next calls.
 */
void
mcp_running_calls_set_timeout (McpRunningCalls *self, guint timeout_ms)
{
  self->timeout_ms = timeout_ms;
}

static void
mcp_running_calls_finalize (GObject *object)
{
  McpRunningCalls *self = MCP_RUNNING_CALLS (object);

  g_hash_table_unref (self->running);
  g_clear_object (&self->history);
  g_object_unref (self->catalogue);
  g_object_unref (self->pool);

  G_OBJECT_CLASS (mcp_running_calls_parent_class)->finalize (object);
}

static void
mcp_running_calls_class_init (McpRunningCallsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_running_calls_finalize;
}

static void
mcp_running_calls_init (McpRunningCalls *self)
{
  self->started_us = g_get_real_time ();
  self->running = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

/**
 * mcp_running_calls_new:
 * @pool: where the providers are
 * @catalogue: which tools there are
 *
 * Returns: (transfer full): the running calls
 */
McpRunningCalls *
mcp_running_calls_new (McpProviderPool *pool, McpCatalogue *catalogue)
{
  McpRunningCalls *self = g_object_new (MCP_TYPE_RUNNING_CALLS, NULL);

  self->pool = g_object_ref (pool);
  self->catalogue = g_object_ref (catalogue);
  return self;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-running-calls.h"

#include "common/mcp-error.h"

struct _McpRunningCalls
{
  GObject parent_instance;

  McpProviderPool *pool; /* (owned) */
  guint max_seconds;     /* of every call; 0: no limit */
  guint timeout_ms;      /* of calls for which nobody says otherwise; 0: the provider's */
  gint64 started_us;     /* real time */
  guint64 n_calls;
  McpCallHistory *history; /* (owned) (nullable) */
  McpConsentDesk *desk;    /* (owned) (nullable) */
  GHashTable *running;     /* (owned): McpCall (unowned): those that run */
  McpCallStats stats;
  gboolean is_stopped; /* the owner allows no calls */
};

enum
{
  SIGNAL_CALL_ENDED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpRunningCalls, mcp_running_calls, G_TYPE_OBJECT)

/* An id that no other call ever has: the history's next one. Without a history, the moment when
 * the register was made, in µs, tells its calls from all earlier ones, a counter from each other.
 */
static char *
make_call_id (McpRunningCalls *self)
{
  if (self->history != NULL)
    return mcp_call_history_next_id (self->history);

  return g_strdup_printf ("c-%" G_GINT64_MODIFIER "x-%" G_GUINT64_FORMAT, self->started_us,
                          ++self->n_calls);
}

/**
 * mcp_running_calls_begin:
 * @self: the register
 * @client: the client that calls
 * @name: the tool's exposed name
 * @token: (nullable): progress token of the caller: x, t or s
 * @cancellable: withdraws the call
 * @error: return location
 *
 * Makes a call, and counts it in its session. mcp_running_calls_run() or mcp_call_abandon()
 * follows.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED; %MCP_ERROR_CLOSED.
 *
 * Returns: (transfer full) (nullable): the call; %NULL: the session takes no more
 */
McpCall *
mcp_running_calls_begin (McpRunningCalls *self,
                         McpClient *client,
                         const char *name,
                         GVariant *token,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autofree char *call_id = NULL;
  g_autoptr (McpCall) call = NULL;
  GError *refusal = NULL;

  if (self->is_stopped)
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                           "The owner has stopped all tool calls for now");
      return NULL;
    }
  call_id = make_call_id (self);
  call = mcp_call_new (client, call_id, name, token);
  mcp_call_set_history (call, self->history);
  mcp_call_set_desk (call, self->desk);
  if (mcp_call_begin (call, cancellable, &refusal))
    return g_steal_pointer (&call);

  if (g_error_matches (refusal, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED))
    self->stats.n_over_limit++;
  g_propagate_error (error, refusal);
  return NULL;
}

static void
ended_cb (McpCall *call, gpointer user_data)
{
  McpRunningCalls *self = user_data;

  mcp_call_stats_add (&self->stats, mcp_call_get_state (call),
                      g_get_monotonic_time () - mcp_call_get_started_at (call));
  g_hash_table_remove (self->running, call);
  g_signal_emit (self, signals[SIGNAL_CALL_ENDED], 0, call);
  g_object_unref (self); /* taken by mcp_running_calls_run() */
}

/**
 * mcp_running_calls_run:
 * @self: the register
 * @call: a call that mcp_running_calls_begin() made
 * @target: what is called
 * @params: of the tools/call, as the server is to see them
 * @timeout_ms: without an answer or progress, as the caller wishes; 0: the server's or the
 *   daemon's default
 * @funcs: static: the way back
 * @user_data: for @funcs
 *
 * Runs a call within the daemon's limits, and keeps it in the register until it ends. As
 * mcp_call_run().
 */
void
mcp_running_calls_run (McpRunningCalls *self,
                       McpCall *call,
                       McpTarget *target,
                       McpParams *params,
                       guint timeout_ms,
                       const McpRelayFuncs *funcs,
                       gpointer user_data)
{
  if (timeout_ms == 0)
    timeout_ms = mcp_running_calls_choose_timeout (self, target);
  mcp_call_set_times (call, timeout_ms, self->max_seconds);
  mcp_call_set_ended (call, ended_cb, g_object_ref (self));
  g_hash_table_add (self->running, call);
  mcp_call_run (call, self->pool, target, params, funcs, user_data);
}

/**
 * mcp_running_calls_cancel:
 * @self: the register
 * @call_id: any text
 *
 * Returns: whether a call of that id runs; it is cancelled then
 */
gboolean
mcp_running_calls_cancel (McpRunningCalls *self, const char *call_id)
{
  GHashTableIter iter;
  gpointer call;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &call, NULL))
    if (g_str_equal (mcp_call_get_id (call), call_id))
      {
        mcp_call_cancel (call);
        return TRUE;
      }
  return FALSE;
}

/**
 * mcp_running_calls_stop:
 * @self: the register
 *
 * Cancels all calls that run; from now on mcp_running_calls_begin() refuses, by
 * %MCP_ERROR_LIMIT_EXCEEDED.
 */
void
mcp_running_calls_stop (McpRunningCalls *self)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer call;

  self->is_stopped = TRUE;
  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &call, NULL))
    g_ptr_array_add (calls, g_object_ref (call));
  for (guint i = 0; i < calls->len; i++)
    mcp_call_cancel (calls->pdata[i]);
}

/**
 * mcp_running_calls_release:
 * @self: the register
 *
 * Ends what mcp_running_calls_stop() began.
 */
void
mcp_running_calls_release (McpRunningCalls *self)
{
  self->is_stopped = FALSE;
}

/**
 * mcp_running_calls_is_stopped:
 * @self: the register
 *
 * Returns: whether new calls are refused
 */
gboolean
mcp_running_calls_is_stopped (McpRunningCalls *self)
{
  return self->is_stopped;
}

/**
 * mcp_running_calls_choose_timeout:
 * @self: the register
 * @target: where a request goes
 *
 * Returns: how long the request may take without an answer or progress, in ms; 0: the provider's
 * default
 */
guint
mcp_running_calls_choose_timeout (McpRunningCalls *self, McpTarget *target)
{
  return target->timeout_ms > 0 ? target->timeout_ms : self->timeout_ms;
}

/**
 * mcp_running_calls_set_history:
 * @self: the register
 * @history: (nullable): gets a record of each call, and gives it its id
 */
void
mcp_running_calls_set_history (McpRunningCalls *self, McpCallHistory *history)
{
  g_set_object (&self->history, history);
}

/**
 * mcp_running_calls_set_desk:
 * @self: the register
 * @desk: (nullable): judges the next calls
 */
void
mcp_running_calls_set_desk (McpRunningCalls *self, McpConsentDesk *desk)
{
  g_set_object (&self->desk, desk);
}

/**
 * mcp_running_calls_get_history:
 * @self: the register
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
 * @self: the register
 *
 * Returns: (transfer none): how its calls ended
 */
const McpCallStats *
mcp_running_calls_get_stats (McpRunningCalls *self)
{
  return &self->stats;
}

/**
 * mcp_running_calls_get_n:
 * @self: the register
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
 * @self: the register
 * @func: called for each call that runs, in no order; starts and ends none
 * @user_data: for @func
 */
void
mcp_running_calls_foreach (McpRunningCalls *self, McpRunningCallsFunc func, gpointer user_data)
{
  GHashTableIter iter;
  gpointer call;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &call, NULL))
    func (call, user_data);
}

/**
 * mcp_running_calls_set_max_seconds:
 * @self: the register
 * @max_seconds: how long a call may take, whatever progress it reports; 0: no limit
 */
void
mcp_running_calls_set_max_seconds (McpRunningCalls *self, guint max_seconds)
{
  self->max_seconds = max_seconds;
}

/**
 * mcp_running_calls_set_timeout:
 * @self: the register
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
  g_clear_object (&self->desk);
  g_object_unref (self->pool);

  G_OBJECT_CLASS (mcp_running_calls_parent_class)->finalize (object);
}

static void
mcp_running_calls_class_init (McpRunningCallsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_running_calls_finalize;

  signals[SIGNAL_CALL_ENDED] =
      g_signal_new ("call-ended", MCP_TYPE_RUNNING_CALLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, MCP_TYPE_CALL);
}

static void
mcp_running_calls_init (McpRunningCalls *self)
{
  self->started_us = g_get_real_time ();
  self->running = g_hash_table_new (NULL, NULL);
}

/**
 * mcp_running_calls_new:
 * @pool: where the providers are
 *
 * Returns: (transfer full): a register without calls
 */
McpRunningCalls *
mcp_running_calls_new (McpProviderPool *pool)
{
  McpRunningCalls *self = g_object_new (MCP_TYPE_RUNNING_CALLS, NULL);

  self->pool = g_object_ref (pool);
  return self;
}

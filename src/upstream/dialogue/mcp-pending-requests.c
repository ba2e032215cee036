/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Each request has its deadline, its cancellable and a function for its progress. Its task is
 * returned exactly once, after its entry has gone, as the last thing that a function does here: the
 * callback may drop everything.
 */
#include "upstream/dialogue/mcp-pending-requests.h"

#include "common/mcp-error.h"
#include "common/mcp-timer.h"
#include "upstream/dialogue/mcp-provider-request.h"

#include <string.h>

/* One timer serves all requests: to make one for each would cost more than most requests take. It
 * may fire too early, since requests end before their deadlines, and is set again then. */
struct _McpPendingRequests
{
  McpProvider *provider; /* (unowned): owns us */
  GHashTable *table;     /* (owned): gint64 *id -> Pending */
  GSource *timer;        /* (owned) */
  gint64 timer_us;       /* when it fires, monotonic; NEVER */
  McpServerAsks *asks;   /* (owned) */
  McpPendingAbandonedFunc abandoned;
  gpointer user_data;
};

#define NEVER G_MAXINT64

typedef struct
{
  gint64 id;                 /* the key points here */
  McpPendingRequests *owner; /* (unowned) */
  GTask *task;               /* (owned) */
  McpProviderProgressFunc progress;
  gpointer user_data;       /* of @progress */
  McpProviderRequest *kept; /* (owned) (nullable): to be sent later, or once more */
  gboolean is_repeated;
  gboolean is_paused; /* the server waits for a client, not the other way round */
  guint timeout_ms;
  gint64 deadline_us;        /* monotonic; NEVER until the request was sent */
  GCancellable *cancellable; /* (owned) (nullable) */
  gulong cancelled_id;
  gboolean is_withdrawn; /* by its caller */
} Pending;

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  if (pending->cancellable != NULL)
    g_clear_signal_handler (&pending->cancelled_id, pending->cancellable);
  g_clear_object (&pending->cancellable);
  g_clear_pointer (&pending->kept, mcp_provider_request_free);
  g_clear_object (&pending->task);
  g_free (pending);
}

/* Removes the entry. Returns: (transfer full) (nullable): its task */
static GTask *
take_task (McpPendingRequests *self, gint64 id)
{
  Pending *pending = g_hash_table_lookup (self->table, &id);
  GTask *task;

  if (pending == NULL)
    return NULL;
  task = g_steal_pointer (&pending->task);
  mcp_server_asks_remove (self->asks, id);
  g_hash_table_remove (self->table, &id);
  return task;
}

static void
abandon (Pending *pending, const char *reason, GError *error)
{
  McpPendingRequests *self = pending->owner;
  g_autoptr (McpProvider) provider = g_object_ref (self->provider);
  gint64 id = pending->id;
  g_autoptr (GTask) task = take_task (self, id);

  self->abandoned (id, reason, self->user_data);
  g_task_return_error (task, error);
}

/* Has the timer fire at that time at the latest. */
static void
wake_at (McpPendingRequests *self, gint64 time_us)
{
  if (time_us >= self->timer_us)
    return;
  self->timer_us = time_us;
  g_source_set_ready_time (self->timer, time_us);
}

/* The caller may be anywhere: what follows has to wait for the main loop. */
static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  Pending *pending = data;

  pending->is_withdrawn = TRUE;
  wake_at (pending->owner, 0);
}

static void
restart_time (Pending *pending)
{
  pending->deadline_us = g_get_monotonic_time () + pending->timeout_ms * (gint64) 1000;
  wake_at (pending->owner, pending->deadline_us);
}

static void
pause_cb (gint64 id, gpointer user_data)
{
  McpPendingRequests *self = user_data;
  Pending *pending = g_hash_table_lookup (self->table, &id);

  pending->is_paused = TRUE;
}

static void
resume_cb (gint64 id, gpointer user_data)
{
  McpPendingRequests *self = user_data;
  Pending *pending = g_hash_table_lookup (self->table, &id);

  pending->is_paused = FALSE;
  if (pending->deadline_us != NEVER)
    restart_time (pending);
}

static gint64
get_end_us (Pending *pending)
{
  if (pending->is_withdrawn)
    return 0;
  return pending->is_paused ? NEVER : pending->deadline_us;
}

/* Returns: (transfer full) (element-type gint64): those that end now. Sets the timer for the
   others */
static GArray *
find_ended (McpPendingRequests *self)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  Pending *pending;

  g_hash_table_iter_init (&iter, self->table);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &pending))
    if (get_end_us (pending) <= now_us)
      g_array_append_val (ids, pending->id);
    else
      wake_at (self, get_end_us (pending));
  return ids;
}

static void
end_request (Pending *pending)
{
  if (pending->is_withdrawn)
    abandon (pending, "the caller withdrew the request",
             g_error_new_literal (MCP_ERROR, MCP_ERROR_CANCELLED, "The call was withdrawn"));
  else
    abandon (pending, "the request took too long",
             g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                          "Server “%s” gave neither an answer nor progress for %g s",
                          mcp_provider_get_name (pending->owner->provider),
                          pending->timeout_ms / 1000.0));
}

static gboolean
timer_cb (gpointer data)
{
  McpPendingRequests *self = data;
  g_autoptr (McpProvider) guard = g_object_ref (self->provider);
  g_autoptr (GArray) ids = NULL;

  self->timer_us = NEVER;
  g_source_set_ready_time (self->timer, -1);
  ids = find_ended (self);
  for (guint i = 0; i < ids->len; i++)
    {
      Pending *pending = g_hash_table_lookup (self->table, &g_array_index (ids, gint64, i));

      if (pending != NULL)
        end_request (pending);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };

/**
 * mcp_pending_requests_new:
 * @provider: (transfer none): owns what is made here; the tasks' source object
 * @abandoned: to tell the server
 * @user_data: for @abandoned
 *
 * Returns: (transfer full): an empty table
 */
McpPendingRequests *
mcp_pending_requests_new (McpProvider *provider,
                          McpPendingAbandonedFunc abandoned,
                          gpointer user_data)
{
  static const McpServerAsksFuncs asks_funcs = { pause_cb, resume_cb };
  McpPendingRequests *self = g_new0 (McpPendingRequests, 1);

  self->provider = provider;
  self->abandoned = abandoned;
  self->user_data = user_data;
  self->asks = mcp_server_asks_new (provider, &asks_funcs, self);
  self->table = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, pending_free);
  self->timer_us = NEVER;
  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  mcp_timer_attach (self->timer, "call-deadline", timer_cb, self);
  return self;
}

/**
 * mcp_pending_requests_free:
 * @self: (transfer full): an empty table: each task keeps the provider, and so this, alive
 */
void
mcp_pending_requests_free (McpPendingRequests *self)
{
  mcp_timer_clear (&self->timer);
  g_hash_table_unref (self->table);
  mcp_server_asks_free (self->asks);
  g_free (self);
}

/**
 * mcp_pending_requests_get_asks:
 * @self: a table
 *
 * Returns: (transfer none): what the server asks for the sake of these requests
 */
McpServerAsks *
mcp_pending_requests_get_asks (McpPendingRequests *self)
{
  return self->asks;
}

/**
 * mcp_pending_requests_get_size:
 * @self: a table
 *
 * Returns: how many requests have no answer yet
 */
guint
mcp_pending_requests_get_size (McpPendingRequests *self)
{
  return g_hash_table_size (self->table);
}

static void
watch_cancellable (Pending *pending)
{
  GCancellable *cancellable = g_task_get_cancellable (pending->task);

  if (cancellable == NULL)
    return;
  pending->cancellable = g_object_ref (cancellable);
  pending->cancelled_id =
      g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), pending);
  if (g_cancellable_is_cancelled (cancellable))
    cancelled_cb (cancellable, pending);
}

/**
 * mcp_pending_requests_add:
 * @self: a table
 * @id: not in the table
 * @task: (transfer full): returned when the request ends; its cancellable withdraws it
 * @request: only its functions are kept
 * @timeout_ms: without an answer or progress, counted from mcp_pending_requests_start_timer()
 */
void
mcp_pending_requests_add (McpPendingRequests *self,
                          gint64 id,
                          GTask *task,
                          const McpProviderRequest *request,
                          guint timeout_ms)
{
  Pending *pending = g_new0 (Pending, 1);

  pending->id = id;
  pending->owner = self;
  pending->task = task;
  pending->progress = request->progress;
  pending->user_data = request->user_data;
  pending->timeout_ms = timeout_ms;
  pending->deadline_us = NEVER;
  g_hash_table_insert (self->table, &pending->id, pending);
  watch_cancellable (pending);
  mcp_server_asks_add (self->asks, id, request);
}

/**
 * mcp_pending_requests_keep:
 * @self: a table
 * @id: of a pending request
 * @request: the request; copied. %NULL: it is not kept any longer
 *
 * Keeps a request that is sent later, or may have to be sent once more.
 */
void
mcp_pending_requests_keep (McpPendingRequests *self, gint64 id, const McpProviderRequest *request)
{
  Pending *pending = g_hash_table_lookup (self->table, &id);

  if (pending == NULL)
    return;
  g_clear_pointer (&pending->kept, mcp_provider_request_free);
  if (request != NULL)
    pending->kept = mcp_provider_request_copy (request);
}

/**
 * mcp_pending_requests_get_kept:
 * @self: a table
 * @id: of a request
 *
 * Returns: (transfer none) (nullable): the request, where it is pending and was kept
 */
const McpProviderRequest *
mcp_pending_requests_get_kept (McpPendingRequests *self, gint64 id)
{
  Pending *pending = g_hash_table_lookup (self->table, &id);

  return pending != NULL ? pending->kept : NULL;
}

/**
 * mcp_pending_requests_note_repeat:
 * @self: a table
 * @id: of a request
 *
 * Each request that is kept may be repeated once.
 *
 * Returns: whether the request may be sent once more
 */
gboolean
mcp_pending_requests_note_repeat (McpPendingRequests *self, gint64 id)
{
  Pending *pending = g_hash_table_lookup (self->table, &id);

  if (pending == NULL || pending->kept == NULL || pending->is_repeated)
    return FALSE;
  pending->is_repeated = TRUE;
  return TRUE;
}

/**
 * mcp_pending_requests_is_repeated:
 * @self: a table
 * @id: of a request
 *
 * Returns: whether mcp_pending_requests_note_repeat() has allowed it
 */
gboolean
mcp_pending_requests_is_repeated (McpPendingRequests *self, gint64 id)
{
  Pending *pending = g_hash_table_lookup (self->table, &id);

  return pending != NULL && pending->is_repeated;
}

/**
 * mcp_pending_requests_start_timer:
 * @self: a table
 * @id: a request that is being sent now; the time of one that is sent once more goes on
 *
 * Returns: whether it is still pending
 */
gboolean
mcp_pending_requests_start_timer (McpPendingRequests *self, gint64 id)
{
  Pending *pending = g_hash_table_lookup (self->table, &id);

  if (pending == NULL)
    return FALSE;
  if (pending->deadline_us != NEVER)
    return TRUE;

  mcp_server_asks_note_sent (self->asks, id);
  restart_time (pending);
  return TRUE;
}

/**
 * mcp_pending_requests_complete:
 * @self: a table
 * @id: as the server answered
 * @answer: the answer
 *
 * Returns: whether such a request was pending
 */
gboolean
mcp_pending_requests_complete (McpPendingRequests *self, gint64 id, McpJsonrpcMessage *answer)
{
  g_autoptr (GTask) task = take_task (self, id);

  if (task == NULL)
    return FALSE;
  g_task_return_pointer (task, mcp_jsonrpc_message_ref (answer),
                         (GDestroyNotify) mcp_jsonrpc_message_unref);
  return TRUE;
}

/**
 * mcp_pending_requests_fail:
 * @self: a table
 * @id: a request
 * @error: (transfer full): why
 *
 * Returns: whether such a request was pending
 */
gboolean
mcp_pending_requests_fail (McpPendingRequests *self, gint64 id, GError *error)
{
  g_autoptr (GTask) task = take_task (self, id);

  if (task == NULL)
    {
      g_error_free (error);
      return FALSE;
    }
  g_task_return_error (task, error);
  return TRUE;
}

/**
 * mcp_pending_requests_fail_all:
 * @self: a table
 * @error: why
 *
 * The table is empty before the first callback runs. The caller holds the provider.
 */
void
mcp_pending_requests_fail_all (McpPendingRequests *self, const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  Pending *pending;

  g_hash_table_iter_init (&iter, self->table);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &pending))
    {
      g_ptr_array_add (tasks, g_steal_pointer (&pending->task));
      mcp_server_asks_remove (self->asks, pending->id);
      g_hash_table_iter_remove (&iter);
    }
  mcp_server_asks_forget (self->asks);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_error (tasks->pdata[i], g_error_copy (error));
}

/**
 * mcp_pending_requests_progress:
 * @self: a table
 * @token: which is the request's id
 * @params: of the notifications/progress
 *
 * Moves the request's deadline, and calls its function for progress.
 *
 * Returns: whether such a request is pending
 */
gboolean
mcp_pending_requests_progress (McpPendingRequests *self, gint64 token, McpJsonSlice params)
{
  Pending *pending = g_hash_table_lookup (self->table, &token);

  if (pending == NULL)
    return FALSE;
  restart_time (pending);
  if (pending->progress != NULL)
    pending->progress (self->provider, params, pending->user_data);
  return TRUE;
}

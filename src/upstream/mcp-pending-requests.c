/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The requests that a server has not answered yet: each by its id, with its
 * deadline, its cancellable and whom to tell its progress. Each task is returned
 * exactly once, after its entry has gone, as the last thing that is done here:
 * who is called then may drop everything.
 */
#include "mcp-pending-requests.h"

#include "mcp-error.h"

struct _McpPendingRequests
{
  McpProvider *provider; /* (unowned): owns us */
  GHashTable *table;     /* (owned) gint64 *id -> Pending */
  McpPendingAbandonedFunc abandoned;
  gpointer user_data;
};

typedef struct
{
  gint64 id;                 /* the key points here */
  McpPendingRequests *owner; /* (unowned) */
  GTask *task;               /* (owned) */
  McpProviderProgressFunc progress;
  gpointer progress_data;
  guint timeout_ms;
  gint64 deadline_us;     /* monotonic */
  GSource *timer;         /* (owned) (nullable): none until the request was sent */
  GSource *cancel_source; /* (owned) (nullable) */
} Pending;

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
pending_free (Pending *pending)
{
  clear_source (&pending->timer);
  clear_source (&pending->cancel_source);
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

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  abandon (data, "the caller withdrew the request",
           g_error_new_literal (MCP_ERROR, MCP_ERROR_CANCELLED, "The call was withdrawn"));
  return G_SOURCE_REMOVE;
}

/* Progress only moves the deadline; the timer finds that out when it fires. */
static gboolean
timer_cb (gpointer data)
{
  Pending *pending = data;
  const char *name = mcp_provider_get_name (pending->owner->provider);

  if (g_get_monotonic_time () < pending->deadline_us)
    {
      g_source_set_ready_time (pending->timer, pending->deadline_us);
      return G_SOURCE_CONTINUE;
    }
  abandon (pending, "the request took too long",
           g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                        "Server “%s” gave neither an answer nor progress for %g s", name,
                        pending->timeout_ms / 1000.0));
  return G_SOURCE_REMOVE;
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
  McpPendingRequests *self = g_new0 (McpPendingRequests, 1);

  self->provider = provider;
  self->abandoned = abandoned;
  self->user_data = user_data;
  self->table =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) pending_free);
  return self;
}

/**
 * mcp_pending_requests_free:
 * @self: (transfer full): an empty table: each task keeps the provider, and so this, alive
 */
void
mcp_pending_requests_free (McpPendingRequests *self)
{
  g_hash_table_unref (self->table);
  g_free (self);
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

/**
 * mcp_pending_requests_add:
 * @self: a table
 * @id: not in the table
 * @task: (transfer full): returned when the request is done for; its cancellable withdraws it
 * @request: its progress function is kept, nothing else
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
  pending->progress_data = request->user_data;
  pending->timeout_ms = timeout_ms;
  if (g_task_get_cancellable (task) != NULL)
    {
      pending->cancel_source = g_cancellable_source_new (g_task_get_cancellable (task));
      g_source_set_callback (pending->cancel_source, G_SOURCE_FUNC (cancelled_cb), pending, NULL);
      g_source_attach (pending->cancel_source, g_task_get_context (task));
    }
  g_hash_table_insert (self->table, &pending->id, pending);
}

/**
 * mcp_pending_requests_start_timer:
 * @self: a table
 * @id: a request that is being sent now
 *
 * Returns: whether it is still pending
 */
gboolean
mcp_pending_requests_start_timer (McpPendingRequests *self, gint64 id)
{
  Pending *pending = g_hash_table_lookup (self->table, &id);

  if (pending == NULL)
    return FALSE;

  pending->deadline_us = g_get_monotonic_time () + pending->timeout_ms * (gint64) 1000;
  pending->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (pending->timer, timer_cb, pending, NULL);
  g_source_set_ready_time (pending->timer, pending->deadline_us);
  g_source_attach (pending->timer, g_task_get_context (pending->task));
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
      g_hash_table_iter_remove (&iter);
    }
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_error (tasks->pdata[i], g_error_copy (error));
}

/**
 * mcp_pending_requests_progress:
 * @self: a table
 * @token: which is the request's id
 * @params: of the notifications/progress
 *
 * Moves the request's deadline, and tells who asked for progress.
 *
 * Returns: whether such a request is pending
 */
gboolean
mcp_pending_requests_progress (McpPendingRequests *self, gint64 token, McpJsonSlice params)
{
  Pending *pending = g_hash_table_lookup (self->table, &token);

  if (pending == NULL)
    return FALSE;
  pending->deadline_us = g_get_monotonic_time () + pending->timeout_ms * (gint64) 1000;
  if (pending->progress != NULL)
    pending->progress (self->provider, params, pending->progress_data);
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The requests that a server has not answered yet: each by its id, with its
 * deadline, its cancellable and whom to tell its progress. Each task is returned
 * exactly once, after its entry has gone, as the last thing that is done here:
 * who is called then may drop everything.
 */
#include "upstream/dialogue/mcp-pending-requests.h"

#include "common/mcp-error.h"

#include <string.h>

/* Each waits for a person, and is kept until then. */
#define MAX_ASKS 256

struct _McpPendingRequests
{
  McpProvider *provider; /* (unowned): owns us */
  GHashTable *table;     /* (owned) gint64 *id -> Pending */
  GHashTable *asks;      /* (owned) char *id, as JSON -> gint64 *: the request's; 0: of none */
  McpPendingAbandonedFunc abandoned;
  gpointer user_data;
  gboolean is_of_one; /* session: all requests */
};

typedef struct
{
  gint64 id;                 /* the key points here */
  McpPendingRequests *owner; /* (unowned) */
  GTask *task;               /* (owned) */
  McpProviderProgressFunc progress;
  McpProviderLogFunc log;
  McpProviderAskFunc ask;
  gpointer user_data; /* of the three */
  char *task_id;      /* (nullable): whose result it waits for */
  guint n_asks;       /* that wait for their answer */
  gint64 asked_us;    /* monotonic: the first of these */
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
  g_free (pending->task_id);
  g_free (pending);
}

static gboolean
is_ask_of (gpointer ask_id, gpointer owner, gpointer id)
{
  return *(gint64 *) owner == *(gint64 *) id;
}

/* Removes the entry, and what was asked for its sake: that answer comes too late. Returns:
 * (transfer full) (nullable): its task */
static GTask *
take_task (McpPendingRequests *self, gint64 id)
{
  Pending *pending = g_hash_table_lookup (self->table, &id);
  GTask *task;

  if (pending == NULL)
    return NULL;
  task = g_steal_pointer (&pending->task);
  if (pending->n_asks > 0)
    g_hash_table_foreach_remove (self->asks, is_ask_of, &id);
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

static void
restart_time (Pending *pending)
{
  pending->deadline_us = g_get_monotonic_time () + pending->timeout_ms * (gint64) 1000;
}

/* Progress only moves the deadline; the timer finds that out when it fires. It stands still while
   the server waits for us. */
static gboolean
timer_cb (gpointer data)
{
  Pending *pending = data;
  const char *name = mcp_provider_get_name (pending->owner->provider);

  if (pending->n_asks > 0)
    {
      g_source_set_ready_time (pending->timer, -1);
      return G_SOURCE_CONTINUE;
    }
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
  self->asks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
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
  g_hash_table_unref (self->asks);
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

/* MCP 2025-11-25, basic/utilities/tasks: what comes for a task comes while its result is waited
 * for. */
static char *
dup_task_id (const McpProviderRequest *request)
{
  McpJsonSlice params = { request->params, 0 };
  McpJsonSlice task_id;

  if (strcmp (request->method, "tasks/result") != 0 || request->params == NULL)
    return NULL;
  params.length = strlen (request->params);
  return mcp_json_find_typed (params, "taskId", MCP_JSON_STRING, &task_id)
             ? mcp_json_dup_string (task_id)
             : NULL;
}

/**
 * mcp_pending_requests_add:
 * @self: a table
 * @id: not in the table
 * @task: (transfer full): returned when the request is done for; its cancellable withdraws it
 * @request: its functions are kept, nothing else
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
  pending->log = request->log;
  pending->ask = request->ask;
  pending->user_data = request->user_data;
  pending->task_id = dup_task_id (request);
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

  restart_time (pending);
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
  g_hash_table_remove_all (self->asks);
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
  restart_time (pending);
  if (pending->progress != NULL)
    pending->progress (self->provider, params, pending->user_data);
  return TRUE;
}

typedef gboolean (*PendingTest) (Pending *pending);

static gboolean
takes_logs (Pending *pending)
{
  return pending->log != NULL;
}

/* What a server asks at once for one request comes within this time. */
#define BURST_US (50 * 1000)

/* A request that waits for its client's answer asks nothing more meanwhile, as far as requests of
   one session are concerned: that a server asks the wrong one of a session's clients is unlikely
   then, and harms less than that it can ask nobody as long as one of them takes its time. Between
   sessions nothing is supposed. */
static gboolean
takes_asks (Pending *pending)
{
  if (pending->ask == NULL)
    return FALSE;
  return pending->n_asks == 0 || !pending->owner->is_of_one ||
         g_get_monotonic_time () - pending->asked_us < BURST_US;
}

/* _meta["io.modelcontextprotocol/related-task"].taskId */
static char *
dup_related_task (McpJsonSlice params)
{
  McpJsonSlice value = params;

  return params.data != NULL && mcp_json_find_typed (value, "_meta", MCP_JSON_OBJECT, &value) &&
                 mcp_json_find_typed (value, "io.modelcontextprotocol/related-task",
                                      MCP_JSON_OBJECT, &value) &&
                 mcp_json_find_typed (value, "taskId", MCP_JSON_STRING, &value)
             ? mcp_json_dup_string (value)
             : NULL;
}

/* The request that a message belongs to: the one whose stream brought it; else the one that the
   message names; else the only one that was sent and can take it. */
static Pending *
find_owner (McpPendingRequests *self, gint64 id, McpJsonSlice params, PendingTest test)
{
  g_autofree char *task_id = NULL;
  GHashTableIter iter;
  Pending *pending;
  Pending *found = NULL;

  if (id != 0)
    {
      pending = g_hash_table_lookup (self->table, &id);
      return pending != NULL && test (pending) ? pending : NULL;
    }

  task_id = dup_related_task (params);
  g_hash_table_iter_init (&iter, self->table);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &pending))
    {
      if (pending->timer == NULL || !test (pending) ||
          (task_id != NULL && g_strcmp0 (pending->task_id, task_id) != 0))
        continue;
      if (found != NULL)
        return NULL;
      found = pending;
    }
  return found;
}

/**
 * mcp_pending_requests_log:
 * @self: a table
 * @id: of the request whose stream brought it; 0: it came on a stream of all requests
 * @params: of a notifications/message
 *
 * Hands the message to its request. The caller holds the provider.
 *
 * Returns: whether there is one that it belongs to for certain
 */
gboolean
mcp_pending_requests_log (McpPendingRequests *self, gint64 id, McpJsonSlice params)
{
  Pending *owner = find_owner (self, id, params, takes_logs);

  if (owner == NULL)
    return FALSE;
  owner->log (self->provider, params, owner->user_data);
  return TRUE;
}

/**
 * mcp_pending_requests_set_of_one_session:
 * @self: a table, empty
 * @is_of_one: whether all requests are one session's
 */
void
mcp_pending_requests_set_of_one_session (McpPendingRequests *self, gboolean is_of_one)
{
  self->is_of_one = is_of_one;
}

/**
 * mcp_pending_requests_may_ask:
 * @self: a table
 *
 * Returns: whether the server leaves little enough unanswered to ask more
 */
gboolean
mcp_pending_requests_may_ask (McpPendingRequests *self)
{
  return g_hash_table_size (self->asks) < MAX_ASKS;
}

static void
note_ask (McpPendingRequests *self, McpJsonSlice ask_id, gint64 id)
{
  g_hash_table_replace (self->asks, g_strndup (ask_id.data, ask_id.length),
                        g_memdup2 (&id, sizeof id));
}

/**
 * mcp_pending_requests_ask:
 * @self: a table
 * @id: of the request whose stream brought it; 0: it came on a stream of all requests
 * @request: of the server
 *
 * Hands what the server asks to the request for whose sake it does, whose time stands
 * still from now on. The caller holds the provider.
 *
 * Returns: whether there is one that it belongs to for certain
 */
gboolean
mcp_pending_requests_ask (McpPendingRequests *self, gint64 id, McpJsonrpcMessage *request)
{
  Pending *owner = find_owner (self, id, mcp_jsonrpc_message_get_params (request), takes_asks);
  McpJsonSlice ask_id = mcp_jsonrpc_message_get_id (request);

  if (owner == NULL)
    return FALSE;
  mcp_pending_requests_end_ask (self, ask_id);
  note_ask (self, ask_id, owner->id);
  if (owner->n_asks++ == 0)
    owner->asked_us = g_get_monotonic_time ();
  if (owner->timer != NULL)
    g_source_set_ready_time (owner->timer, -1);
  owner->ask (self->provider, request, owner->user_data);
  return TRUE;
}

/**
 * mcp_pending_requests_note_asked:
 * @self: a table
 * @ask_id: of what the server asks for no request that is known
 *
 * It may be answered.
 */
void
mcp_pending_requests_note_asked (McpPendingRequests *self, McpJsonSlice ask_id)
{
  mcp_pending_requests_end_ask (self, ask_id);
  note_ask (self, ask_id, 0);
}

/**
 * mcp_pending_requests_end_ask:
 * @self: a table
 * @ask_id: the server's own, as JSON
 *
 * It is answered, or not asked any more: the time of the request that it belongs to
 * begins again, unless there is more to answer.
 *
 * Returns: whether it was still to be answered
 */
gboolean
mcp_pending_requests_end_ask (McpPendingRequests *self, McpJsonSlice ask_id)
{
  g_autofree char *key = g_strndup (ask_id.data, ask_id.length);
  gint64 *id = g_hash_table_lookup (self->asks, key);
  Pending *owner;

  if (id == NULL)
    return FALSE;
  owner = g_hash_table_lookup (self->table, id);
  g_hash_table_remove (self->asks, key);
  if (owner != NULL && --owner->n_asks == 0)
    {
      restart_time (owner);
      if (owner->timer != NULL)
        g_source_set_ready_time (owner->timer, owner->deadline_us);
    }
  return TRUE;
}

/**
 * mcp_pending_requests_forget_asks:
 * @self: a table
 *
 * Whoever asked is not there any more.
 */
void
mcp_pending_requests_forget_asks (McpPendingRequests *self)
{
  GHashTableIter iter;
  gpointer ask_id;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  g_hash_table_iter_init (&iter, self->asks);
  while (g_hash_table_iter_next (&iter, &ask_id, NULL))
    g_ptr_array_add (ids, g_strdup (ask_id));
  for (guint i = 0; i < ids->len; i++)
    mcp_pending_requests_end_ask (self, (McpJsonSlice){ ids->pdata[i], strlen (ids->pdata[i]) });
}

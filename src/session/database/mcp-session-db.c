/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/database/mcp-session-db.h"

#include "session/database/mcp-db-job.h"
#include "session/database/mcp-db-open.h"

#include <string.h>

/* Of one transaction: what comes later than this many waits for the next. */
#define MAX_BATCH 512

/* Changes that wait for a disk that hangs; beyond, they are passed over, and everything is
 * written again later. */
#define MAX_WAITING 100000

struct _McpSessionDb
{
  GObject parent_instance;

  char *path;
  GMainContext *context; /* (owned): where signals are emitted */
  GAsyncQueue *jobs;     /* (owned) (element-type McpDbJob) */
  GThread *thread;       /* (nullable) (owned) */
  gint in_memory;        /* atomic */
  gint n_commits;        /* atomic */
  gint overrun;          /* atomic: a change was passed over */
  gboolean is_fresh;
  gboolean is_closed;
  McpDbGather gather; /* (nullable) */
  gpointer gather_data;

  /* The thread's own once it runs. */
  McpSql *sql;
  gboolean failing;
  gboolean damaged; /* the last failure said so */

  GMutex mutex;
  GCond ended_cond;
  gboolean ended; /* under the mutex: the thread has done its last */
};

G_DEFINE_FINAL_TYPE (McpSessionDb, mcp_session_db, G_TYPE_OBJECT)

enum
{
  SIGNAL_TROUBLE,
  SIGNAL_RECOVERED,
  SIGNAL_FAILED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* A message from the database's thread to the main context. */
typedef enum
{
  NEWS_TROUBLE,
  NEWS_FAILED,
  NEWS_DAMAGED, /* failed likewise */
  NEWS_RECOVERED,
} NewsKind;

typedef struct
{
  McpSessionDb *db; /* (owned) */
  NewsKind kind;
  char *message; /* (owned) */
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  g_object_unref (news->db);
  g_free (news->message);
  g_free (news);
}

static gboolean
emit_news_cb (gpointer user_data)
{
  News *news = user_data;
  guint signal_id = news->kind == NEWS_RECOVERED ? SIGNAL_RECOVERED : SIGNAL_TROUBLE;

  g_signal_emit (news->db, signals[signal_id], 0, news->message);
  if (news->kind == NEWS_FAILED || news->kind == NEWS_DAMAGED)
    g_signal_emit (news->db, signals[SIGNAL_FAILED], 0, news->kind == NEWS_DAMAGED);
  return G_SOURCE_REMOVE;
}

/* Takes the message. */
static void
queue_news (McpSessionDb *self, NewsKind kind, char *message)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  News *news = g_new0 (News, 1);

  news->db = g_object_ref (self);
  news->kind = kind;
  news->message = message;
  g_source_set_static_name (source, "database-news");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_news_cb, news, news_free);
  g_source_attach (source, self->context);
}

/* Those who waited for a transaction, to be answered together. */
static gboolean
answer_cb (gpointer user_data)
{
  GPtrArray *tasks = user_data;

  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (tasks->pdata[i], TRUE);
  return G_SOURCE_REMOVE;
}

/* A task that is returned in another thread wakes the main context for itself. */
static void
answer (McpSessionDb *self, GPtrArray *tasks)
{
  g_autoptr (GSource) source = NULL;

  if (tasks->len == 0)
    return;
  source = g_idle_source_new ();
  g_source_set_static_name (source, "database-answers");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answer_cb, g_ptr_array_ref (tasks),
                         (GDestroyNotify) g_ptr_array_unref);
  g_source_attach (source, self->context);
}

static gboolean
run_jobs (McpSessionDb *self, GPtrArray *batch, GError **error)
{
  for (guint i = 0; i < batch->len; i++)
    if (!mcp_db_job_run (batch->pdata[i], self->sql, error))
      return FALSE;
  return TRUE;
}

/* What only waits for what was written before needs no transaction. */
static gboolean
has_work (GPtrArray *batch)
{
  for (guint i = 0; i < batch->len; i++)
    if (((McpDbJob *) batch->pdata[i])->kind != MCP_DB_JOB_SYNC)
      return TRUE;
  return FALSE;
}

/* All of it, durably, or nothing. */
static gboolean
commit (McpSessionDb *self, GPtrArray *batch, GError **error)
{
  if (!mcp_sql_check_file (self->sql, error))
    return FALSE;
  if (!has_work (batch))
    return TRUE;
  if (!mcp_sql_exec (self->sql, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (run_jobs (self, batch, error) && mcp_sql_exec (self->sql, "COMMIT", error))
    {
      g_atomic_int_inc (&self->n_commits);
      return TRUE;
    }

  mcp_sql_exec (self->sql, "ROLLBACK", NULL);
  return FALSE;
}

static void
enter_failed_state (McpSessionDb *self, const GError *error)
{
  self->failing = TRUE;
  self->damaged = mcp_sql_error_is_corruption (error);
  if (self->damaged)
    queue_news (
        self, NEWS_DAMAGED,
        g_strdup_printf ("%s is damaged (%s); it is set aside", self->path, error->message));
  else
    queue_news (
        self, NEWS_FAILED,
        g_strdup_printf ("%s cannot be written: %s. Sessions go on in memory, calls are not "
                         "recorded; if the disk is full, make room: it is tried again every "
                         "minute",
                         self->path, error->message));
}

/* Nothing is written now; what is there may still be read. */
static void
run_queries_only (McpSessionDb *self, GPtrArray *batch)
{
  for (guint i = 0; i < batch->len; i++)
    {
      McpDbJob *job = batch->pdata[i];

      if (job->kind != MCP_DB_JOB_QUERY)
        continue;
      g_clear_error (&job->error);
      if (job->result != NULL)
        job->destroy_result (g_steal_pointer (&job->result));
      job->result = job->query (self->sql, job->data, &job->error);
    }
}

static void
run_batch (McpSessionDb *self, GPtrArray *batch)
{
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (GError) error = NULL;

  if (batch->len == 0)
    return;
  if (!self->failing && !commit (self, batch, &error))
    enter_failed_state (self, error);
  if (!self->failing && g_atomic_int_compare_and_exchange (&self->overrun, TRUE, FALSE))
    {
      g_clear_error (&error);
      g_set_error (&error, MCP_SQL_ERROR, SQLITE_BUSY, "the disk is too slow, %d changes wait",
                   MAX_WAITING);
      enter_failed_state (self, error);
    }
  if (self->failing)
    run_queries_only (self, batch);

  waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < batch->len; i++)
    {
      McpDbJob *job = batch->pdata[i];

      if (job->kind == MCP_DB_JOB_SYNC)
        g_ptr_array_add (waiting, g_steal_pointer (&job->task));
      mcp_db_job_finish (job);
    }
  g_ptr_array_set_size (batch, 0);
  answer (self, waiting);
}

static void
replace_damaged (McpSessionDb *self)
{
  McpDbOpened opened;

  mcp_sql_close (self->sql);
  mcp_db_open_replacement (self->path, &opened);
  self->sql = opened.sql;
  self->damaged = FALSE;
  g_atomic_int_set (&self->in_memory, opened.in_memory);
  queue_news (self, NEWS_TROUBLE, opened.problem);
}

static void
recover (McpSessionDb *self, McpDbJob *job)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();

  if (!self->failing)
    {
      mcp_db_job_finish (job);
      return;
    }
  if (self->damaged)
    replace_damaged (self);

  job->kind = MCP_DB_JOB_WRITE;
  g_ptr_array_add (batch, job);
  if (commit (self, batch, &job->error))
    {
      self->failing = FALSE;
      if (!g_atomic_int_get (&self->in_memory))
        queue_news (self, NEWS_RECOVERED, g_strdup_printf ("%s is written again", self->path));
    }
  else
    self->damaged = mcp_sql_error_is_corruption (job->error);
  mcp_db_job_finish (job);
}

static gpointer
run_thread (gpointer data)
{
  McpSessionDb *self = data;
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  McpDbJob *job = NULL;

  while (job == NULL || job->kind != MCP_DB_JOB_QUIT)
    {
      if (job != NULL)
        recover (self, job);
      job = g_async_queue_pop (self->jobs);
      /* also the jobs that arrived while the last commit waited for the disk */
      while (job != NULL && job->kind != MCP_DB_JOB_RECOVER && job->kind != MCP_DB_JOB_QUIT)
        {
          g_ptr_array_add (batch, job);
          job = batch->len < MAX_BATCH ? g_async_queue_try_pop (self->jobs) : NULL;
        }
      run_batch (self, batch);
    }
  mcp_db_job_free (job);
  g_clear_pointer (&self->sql, mcp_sql_close);

  g_mutex_lock (&self->mutex);
  self->ended = TRUE;
  g_cond_signal (&self->ended_cond);
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* What is kept back elsewhere goes first. */
static void
gather (McpSessionDb *self)
{
  McpDbGather func = g_steal_pointer (&self->gather);

  if (func == NULL)
    return;
  func (self->gather_data);
  self->gather = func;
}

static void
push (McpSessionDb *self, McpDbJob *job)
{
  gather (self);
  if (!self->is_closed)
    {
      g_async_queue_push (self->jobs, job);
      return;
    }

  if (job->kind == MCP_DB_JOB_QUERY || job->kind == MCP_DB_JOB_RECOVER)
    job->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "The database is closed");
  mcp_db_job_finish (job);
}

static void
pass_over (McpSessionDb *self, McpDbJob *job)
{
  g_atomic_int_set (&self->overrun, TRUE);
  mcp_db_job_free (job);
}

/**
 * mcp_session_db_write:
 * @self: the database
 * @work: what is to be done
 * @data: for @work
 * @destroy: (nullable): frees @data, on any thread
 *
 * Hands over something to be written, after all that was handed over before.
 */
void
mcp_session_db_write (McpSessionDb *self, McpDbWork work, gpointer data, GDestroyNotify destroy)
{
  McpDbJob *job;

  g_return_if_fail (MCP_IS_SESSION_DB (self));

  job = mcp_db_job_new (MCP_DB_JOB_WRITE, data, destroy, NULL);
  job->work = work;
  if (g_async_queue_length (self->jobs) < MAX_WAITING)
    {
      push (self, job);
      return;
    }
  pass_over (self, job);
}

/**
 * mcp_session_db_write_each:
 * @self: the database
 * @work: what is to be done
 * @data: (transfer full): an array without a function that frees its elements: what @work is called
 *   with, one after the other
 * @destroy: (nullable): frees an element, on any thread
 *
 * As mcp_session_db_write() for each, in one transaction where they fit in one.
 */
void
mcp_session_db_write_each (McpSessionDb *self,
                           McpDbWork work,
                           GPtrArray *data,
                           GDestroyNotify destroy)
{
  g_return_if_fail (MCP_IS_SESSION_DB (self));

  /* The thread sees none of them before all are there. */
  gather (self);
  g_async_queue_lock (self->jobs);
  for (guint i = 0; i < data->len; i++)
    {
      McpDbJob *job = mcp_db_job_new (MCP_DB_JOB_WRITE, data->pdata[i], destroy, NULL);

      job->work = work;
      if (self->is_closed)
        mcp_db_job_free (job);
      else if (g_async_queue_length_unlocked (self->jobs) < MAX_WAITING)
        g_async_queue_push_unlocked (self->jobs, job);
      else
        pass_over (self, job);
    }
  g_async_queue_unlock (self->jobs);
  g_ptr_array_unref (data);
}

/**
 * mcp_session_db_set_gather:
 * @self: the database
 * @func: (nullable): called before anything is handed over; hands over what was kept back until
 *   then, so that the order stays
 * @user_data: for @func
 *
 * For whoever writes often, and gathers what can wait: one at a time.
 */
void
mcp_session_db_set_gather (McpSessionDb *self, McpDbGather func, gpointer user_data)
{
  g_return_if_fail (MCP_IS_SESSION_DB (self));
  g_return_if_fail (func == NULL || self->gather == NULL);

  self->gather = func;
  self->gather_data = user_data;
}

/**
 * mcp_session_db_sync_async:
 * @self: the database
 * @task: (transfer full): answered %TRUE
 *
 * Answers once everything that was handed over before is on the disk, or it is
 * known that it cannot be, which ::trouble has told then.
 */
void
mcp_session_db_sync_async (McpSessionDb *self, GTask *task)
{
  g_return_if_fail (MCP_IS_SESSION_DB (self));
  g_return_if_fail (G_IS_TASK (task));

  push (self, mcp_db_job_new (MCP_DB_JOB_SYNC, NULL, NULL, task));
}

/**
 * mcp_session_db_query_async:
 * @self: the database
 * @query: reads
 * @data: for @query
 * @destroy: (nullable): frees @data, on any thread
 * @task: (transfer full): answered with what @query returned, or its error
 * @destroy_result: frees that
 *
 * Reads, and so sees all that was handed over before; what it sees is on the disk
 * when @task is answered.
 */
void
mcp_session_db_query_async (McpSessionDb *self,
                            McpDbQuery query,
                            gpointer data,
                            GDestroyNotify destroy,
                            GTask *task,
                            GDestroyNotify destroy_result)
{
  McpDbJob *job;

  g_return_if_fail (MCP_IS_SESSION_DB (self));
  g_return_if_fail (G_IS_TASK (task));

  job = mcp_db_job_new (MCP_DB_JOB_QUERY, data, destroy, task);
  job->query = query;
  job->destroy_result = destroy_result;
  push (self, job);
}

/**
 * mcp_session_db_recover_async:
 * @self: the database
 * @work: writes everything again, and replaces what is in the database
 * @data: for @work
 * @destroy: (nullable): frees @data, on any thread
 * @task: (transfer full): answered %TRUE where writing works again, else the error
 *
 * Tries to write again after a failure. A damaged database is set aside first.
 */
void
mcp_session_db_recover_async (McpSessionDb *self,
                              McpDbWork work,
                              gpointer data,
                              GDestroyNotify destroy,
                              GTask *task)
{
  McpDbJob *job;

  g_return_if_fail (MCP_IS_SESSION_DB (self));
  g_return_if_fail (G_IS_TASK (task));

  job = mcp_db_job_new (MCP_DB_JOB_RECOVER, data, destroy, task);
  job->work = work;
  push (self, job);
}

/**
 * mcp_session_db_do_now:
 * @self: a database whose thread was not started
 * @work: what is to be done
 * @data: for @work
 * @error: return location
 *
 * Reads or writes at once. Blocks.
 *
 * Errors: those of @work.
 *
 * Returns: whether it could
 */
gboolean
mcp_session_db_do_now (McpSessionDb *self, McpDbWork work, gpointer data, GError **error)
{
  g_return_val_if_fail (MCP_IS_SESSION_DB (self), FALSE);
  g_return_val_if_fail (self->thread == NULL && !self->is_closed, FALSE);

  /* not IMMEDIATE: who only reads can do so on a full disk */
  if (!mcp_sql_exec (self->sql, "BEGIN", error))
    return FALSE;
  if (work (self->sql, data, error) && mcp_sql_exec (self->sql, "COMMIT", error))
    return TRUE;

  mcp_sql_exec (self->sql, "ROLLBACK", NULL);
  return FALSE;
}

/**
 * mcp_session_db_start:
 * @self: a database
 *
 * Begins with what was handed over. Until then it only waits.
 */
void
mcp_session_db_start (McpSessionDb *self)
{
  g_return_if_fail (MCP_IS_SESSION_DB (self));
  g_return_if_fail (self->thread == NULL && !self->is_closed);

  /* its own reference, so that one that hangs is safe to be left */
  self->thread = g_thread_new ("mcp-session-db", run_thread, g_object_ref (self));
}

/**
 * mcp_session_db_is_in_memory:
 * @self: the database
 *
 * Returns: whether there is no file: all ends with the process
 */
gboolean
mcp_session_db_is_in_memory (McpSessionDb *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_DB (self), TRUE);
  return g_atomic_int_get (&self->in_memory);
}

/**
 * mcp_session_db_is_fresh:
 * @self: the database
 *
 * Returns: whether it took the place, when it was opened, of one with a past
 */
gboolean
mcp_session_db_is_fresh (McpSessionDb *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_DB (self), TRUE);
  return self->is_fresh;
}

/**
 * mcp_session_db_get_n_commits:
 * @self: the database
 *
 * Returns: how many transactions were committed
 */
guint
mcp_session_db_get_n_commits (McpSessionDb *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_DB (self), 0);
  return (guint) g_atomic_int_get (&self->n_commits);
}

static gboolean
await_thread (McpSessionDb *self, guint timeout_ms)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  gboolean ended;

  g_mutex_lock (&self->mutex);
  while (!self->ended && g_cond_wait_until (&self->ended_cond, &self->mutex, deadline_us))
    ;
  ended = self->ended;
  g_mutex_unlock (&self->mutex);
  return ended;
}

/**
 * mcp_session_db_close:
 * @self: the database
 * @timeout_ms: how long the disk may take
 *
 * Writes what was handed over, and closes the database. Blocks; a disk that hangs
 * is left to itself. Nothing is taken after this. The second time does nothing.
 *
 * Returns: whether it is closed
 */
gboolean
mcp_session_db_close (McpSessionDb *self, guint timeout_ms)
{
  g_return_val_if_fail (MCP_IS_SESSION_DB (self), FALSE);

  if (!self->is_closed)
    {
      gather (self);
      g_async_queue_push (self->jobs, mcp_db_job_new (MCP_DB_JOB_QUIT, NULL, NULL, NULL));
      self->is_closed = TRUE;
    }
  if (self->thread == NULL)
    return TRUE;
  if (!await_thread (self, timeout_ms))
    return FALSE;

  g_thread_join (g_steal_pointer (&self->thread));
  g_object_unref (self);
  return TRUE;
}

static void
mcp_session_db_finalize (GObject *object)
{
  McpSessionDb *self = MCP_SESSION_DB (object);

  g_clear_pointer (&self->sql, mcp_sql_close);
  g_async_queue_unref (self->jobs);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->ended_cond);
  g_free (self->path);

  G_OBJECT_CLASS (mcp_session_db_parent_class)->finalize (object);
}

static void
mcp_session_db_class_init (McpSessionDbClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_session_db_finalize;

  signals[SIGNAL_TROUBLE] = g_signal_new ("trouble", MCP_TYPE_SESSION_DB, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_RECOVERED] = g_signal_new ("recovered", MCP_TYPE_SESSION_DB, G_SIGNAL_RUN_LAST, 0,
                                            NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", MCP_TYPE_SESSION_DB, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
mcp_session_db_init (McpSessionDb *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->jobs = g_async_queue_new_full (mcp_db_job_free);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->ended_cond);
}

/**
 * mcp_session_db_open:
 * @path: (nullable): of the file, in a directory of the user's own; %NULL: memory only
 * @problem: (out) (optional) (nullable) (transfer full): what the log should say
 *
 * Opens or makes the database; where that fails, there is one in memory. Blocks.
 * mcp_session_db_close() must have worked before the last reference goes.
 *
 * Returns: (transfer full): the database; mcp_session_db_start() begins with the work
 */
McpSessionDb *
mcp_session_db_open (const char *path, char **problem)
{
  McpSessionDb *self = g_object_new (MCP_TYPE_SESSION_DB, NULL);
  McpDbOpened opened;

  mcp_db_open (path, &opened);
  self->path = g_strdup (path);
  self->sql = opened.sql;
  self->in_memory = opened.in_memory;
  self->is_fresh = opened.in_memory || opened.set_aside;
  if (problem != NULL)
    *problem = g_steal_pointer (&opened.problem);
  g_free (opened.problem);
  return self;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/database/mcp-db-job.h"

#include "session/database/mcp-sql.h"

/**
 * mcp_db_job_new:
 * @kind: what it is
 * @data: of its function
 * @destroy: (nullable): frees @data
 * @task: (nullable) (transfer full): who waits for it
 *
 * Returns: (transfer full): a job without a function
 */
McpDbJob *
mcp_db_job_new (McpDbJobKind kind, gpointer data, GDestroyNotify destroy, GTask *task)
{
  McpDbJob *job = g_new0 (McpDbJob, 1);

  job->kind = kind;
  job->data = data;
  job->destroy = destroy;
  job->task = task;
  return job;
}

/**
 * mcp_db_job_free:
 * @data: (type McpDbJob) (transfer full): a job that nobody waits for
 */
void
mcp_db_job_free (gpointer data)
{
  McpDbJob *job = data;

  if (job->destroy != NULL)
    job->destroy (job->data);
  if (job->result != NULL)
    job->destroy_result (job->result);
  g_clear_error (&job->error);
  g_clear_object (&job->task);
  g_free (job);
}

/**
 * mcp_db_job_finish:
 * @job: (transfer full): a job that is done, or failed
 *
 * Answers who waits for it.
 */
void
mcp_db_job_finish (McpDbJob *job)
{
  if (job->task == NULL)
    ;
  else if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else if (job->kind == MCP_DB_JOB_QUERY)
    g_task_return_pointer (job->task, g_steal_pointer (&job->result), job->destroy_result);
  else
    g_task_return_boolean (job->task, TRUE);

  mcp_db_job_free (job);
}

static gboolean
run_query (McpDbJob *job, McpSql *sql, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  job->result = job->query (sql, job->data, &local_error);
  if (job->result != NULL)
    return TRUE;
  if (mcp_sql_error_is_corruption (local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  job->error = g_steal_pointer (&local_error);
  return TRUE;
}

static gboolean
run_write (McpDbJob *job, McpSql *sql, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (job->work (sql, job->data, &local_error))
    return TRUE;
  if (mcp_sql_error_is_mistake (local_error))
    {
      g_critical ("The database refused what was to be written: %s", local_error->message);
      return TRUE;
    }

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * mcp_db_job_run:
 * @job: a job
 * @sql: the database, in a transaction
 * @error: return location
 *
 * Does what a job asks for; what concerns it alone is kept for who waits for it.
 *
 * Errors: %MCP_SQL_ERROR.
 *
 * Returns: %FALSE where the database has failed, not only this job
 */
gboolean
mcp_db_job_run (McpDbJob *job, McpSql *sql, GError **error)
{
  switch (job->kind)
    {
    case MCP_DB_JOB_WRITE:
      return run_write (job, sql, error);
    case MCP_DB_JOB_QUERY:
      return run_query (job, sql, error);
    case MCP_DB_JOB_SYNC:
    case MCP_DB_JOB_RECOVER:
    case MCP_DB_JOB_QUIT:
      break;
    }
  return TRUE;
}

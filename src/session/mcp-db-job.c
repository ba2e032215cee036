/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-db-job.h"

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

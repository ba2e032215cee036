/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-provider-meter.h"

#include "common/mcp-turn-queue.h"
#include "upstream/stdio/mcp-stdio-provider.h"

struct _McpProviderMeter
{
  GObject parent_instance;

  McpProviderPool *pool; /* (owned) */
  GPtrArray *waiting;    /* (owned): GTask (owned); of the measurement that runs */
  McpTurnQueue *told;    /* (owned): there may be thousands who have waited */
};

G_DEFINE_FINAL_TYPE (McpProviderMeter, mcp_provider_meter, G_TYPE_OBJECT)

/* What the thread works on. */
typedef struct
{
  GPtrArray *names; /* (owned): char (owned): the server's, for each process */
  GArray *pids;     /* (owned): pid_t */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_ptr_array_unref (job->names);
  g_array_unref (job->pids);
  g_free (job);
}

static Job *
job_new (McpProviderPool *pool)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr (GPtrArray) providers = mcp_provider_pool_dup_providers (pool);

  job->names = g_ptr_array_new_with_free_func (g_free);
  job->pids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  for (guint i = 0; i < providers->len; i++)
    {
      McpProvider *provider = g_ptr_array_index (providers, i);
      pid_t pid;

      if (!MCP_IS_STDIO_PROVIDER (provider))
        continue;
      pid = mcp_stdio_provider_get_pid (MCP_STDIO_PROVIDER (provider));
      if (pid <= 0)
        continue;
      g_ptr_array_add (job->names, g_strdup (mcp_provider_get_name (provider)));
      g_array_append_val (job->pids, pid);
    }
  return job;
}

static void
measure_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Job *job = task_data;
  g_autofree McpProcessUsage *usages = g_new0 (McpProcessUsage, job->pids->len);
  GHashTable *by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (job->pids->len > 0)
    mcp_process_tree_measure ((const pid_t *) (gpointer) job->pids->data, job->pids->len, usages);
  for (guint i = 0; i < job->pids->len; i++)
    {
      const char *name = g_ptr_array_index (job->names, i);
      McpProcessUsage *sum = g_hash_table_lookup (by_name, name);

      if (sum == NULL)
        {
          sum = g_new0 (McpProcessUsage, 1);
          g_hash_table_insert (by_name, g_strdup (name), sum);
        }
      sum->n_processes += usages[i].n_processes;
      sum->memory += usages[i].memory;
      sum->cpu_seconds += usages[i].cpu_seconds;
    }
  g_task_return_pointer (task, by_name, (GDestroyNotify) g_hash_table_unref);
}

/* Calls back at once: its turn is another one than that in which the caller asked. */
static void
tell (gpointer item)
{
  g_autoptr (GTask) task = item;

  g_task_return_pointer (task, g_hash_table_ref (g_task_get_task_data (task)),
                         (GDestroyNotify) g_hash_table_unref);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpProviderMeter *self = MCP_PROVIDER_METER (source);
  g_autoptr (GHashTable) by_name = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (tasks, i);

      g_task_set_task_data (task, g_hash_table_ref (by_name), (GDestroyNotify) g_hash_table_unref);
      mcp_turn_queue_push (self->told, tell, g_object_ref (task));
    }
}

/**
 * mcp_provider_meter_measure_async:
 * @self: the meter
 * @callback: (scope async): when it is known
 * @user_data: for @callback
 *
 * Measures the processes that there are; joins a measurement that runs already.
 */
void
mcp_provider_meter_measure_async (McpProviderMeter *self,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GTask) thread = NULL;

  g_task_set_source_tag (task, mcp_provider_meter_measure_async);
  g_ptr_array_add (self->waiting, task);
  if (self->waiting->len > 1)
    return;

  thread = g_task_new (self, NULL, measured_cb, NULL);
  g_task_set_source_tag (thread, measure_in_thread);
  g_task_set_task_data (thread, job_new (self->pool), job_free);
  g_task_run_in_thread (thread, measure_in_thread);
}

/**
 * mcp_provider_meter_measure_finish:
 * @self: the meter
 * @result: what the callback got
 * @error: return location
 *
 * Returns: (transfer full) (element-type utf8 McpProcessUsage): by server; those without a process
 *   here are left out
 */
GHashTable *
mcp_provider_meter_measure_finish (McpProviderMeter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
mcp_provider_meter_finalize (GObject *object)
{
  McpProviderMeter *self = MCP_PROVIDER_METER (object);

  mcp_turn_queue_free (self->told);
  g_ptr_array_unref (self->waiting);
  g_object_unref (self->pool);

  G_OBJECT_CLASS (mcp_provider_meter_parent_class)->finalize (object);
}

static void
mcp_provider_meter_class_init (McpProviderMeterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_provider_meter_finalize;
}

static void
mcp_provider_meter_init (McpProviderMeter *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->told = mcp_turn_queue_new ("servers-measured");
}

/**
 * mcp_provider_meter_new:
 * @pool: whose processes are measured
 *
 * Returns: (transfer full): a meter
 */
McpProviderMeter *
mcp_provider_meter_new (McpProviderPool *pool)
{
  McpProviderMeter *self = g_object_new (MCP_TYPE_PROVIDER_METER, NULL);

  self->pool = g_object_ref (pool);
  return self;
}

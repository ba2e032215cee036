/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/secrets/mcp-secret-values.h"

/* As mcp_expand() wants them, among the variables. */
#define PREFIX "secret:"

typedef struct
{
  char **names;
  gsize n_read;
  GPtrArray *values; /* "secret:NAME=value" */
} Reading;

static void
free_value (gpointer data)
{
  mcp_secret_free (data);
}

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_strfreev (reading->names);
  g_clear_pointer (&reading->values, g_ptr_array_unref);
  g_free (reading);
}

static void read_next (GTask *task);

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  const char *name = reading->names[reading->n_read++];
  GError *error = NULL;
  char *value = mcp_secret_store_look_up_finish (MCP_SECRET_STORE (source), result, &error);

  if (error != NULL)
    {
      g_prefix_error (&error, "the secret “%s”: ", name);
      g_task_return_error (task, error);
      return;
    }
  if (value != NULL)
    g_ptr_array_add (reading->values, g_strconcat (PREFIX, name, "=", value, NULL));
  mcp_secret_free (value);
  read_next (g_steal_pointer (&task));
}

/* Takes @task. */
static void
read_next (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);
  const char *name = reading->names[reading->n_read];

  if (name != NULL)
    {
      mcp_secret_store_look_up_async (g_task_get_source_object (task), MCP_SECRET_KIND_SECRET, name,
                                      g_task_get_cancellable (task), looked_up_cb, task);
      return;
    }
  g_ptr_array_add (reading->values, NULL);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * mcp_secret_values_read_async:
 * @store: where secrets lie
 * @names: (array zero-terminated=1): of secrets
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Looks for several secrets, one after the other. Main context only.
 */
void
mcp_secret_values_read_async (McpSecretStore *store,
                              const char *const *names,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (store, cancellable, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);

  g_task_set_source_tag (task, mcp_secret_values_read_async);
  reading->names = g_strdupv ((char **) names);
  reading->values = g_ptr_array_new_with_free_func (free_value);
  g_task_set_task_data (task, reading, reading_free);
  read_next (task);
}

/**
 * mcp_secret_values_read_finish:
 * @result: the result
 * @error: return location
 *
 * Errors: #McpSecretError, naming the secret.
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): "secret:NAME=value" of each secret
 *   that there is, to be freed with mcp_secret_values_free()
 */
char **
mcp_secret_values_read_finish (GAsyncResult *result, GError **error)
{
  Reading *reading = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return (char **) g_ptr_array_free (g_steal_pointer (&reading->values), FALSE);
}

/**
 * mcp_secret_values_free:
 * @values: (transfer full) (array zero-terminated=1) (nullable): secrets
 *
 * Overwrites the texts before their memory is given back. Any thread.
 */
void
mcp_secret_values_free (char **values)
{
  for (gsize i = 0; values != NULL && values[i] != NULL; i++)
    mcp_secret_free (values[i]);
  g_free (values);
}

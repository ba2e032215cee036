/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The keyring is asked first. Files take its place where there is none; what they hold from such a
 * time is found later, too, and moves to the keyring when it is stored again.
 */
#include "upstream/secrets/mcp-secret-store.h"

#include "mcp-secret-files-private.h"
#include "mcp-secret-job-private.h"
#include "mcp-secret-service-private.h"

#include <string.h>

struct _McpSecretStore
{
  GObject parent_instance;

  char *directory;
  gboolean may_prompt;
  gboolean has_keyring; /* the last job found one */
};

G_DEFINE_FINAL_TYPE (McpSecretStore, mcp_secret_store, G_TYPE_OBJECT)

/* Files */

static void
files_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (mcp_secret_files_run (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* A value may lie in both places: what the files have is then of former times. */
static void
forget_file_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  McpSecretJob *job = task_data;
  McpSecretJob removal = *job; /* borrows all texts */

  removal.kind = MCP_SECRET_JOB_REMOVE;
  mcp_secret_files_run (&removal, NULL);
  g_task_return_boolean (task, TRUE);
}

/* Where the keyring has refused, its error counts, unless the files know more. */
static void
look_up_after_error_thread (GTask *task,
                            gpointer source,
                            gpointer task_data,
                            GCancellable *cancellable)
{
  McpSecretJob *job = task_data;
  GError *kept = g_object_get_data (G_OBJECT (task), "keyring-error");

  if (mcp_secret_files_run (job, NULL) && (job->value != NULL || job->names != NULL))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_error_copy (kept));
}

/* The keyring */

/* Takes @task and @error. What cannot be read from the keyring may lie in a file. */
static void
take_refusal (GTask *task, McpSecretJob *job, GError *error)
{
  if (job->kind == MCP_SECRET_JOB_SET || job->kind == MCP_SECRET_JOB_REMOVE)
    {
      g_task_return_error (task, error);
      return;
    }
  g_object_set_data_full (G_OBJECT (task), "keyring-error", error, (GDestroyNotify) g_error_free);
  g_task_run_in_thread (task, look_up_after_error_thread);
}

static void
take_done (GTask *task, McpSecretJob *job)
{
  if (job->kind == MCP_SECRET_JOB_SET)
    g_task_run_in_thread (task, forget_file_thread);
  else if (job->kind == MCP_SECRET_JOB_LOOK_UP && job->value != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_run_in_thread (task, files_thread);
}

static void
service_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpSecretStore *self = g_task_get_source_object (task);
  McpSecretJob *job = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean done = mcp_secret_service_run_finish (result, &self->has_keyring, &error);

  if (done)
    take_done (task, job);
  else if (self->has_keyring)
    take_refusal (task, job, error);
  else
    {
      g_error_free (error);
      g_task_run_in_thread (task, files_thread);
    }
}

/* Jobs */

static McpSecretJob *
job_new (McpSecretStore *self, McpSecretJobKind kind, McpSecretKind secret_kind, const char *name)
{
  McpSecretJob *job = g_new0 (McpSecretJob, 1);

  job->kind = kind;
  job->secret_kind = secret_kind;
  job->directory = g_strdup (self->directory);
  job->name = g_strdup (name);
  job->may_prompt = self->may_prompt;
  return job;
}

static gboolean
check (const McpSecretJob *job, GError **error)
{
  if (job->kind != MCP_SECRET_JOB_LIST && !mcp_secret_is_name (job->name))
    g_set_error (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_INVALID,
                 "“%s” is no name of a secret: letters, digits, “-” and “_”, %d at most", job->name,
                 MCP_SECRET_MAX_NAME_BYTES);
  else if (job->kind == MCP_SECRET_JOB_SET && strlen (job->value) > MCP_SECRET_MAX_VALUE_BYTES)
    g_set_error (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_INVALID, "A secret has %d KiB at most",
                 MCP_SECRET_MAX_VALUE_BYTES / 1024);
  else
    return TRUE;
  return FALSE;
}

/* Takes @job. */
static void
start (McpSecretStore *self,
       McpSecretJob *job,
       gpointer tag,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, job, mcp_secret_job_free);
  if (!check (job, &error))
    g_task_return_error (task, error);
  else if (mcp_secret_service_is_possible ())
    mcp_secret_service_run_async (job, cancellable, service_cb, g_steal_pointer (&task));
  else
    g_task_run_in_thread (task, files_thread);
}

static McpSecretJob *
finish (McpSecretStore *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == tag, NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_task_get_task_data (G_TASK (result));
}

/* GObject */

static void
mcp_secret_store_finalize (GObject *object)
{
  g_free (MCP_SECRET_STORE (object)->directory);

  G_OBJECT_CLASS (mcp_secret_store_parent_class)->finalize (object);
}

static void
mcp_secret_store_class_init (McpSecretStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_secret_store_finalize;
}

static void
mcp_secret_store_init (McpSecretStore *self)
{
}

/**
 * mcp_secret_store_new:
 * @directory: absolute; the daemon's state directory. Secrets of two directories do not meet
 * @may_prompt: whether somebody sits there who may be asked to unlock the keyring
 *
 * Returns: (transfer full): a new store, which asks nobody until it is used
 */
McpSecretStore *
mcp_secret_store_new (const char *directory, gboolean may_prompt)
{
  McpSecretStore *self;

  g_return_val_if_fail (directory != NULL && g_path_is_absolute (directory), NULL);

  self = g_object_new (MCP_TYPE_SECRET_STORE, NULL);
  self->directory = g_strdup (directory);
  self->may_prompt = may_prompt;
  return self;
}

/**
 * mcp_secret_store_has_keyring:
 * @self: a store
 *
 * Returns: whether the last operation found a keyring; else it went to the files
 */
gboolean
mcp_secret_store_has_keyring (McpSecretStore *self)
{
  g_return_val_if_fail (MCP_IS_SECRET_STORE (self), FALSE);

  return self->has_keyring;
}

/**
 * mcp_secret_store_look_up_async:
 * @self: a store
 * @kind: of the secret
 * @name: of the secret
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Looks for one secret, 10 s at most.
 */
void
mcp_secret_store_look_up_async (McpSecretStore *self,
                                McpSecretKind kind,
                                const char *name,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (MCP_IS_SECRET_STORE (self));
  g_return_if_fail (name != NULL);

  start (self, job_new (self, MCP_SECRET_JOB_LOOK_UP, kind, name), mcp_secret_store_look_up_async,
         cancellable, callback, user_data);
}

/**
 * mcp_secret_store_look_up_finish:
 * @self: the store
 * @result: the result
 * @error: return location
 *
 * Errors: #McpSecretError.
 *
 * Returns: (transfer full) (nullable): the secret, to be freed with mcp_secret_free();
 *   %NULL without an error where there is none
 */
char *
mcp_secret_store_look_up_finish (McpSecretStore *self, GAsyncResult *result, GError **error)
{
  McpSecretJob *job = finish (self, result, mcp_secret_store_look_up_async, error);

  return job != NULL ? g_steal_pointer (&job->value) : NULL;
}

/**
 * mcp_secret_store_set_async:
 * @self: a store
 * @kind: of the secret
 * @name: of the secret
 * @label: what a keyring shows to people
 * @value: the secret
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Stores a secret in the place of the one of that name.
 */
void
mcp_secret_store_set_async (McpSecretStore *self,
                            McpSecretKind kind,
                            const char *name,
                            const char *label,
                            const char *value,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  McpSecretJob *job;

  g_return_if_fail (MCP_IS_SECRET_STORE (self));
  g_return_if_fail (name != NULL && label != NULL && value != NULL);

  job = job_new (self, MCP_SECRET_JOB_SET, kind, name);
  job->label = g_strdup (label);
  job->value = g_strdup (value);
  start (self, job, mcp_secret_store_set_async, cancellable, callback, user_data);
}

/**
 * mcp_secret_store_set_finish:
 * @self: the store
 * @result: the result
 * @error: return location
 *
 * Errors: #McpSecretError.
 *
 * Returns: whether the secret is stored, for good
 */
gboolean
mcp_secret_store_set_finish (McpSecretStore *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, mcp_secret_store_set_async, error) != NULL;
}

/**
 * mcp_secret_store_remove_async:
 * @self: a store
 * @kind: of the secret
 * @name: of the secret
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Removes a secret wherever it lies. That it lies nowhere is no error.
 */
void
mcp_secret_store_remove_async (McpSecretStore *self,
                               McpSecretKind kind,
                               const char *name,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (MCP_IS_SECRET_STORE (self));
  g_return_if_fail (name != NULL);

  start (self, job_new (self, MCP_SECRET_JOB_REMOVE, kind, name), mcp_secret_store_remove_async,
         cancellable, callback, user_data);
}

/**
 * mcp_secret_store_remove_finish:
 * @self: the store
 * @result: the result
 * @error: return location
 *
 * Errors: #McpSecretError.
 *
 * Returns: whether there is no such secret any more
 */
gboolean
mcp_secret_store_remove_finish (McpSecretStore *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, mcp_secret_store_remove_async, error) != NULL;
}

/**
 * mcp_secret_store_list_async:
 * @self: a store
 * @kind: of secrets
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Lists the names of secrets, and no values.
 */
void
mcp_secret_store_list_async (McpSecretStore *self,
                             McpSecretKind kind,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (MCP_IS_SECRET_STORE (self));

  start (self, job_new (self, MCP_SECRET_JOB_LIST, kind, NULL), mcp_secret_store_list_async,
         cancellable, callback, user_data);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * mcp_secret_store_list_finish:
 * @self: the store
 * @result: the result
 * @error: return location
 *
 * Errors: #McpSecretError.
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): the names, sorted
 */
char **
mcp_secret_store_list_finish (McpSecretStore *self, GAsyncResult *result, GError **error)
{
  McpSecretJob *job = finish (self, result, mcp_secret_store_list_async, error);
  GPtrArray *names;

  if (job == NULL)
    return NULL;
  names = job->names != NULL ? g_steal_pointer (&job->names) : g_ptr_array_new ();
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

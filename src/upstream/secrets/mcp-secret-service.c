/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The keyring of the desktop: the Secret Service of freedesktop.org, by libsecret.
 *
 * Each job opens a session of its own: a keyring that was started again, or that has ended, is then
 * no special case. Nobody is asked to unlock a keyring, unless the job says that somebody sits
 * there.
 */
#include "mcp-secret-service-private.h"

#include "common/mcp-timer.h"
#include "mcp-libsecret-private.h"

#include <string.h>

/* Of a keyring that does not ask anybody. A person who is asked may take longer. */
#define ANSWER_MS          10000
#define PROMPTED_ANSWER_MS 120000

typedef struct
{
  McpSecretJob *job; /* (unowned): its task waits for this one */
  SecretService *service;
  GList *items;           /* (owned) (element-type SecretItem): still to be removed */
  gboolean was_there;     /* the keyring has answered */
  gboolean was_unlocked;  /* once is enough */
  GCancellable *deadline; /* (owned): cancelled with the caller's, or by the timer */
  GCancellable *callers;  /* (owned) (nullable) */
  gulong cancelled_id;
  GSource *timer; /* (owned) (nullable) */
} Run;

static const SecretSchema *
get_schema (void)
{
  static const SecretSchema schema = { "org.mcpsessiond.Secret",
                                       SECRET_SCHEMA_NONE,
                                       { { "kind", SECRET_SCHEMA_ATTRIBUTE_STRING },
                                         { "name", SECRET_SCHEMA_ATTRIBUTE_STRING },
                                         { "directory", SECRET_SCHEMA_ATTRIBUTE_STRING },
                                         { NULL, 0 } } };

  return &schema;
}

static GHashTable *
build_attributes (const McpSecretJob *job)
{
  GHashTable *attributes = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (attributes, (char *) "kind", (char *) mcp_secret_job_get_kind_name (job));
  g_hash_table_insert (attributes, (char *) "directory", job->directory);
  if (job->name != NULL)
    g_hash_table_insert (attributes, (char *) "name", job->name);
  return attributes;
}

static void
run_free (gpointer data)
{
  Run *run = data;

  mcp_timer_clear (&run->timer);
  if (run->callers != NULL)
    g_cancellable_disconnect (run->callers, run->cancelled_id);
  g_clear_object (&run->callers);
  g_clear_object (&run->deadline);
  g_clear_object (&run->service);
  g_list_free_full (run->items, g_object_unref);
  g_free (run);
}

static Run *
get_run (GTask *task)
{
  return g_task_get_task_data (task);
}

/* Takes @error and ends the task. */
static void
fail (GTask *task, GError *error)
{
  gboolean is_late = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
                     !g_cancellable_is_cancelled (g_task_get_cancellable (task));

  g_task_return_new_error (task, MCP_SECRET_ERROR, MCP_SECRET_ERROR_FAILED, "%s",
                           is_late ? "The keyring does not answer" : error->message);
  g_error_free (error);
}

static void
fail_locked (GTask *task)
{
  g_task_return_new_error (task, MCP_SECRET_ERROR, MCP_SECRET_ERROR_LOCKED,
                           "The keyring is locked; unlock it (it opens when you log in)");
}

static void search (GTask *task);

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  secret_service_unlock_finish (SECRET_SERVICE (source), result, NULL, &error);
  if (error != NULL)
    fail (task, error);
  else
    search (g_steal_pointer (&task));
}

/* Takes @task. Asks the person who sits there to unlock @locked, once. */
static void
unlock (GTask *task, GList *locked)
{
  Run *run = get_run (task);

  if (!run->job->may_prompt || run->was_unlocked)
    {
      fail_locked (task);
      g_object_unref (task);
      return;
    }
  run->was_unlocked = TRUE;
  secret_service_unlock (run->service, locked, run->deadline, unlocked_cb, task);
}

static gboolean
take_value (McpSecretJob *job, SecretItem *item)
{
  SecretValue *value = secret_item_get_locked (item) ? NULL : secret_item_get_secret (item);
  const char *text = value != NULL ? secret_value_get_text (value) : NULL;

  job->value = g_strdup (text);
  g_clear_pointer (&value, secret_value_unref);
  return job->value != NULL;
}

/* Takes @task. */
static void
take_looked_up (GTask *task, GList *items)
{
  Run *run = get_run (task);

  for (GList *at = items; at != NULL && run->job->value == NULL; at = at->next)
    take_value (run->job, at->data);
  if (run->job->value == NULL && items != NULL)
    {
      unlock (task, items);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
take_list (GTask *task, GList *items)
{
  for (GList *at = items; at != NULL; at = at->next)
    {
      g_autoptr (GHashTable) attributes = secret_item_get_attributes (at->data);
      const char *name = g_hash_table_lookup (attributes, "name");

      if (name != NULL && mcp_secret_is_name (name))
        mcp_secret_job_add_name (get_run (task)->job, name);
    }
  g_task_return_boolean (task, TRUE);
}

static void remove_next (GTask *task);

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!secret_item_delete_finish (SECRET_ITEM (source), result, &error))
    fail (task, error);
  else
    remove_next (g_steal_pointer (&task));
}

/* Takes @task. */
static void
remove_next (GTask *task)
{
  Run *run = get_run (task);
  g_autoptr (SecretItem) item = NULL;

  if (run->items == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  item = run->items->data;
  run->items = g_list_delete_link (run->items, run->items);
  secret_item_delete (item, run->deadline, removed_cb, task);
}

static gboolean
is_any_locked (GList *items)
{
  for (GList *at = items; at != NULL; at = at->next)
    if (secret_item_get_locked (at->data))
      return TRUE;
  return FALSE;
}

/* Takes @task. */
static void
take_removable (GTask *task, GList *items)
{
  if (is_any_locked (items))
    {
      unlock (task, items);
      return;
    }
  get_run (task)->items =
      g_list_copy_deep (items, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
  remove_next (task);
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GList *items = secret_service_search_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    fail (task, error);
  else if (get_run (task)->job->kind == MCP_SECRET_JOB_LIST)
    take_list (task, items);
  else if (get_run (task)->job->kind == MCP_SECRET_JOB_REMOVE)
    take_removable (g_object_ref (task), items);
  else
    take_looked_up (g_object_ref (task), items);
  g_list_free_full (items, g_object_unref);
}

/* Takes @task. */
static void
search (GTask *task)
{
  Run *run = get_run (task);
  g_autoptr (GHashTable) attributes = build_attributes (run->job);
  SecretSearchFlags flags = SECRET_SEARCH_ALL;

  if (run->job->kind == MCP_SECRET_JOB_LOOK_UP)
    flags |= SECRET_SEARCH_LOAD_SECRETS;
  secret_service_search (run->service, get_schema (), attributes, flags, run->deadline, searched_cb,
                         task);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (secret_service_store_finish (SECRET_SERVICE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    fail (task, error);
}

/* Takes @task. */
static void
store (GTask *task)
{
  Run *run = get_run (task);
  g_autoptr (GHashTable) attributes = build_attributes (run->job);
  SecretValue *value = secret_value_new (run->job->value, -1, "text/plain");

  secret_service_store (run->service, get_schema (), attributes, SECRET_COLLECTION_DEFAULT,
                        run->job->label, value, run->deadline, stored_cb, task);
  secret_value_unref (value);
}

static void
collection_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Run *run = get_run (task);
  GError *error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_for_alias_finish (result, &error);

  if (error != NULL)
    fail (task, error);
  else if (run->job->may_prompt ||
           (collection != NULL && !secret_collection_get_locked (collection)))
    store (g_steal_pointer (&task));
  else if (collection != NULL)
    fail_locked (task);
  else
    {
      /* To make a keyring, somebody must be asked for its password. */
      run->was_there = FALSE;
      g_task_return_new_error (task, MCP_SECRET_ERROR, MCP_SECRET_ERROR_FAILED,
                               "There is no keyring yet");
    }
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Run *run = get_run (task);
  GError *error = NULL;

  run->service = secret_service_open_finish (result, &error);
  run->was_there = run->service != NULL || g_cancellable_is_cancelled (run->deadline);
  if (run->service == NULL)
    fail (task, error);
  else if (run->job->kind == MCP_SECRET_JOB_SET)
    secret_collection_for_alias (run->service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE,
                                 run->deadline, collection_cb, g_steal_pointer (&task));
  else
    search (g_steal_pointer (&task));
}

static gboolean
late_cb (gpointer data)
{
  Run *run = data;

  g_clear_pointer (&run->timer, g_source_unref);
  g_cancellable_cancel (run->deadline);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/*
 * mcp_secret_service_is_possible:
 *
 * Without an address of a bus, GIO would start one of its own.
 *
 * Returns: whether there is a bus that may have a keyring
 */
gboolean
mcp_secret_service_is_possible (void)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *socket = NULL;

  if (g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL)
    return TRUE;
  socket = runtime != NULL ? g_build_filename (runtime, "bus", NULL) : NULL;
  return socket != NULL && g_file_test (socket, G_FILE_TEST_EXISTS);
}

/*
 * mcp_secret_service_run_async:
 * @job: (not nullable): what to do; stays until @callback
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 */
void
mcp_secret_service_run_async (McpSecretJob *job,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Run *run = g_new0 (Run, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, mcp_secret_service_run_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, run, run_free);
  run->job = job;
  run->deadline = g_cancellable_new ();
  if (cancellable != NULL)
    {
      run->callers = g_object_ref (cancellable);
      run->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                                 g_object_ref (run->deadline), g_object_unref);
    }
  run->timer =
      mcp_timer_new_ms ("keyring", job->may_prompt ? PROMPTED_ANSWER_MS : ANSWER_MS, late_cb, run);
  if (!mcp_late_library_open (&mcp_libsecret, &error))
    {
      fail (task, error);
      g_object_unref (task);
      return;
    }
  secret_service_open (SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION, run->deadline,
                       opened_cb, task);
}

/*
 * mcp_secret_service_run_finish:
 * @result: the result
 * @was_there: (out): whether there is a keyring
 * @error: return location
 *
 * Errors: #McpSecretError.
 *
 * Returns: whether it was done
 */
gboolean
mcp_secret_service_run_finish (GAsyncResult *result, gboolean *was_there, GError **error)
{
  *was_there = get_run (G_TASK (result))->was_there;
  return g_task_propagate_boolean (G_TASK (result), error);
}

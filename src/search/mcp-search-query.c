/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One app is searched: GetInitialResultSet gives the ids of all results, best first, and
 * GetResultMetas what is to be said of the first of them.
 */
#include "mcp-search-query.h"

#define INTERFACE "org.gnome.Shell.SearchProvider2"

/* An app may have to be started first. Whoever is slower is of no use to somebody who waits. */
#define PATIENCE_MS 5000

typedef struct
{
  GDBusConnection *connection; /* (owned) */
  char *bus_name;
  char *object_path;
  guint max_results;
} Query;

static void
query_free (gpointer data)
{
  Query *query = data;

  g_object_unref (query->connection);
  g_free (query->bus_name);
  g_free (query->object_path);
  g_free (query);
}

static void
call (GTask *task,
      const char *method,
      GVariant *arguments,
      const char *type,
      GAsyncReadyCallback cb)
{
  Query *query = g_task_get_task_data (task);

  g_dbus_connection_call (query->connection, query->bus_name, query->object_path, INTERFACE, method,
                          arguments, G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS,
                          g_task_get_cancellable (task), cb, g_object_ref (task));
}

static GVariant *
finish_call (GObject *source, GAsyncResult *result, GError **error)
{
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, error);

  if (reply == NULL)
    g_dbus_error_strip_remote_error (*error);
  return reply;
}

static void
described_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = finish_call (source, result, &error);

  if (reply != NULL)
    g_task_return_pointer (task, g_variant_get_child_value (reply, 0),
                           (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, error);
}

/* Returns: (transfer none): floating: the first of the ids */
static GVariant *
take_first (GVariant *ids, guint max_results)
{
  GVariantBuilder builder;
  gsize n_ids = MIN (g_variant_n_children (ids), max_results);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("as"));
  for (gsize i = 0; i < n_ids; i++)
    {
      g_autoptr (GVariant) id = g_variant_get_child_value (ids, i);

      g_variant_builder_add_value (&builder, id);
    }
  return g_variant_new ("(as)", &builder);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply = finish_call (source, result, &error);
  g_autoptr (GVariant) ids = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (ids == NULL)
    g_task_return_error (task, error);
  else if (g_variant_n_children (ids) == 0)
    g_task_return_pointer (
        task, g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0)),
        (GDestroyNotify) g_variant_unref);
  else
    call (task, "GetResultMetas", take_first (ids, query->max_results), "(aa{sv})", described_cb);
}

/**
 * mcp_search_query_async:
 * @connection: to the session bus
 * @source: the app; borrowed until this returns
 * @terms: what is looked for, one word or more
 * @max_results: how many results are wanted at most
 * @cancellable: (nullable): cancels the search
 * @callback: for mcp_search_query_finish()
 * @user_data: for @callback
 *
 * Searches one app. The bus starts the app where necessary.
 */
void
mcp_search_query_async (GDBusConnection *connection,
                        const McpSearchSource *source,
                        const char *const *terms,
                        guint max_results,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Query *query = g_new (Query, 1);

  *query = (Query){ g_object_ref (connection), g_strdup (source->bus_name),
                    g_strdup (source->object_path), max_results };
  g_task_set_source_tag (task, mcp_search_query_async);
  g_task_set_task_data (task, query, query_free);
  call (task, "GetInitialResultSet", g_variant_new ("(^as)", terms), "(as)", found_cb);
}

/**
 * mcp_search_query_finish:
 * @result: of mcp_search_query_async()
 * @error: return location
 *
 * Errors: of the bus and of the app; %G_IO_ERROR_TIMED_OUT; %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full) (nullable): the results, best first: `aa{sv}` with the keys of
 *   `GetResultMetas`
 */
GVariant *
mcp_search_query_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The folders in which apps say that they can be searched: gnome-shell/search-providers in each of
 * the XDG data directories. They are read for each search: a few small files, and never out of
 * date.
 */
#include "mcp-search-folders.h"

#include "mcp-search-choice.h"

#include <string.h>

#define FOLDER "gnome-shell/search-providers"

static gboolean
is_same (gconstpointer a, gconstpointer b)
{
  const McpSearchSource *one = a;
  const McpSearchSource *other = b;

  return strcmp (one->bus_name, other->bus_name) == 0 &&
         strcmp (one->object_path, other->object_path) == 0;
}

static void
read_file (GPtrArray *sources, const McpSearchChoice *choice, const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpSearchSource) source = NULL;
  gsize length;

  if (g_file_get_contents (path, &data, &length, &error))
    source = mcp_search_source_new_from_data (data, length, &error);
  if (source == NULL)
    g_message ("%s is left out: %s", path, error->message);
  else if (mcp_search_choice_has (choice, source) &&
           !g_ptr_array_find_with_equal_func (sources, source, is_same, NULL))
    g_ptr_array_add (sources, g_steal_pointer (&source));
}

static void
read_folder (GPtrArray *sources, const McpSearchChoice *choice, const char *data_directory)
{
  g_autofree char *folder = g_build_filename (data_directory, FOLDER, NULL);
  g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
  const char *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_suffix (name, ".ini"))
        read_file (sources, choice, path);
    }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const McpSearchSource *one = *(const McpSearchSource *const *) a;
  const McpSearchSource *other = *(const McpSearchSource *const *) b;

  return strcmp (one->bus_name, other->bus_name);
}

/* The user's own directory comes first: what it says of an app counts. */
static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) sources =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_search_source_free);
  const char *const *system = g_get_system_data_dirs ();

  read_folder (sources, task_data, g_get_user_data_dir ());
  for (gsize i = 0; system[i] != NULL; i++)
    read_folder (sources, task_data, system[i]);
  g_ptr_array_sort (sources, compare);
  g_task_return_pointer (task, g_steal_pointer (&sources), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * mcp_search_folders_read_async:
 * @cancellable: (nullable): cancels the reading
 * @callback: for mcp_search_folders_read_finish()
 * @user_data: for @callback
 *
 * Looks for the apps that can be searched, and that the user has not switched off.
 */
void
mcp_search_folders_read_async (GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, mcp_search_folders_read_async);
  g_task_set_task_data (task, mcp_search_choice_new (), (GDestroyNotify) mcp_search_choice_free);
  g_task_run_in_thread (task, read_in_thread);
}

/**
 * mcp_search_folders_read_finish:
 * @result: of mcp_search_folders_read_async()
 * @error: return location
 *
 * Errors: %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full) (element-type McpSearchSource): the apps, in a fixed order
 */
GPtrArray *
mcp_search_folders_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

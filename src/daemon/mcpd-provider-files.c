/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-provider-files.h"

#include "common/mcp-names.h"
#include "common/mcp-timer.h"
#include "daemon/mcpd-trusted-file.h"
#include "gateway/api/mcp-gateway-apps.h"
#include "upstream/config/mcp-provider-file.h"

#include <glib/gi18n.h>
#include <string.h>

#define SUFFIX ".provider"

/* A package manager writes several files one after the other. */
#define SETTLE_MS 200

/* All directories together. No desktop has as many apps that offer tools. */
#define MAX_FILES 256

struct _McpdProviderFiles
{
  GObject parent_instance;

  McpGateway *gateway;       /* (owned) */
  char **directories;        /* (owned): the one that counts most comes first */
  McpdInotify *inotify;      /* (owned) */
  GPtrArray *watches;        /* (owned) (element-type McpdWatch) */
  GPtrArray *problems;       /* (owned) (element-type utf8): as last logged */
  GSource *settle;           /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned) */
};

G_DEFINE_FINAL_TYPE (McpdProviderFiles, mcpd_provider_files, G_TYPE_OBJECT)

/* What a reading of all files found. */
typedef struct
{
  GPtrArray *configs;  /* (owned) (element-type McpServerConfig) */
  GPtrArray *problems; /* (owned) (element-type utf8) */
  guint n_files;
} Found;

static Found *
found_new (void)
{
  Found *found = g_new0 (Found, 1);

  found->configs = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  found->problems = g_ptr_array_new_with_free_func (g_free);
  return found;
}

static void
found_free (gpointer data)
{
  Found *found = data;

  g_ptr_array_unref (found->configs);
  g_ptr_array_unref (found->problems);
  g_free (found);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Found, found_free)

static const McpServerConfig *
find (GPtrArray *configs, const char *name)
{
  for (guint i = 0; i < configs->len; i++)
    {
      const McpServerConfig *config = g_ptr_array_index (configs, i);

      if (strcmp (config->name, name) == 0)
        return config;
    }
  return NULL;
}

/* As XDG says: a file of an earlier directory stands for those of its name in later ones. */
static void
add (Found *found, McpServerConfig *config, const char *path)
{
  const McpServerConfig *earlier = find (found->configs, config->name);

  if (earlier == NULL)
    {
      g_ptr_array_add (found->configs, config);
      return;
    }
  if (strcmp (earlier->bus->name, config->bus->name) != 0)
    g_ptr_array_add (found->problems,
                     g_strdup_printf (_ ("%s: the name “%s” is taken by the provider of %s"), path,
                                      config->name, earlier->bus->name));
  mcp_server_config_unref (config);
}

static void
read_file (Found *found, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = mcpd_trusted_file_read (path, &error);
  McpServerConfig *config = NULL;

  if (contents != NULL)
    {
      gsize length;
      const char *text = g_bytes_get_data (contents, &length);

      config = mcp_provider_file_parse (text, length, path, &error);
    }
  if (config != NULL)
    add (found, config, path);
  else
    g_ptr_array_add (found->problems, g_strdup (error->message));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
read_directory (Found *found, const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (directory, g_ptr_array_index (names, i), NULL);

      if (found->n_files++ < MAX_FILES)
        read_file (found, path);
      else if (found->n_files == MAX_FILES + 1)
        g_ptr_array_add (found->problems,
                         g_strdup_printf (_ ("%s: there are more than %d .provider files; this one "
                                             "and those after it are not read"),
                                          path, MAX_FILES));
    }
}

static Found *
read_all (char **directories)
{
  Found *found = found_new ();

  for (gsize i = 0; directories[i] != NULL; i++)
    read_directory (found, directories[i]);
  return found;
}

/* A problem is logged once, as long as it stays. */
static void
log_problems (McpdProviderFiles *self, GPtrArray *problems)
{
  for (guint i = 0; i < problems->len; i++)
    if (!g_ptr_array_find_with_equal_func (self->problems, g_ptr_array_index (problems, i),
                                           g_str_equal, NULL))
      g_warning ("%s", (const char *) g_ptr_array_index (problems, i));
  g_ptr_array_unref (self->problems);
  self->problems = g_ptr_array_ref (problems);
}

static void
take (McpdProviderFiles *self, Found *found)
{
  log_problems (self, found->problems);
  mcp_gateway_apps_set_installed (self->gateway, found->configs);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Found) found = g_task_propagate_pointer (G_TASK (result), NULL);

  /* cancelled by dispose: there is no object any more */
  if (found != NULL)
    take (user_data, found);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_pointer (task, read_all (task_data), found_free);
}

static gboolean
settled_cb (gpointer user_data)
{
  McpdProviderFiles *self = user_data;
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, read_cb, self);

  mcp_timer_clear (&self->settle);
  g_task_set_source_tag (task, settled_cb);
  g_task_set_task_data (task, g_strdupv (self->directories), (GDestroyNotify) g_strfreev);
  g_task_run_in_thread (task, read_in_thread);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (gpointer user_data)
{
  McpdProviderFiles *self = user_data;

  mcp_timer_clear (&self->settle);
  self->settle = mcp_timer_new_ms ("provider-files-settle", SETTLE_MS, settled_cb, self);
}

/* A directory that is not there is watched as well. */
static void
watch (McpdProviderFiles *self, const char *directory)
{
  g_autoptr (GError) error = NULL;
  McpdWatch *watch =
      mcpd_inotify_watch_directory (self->inotify, directory, changed_cb, self, &error);

  if (watch != NULL)
    g_ptr_array_add (self->watches, watch);
  else
    g_message (_ ("Changes of %s take effect at the next start only: %s"), directory,
               error->message);
}

static void
watch_free (gpointer watch)
{
  mcpd_inotify_watch_free (watch);
}

static void
mcpd_provider_files_dispose (GObject *object)
{
  McpdProviderFiles *self = MCPD_PROVIDER_FILES (object);

  g_cancellable_cancel (self->cancellable);
  mcp_timer_clear (&self->settle);
  g_ptr_array_set_size (self->watches, 0);
  g_clear_object (&self->gateway);

  G_OBJECT_CLASS (mcpd_provider_files_parent_class)->dispose (object);
}

static void
mcpd_provider_files_finalize (GObject *object)
{
  McpdProviderFiles *self = MCPD_PROVIDER_FILES (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->watches);
  mcpd_inotify_unref (self->inotify);
  g_ptr_array_unref (self->problems);
  g_strfreev (self->directories);

  G_OBJECT_CLASS (mcpd_provider_files_parent_class)->finalize (object);
}

static void
mcpd_provider_files_class_init (McpdProviderFilesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcpd_provider_files_dispose;
  object_class->finalize = mcpd_provider_files_finalize;
}

static void
mcpd_provider_files_init (McpdProviderFiles *self)
{
  self->watches = g_ptr_array_new_with_free_func (watch_free);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->cancellable = g_cancellable_new ();
}

/**
 * mcpd_provider_files_new:
 * @inotify: tells of changes
 * @directories: absolute; where the files are, the one that counts most first
 * @gateway: gets the apps
 *
 * Returns: (transfer full): has read nothing yet
 */
McpdProviderFiles *
mcpd_provider_files_new (McpdInotify *inotify, const char *const *directories, McpGateway *gateway)
{
  McpdProviderFiles *self = g_object_new (MCPD_TYPE_PROVIDER_FILES, NULL);

  self->inotify = mcpd_inotify_ref (inotify);
  self->directories = g_strdupv ((char **) directories);
  self->gateway = g_object_ref (gateway);
  return self;
}

static void
add_directory (GStrvBuilder *builder, const char *data_directory)
{
  g_autofree char *path =
      g_build_filename (data_directory, MCP_DIRECTORY, MCP_PROVIDERS_DIRECTORY, NULL);

  if (g_path_is_absolute (path))
    g_strv_builder_add (builder, path);
}

/**
 * mcpd_provider_files_dup_directories:
 *
 * Returns: (transfer full): where apps bring their files: below `$XDG_DATA_HOME` and
 *   `$XDG_DATA_DIRS`
 */
char **
mcpd_provider_files_dup_directories (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *const *system = g_get_system_data_dirs ();

  add_directory (builder, g_get_user_data_dir ());
  for (gsize i = 0; system[i] != NULL; i++)
    add_directory (builder, system[i]);
  return g_strv_builder_end (builder);
}

/**
 * mcpd_provider_files_start:
 * @self: the files
 *
 * Reads the files once, blocking, and then again whenever one changes. A file that is malformed, or
 * that others can write, is reported and left out. Before the main loop only.
 */
void
mcpd_provider_files_start (McpdProviderFiles *self)
{
  g_autoptr (Found) found = NULL;

  for (gsize i = 0; self->directories[i] != NULL; i++)
    watch (self, self->directories[i]);
  found = read_all (self->directories);
  take (self, found);
}

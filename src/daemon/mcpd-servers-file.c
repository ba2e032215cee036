/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-servers-file.h"

#include "common/mcp-error.h"
#include "common/mcp-file.h"
#include "daemon/mcpd-file-report.h"
#include "daemon/mcpd-trusted-file.h"
#include "daemon/mcpd-watched-file.h"
#include "upstream/config/mcp-server-config.h"
#include "upstream/config/mcp-server-variables.h"
#include "upstream/config/mcp-servers-edit.h"

#include <glib/gi18n.h>
#include <string.h>

struct _McpdServersFile
{
  GObject parent_instance;

  McpdWatchedFile *file; /* (owned) */
  McpGateway *gateway;   /* (owned) */
  McpdFileReport report;
  GQueue edits; /* (element-type GTask) (owned): the first one is under way */
};

/* What is to be changed in the file. */
typedef struct
{
  char *path;
  char *name;
  gboolean disabled;
} Edit;

G_DEFINE_FINAL_TYPE (McpdServersFile, mcpd_servers_file, G_TYPE_OBJECT)

/* @lines: of the file's entries; @problem: about the file */
static void
note_problem (McpdServersFile *self, GHashTable *lines, const char *problem)
{
  const char *path = mcpd_watched_file_get_path (self->file);
  guint line = mcp_servers_edit_find_line (lines, path, problem);

  g_ptr_array_add (self->report.problems, mcpd_problem_new (line, g_strdup (problem)));
}

static void
keep_servers (McpdServersFile *self, GHashTable *lines, const GError *error)
{
  g_autofree char *problem =
      g_strdup_printf (_ ("%s; the servers stay as they are"), error->message);

  note_problem (self, lines, problem);
}

static void
leave_out (McpdServersFile *self,
           GHashTable *lines,
           GPtrArray *all,
           const McpServerConfig *config,
           const char *why)
{
  McpServerLeftOut *left_out = g_new0 (McpServerLeftOut, 1);
  g_autofree char *problem =
      g_strdup_printf ("%s: server “%s”: %s; the server is left out",
                       mcpd_watched_file_get_path (self->file), config->name, why);

  left_out->name = g_strdup (config->name);
  left_out->why = g_strdup (why);
  g_ptr_array_add (all, left_out);
  note_problem (self, lines, problem);
}

/* The environment of a daemon does not change any more. */
static void
leave_out_unset (McpdServersFile *self, GHashTable *lines, GPtrArray *configs, GPtrArray *left_out)
{
  g_auto (GStrv) environment = g_get_environ ();

  for (guint i = configs->len; i-- > 0;)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);
      g_autoptr (GError) error = NULL;

      if (config->disabled ||
          mcp_server_variables_check (config, (const char *const *) environment, &error))
        continue;
      leave_out (self, lines, left_out, config, error->message);
      g_ptr_array_remove_index (configs, i);
    }
}

static void
take_servers (McpdServersFile *self, GBytes *contents)
{
  const char *path = mcpd_watched_file_get_path (self->file);
  gsize length;
  const char *text = g_bytes_get_data (contents, &length);
  g_autoptr (GHashTable) lines = mcp_servers_edit_build_lines (text);
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) left_out = NULL;
  g_autoptr (GError) error = NULL;

  configs = mcp_server_config_parse_entries (text, length, path, &problems, &left_out, &error);
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    note_problem (self, lines, g_ptr_array_index (problems, i));
  if (configs == NULL)
    {
      keep_servers (self, lines, error);
      return;
    }

  leave_out_unset (self, lines, configs, left_out);
  mcp_gateway_set_left_out (self->gateway, left_out);
  mcp_gateway_set_servers (self->gateway, configs);
  /* TRANSLATORS: file, number of upstream servers */
  g_message (ngettext ("%s: %u server", "%s: %u servers", configs->len), path, configs->len);
}

static void
take_none (McpdServersFile *self)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  mcp_gateway_set_left_out (self->gateway, NULL);
  mcp_gateway_set_servers (self->gateway, none);
  g_message (_ ("%s: no such file, no servers"), mcpd_watched_file_get_path (self->file));
}

static void
changed_cb (McpdWatchedFile *file, GBytes *contents, GError *error, gpointer user_data)
{
  McpdServersFile *self = MCPD_SERVERS_FILE (user_data);
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);

  mcpd_file_report_begin (&self->report, contents != NULL || error != NULL);
  if (error != NULL)
    keep_servers (self, none, error);
  else if (contents != NULL)
    take_servers (self, contents);
  else
    take_none (self);
  mcpd_file_report_log (&self->report);
}

static void
edit_free (gpointer data)
{
  Edit *edit = data;

  g_free (edit->path);
  g_free (edit->name);
  g_free (edit);
}

/* Returns: (transfer full) (nullable): what is in the file now */
static GBytes *
change_file (const Edit *edit, GError **error)
{
  g_autoptr (GBytes) before = mcpd_trusted_file_read (edit->path, error);
  char *after;

  if (before == NULL)
    return NULL;
  after = mcp_servers_edit_set_disabled (g_bytes_get_data (before, NULL), edit->name,
                                         edit->disabled, error);
  if (after == NULL || !mcp_file_replace (edit->path, after, error))
    {
      g_free (after);
      return NULL;
    }
  return g_bytes_new_take (after, strlen (after));
}

static void
edit_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Edit *edit = task_data;
  GError *error = NULL;
  GBytes *contents = change_file (edit, &error);

  if (contents != NULL)
    {
      g_task_return_pointer (task, contents, (GDestroyNotify) g_bytes_unref);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      g_set_error (&error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no server “%s”", edit->name);
    }
  g_task_return_error (task, error);
}

static void start_edit (McpdServersFile *self);

/* What was written is in force before its author hears of it; the watch comes later. */
static void
edited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpdServersFile) self = MCPD_SERVERS_FILE (user_data);
  g_autoptr (GTask) task = g_queue_pop_head (&self->edits);
  GError *error = NULL;
  g_autoptr (GBytes) contents = g_task_propagate_pointer (G_TASK (result), &error);

  if (contents != NULL && self->file != NULL)
    changed_cb (self->file, contents, NULL, self);
  if (contents != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  if (!g_queue_is_empty (&self->edits))
    start_edit (self);
}

static void
start_edit (McpdServersFile *self)
{
  const Edit *edit = g_task_get_task_data (g_queue_peek_head (&self->edits));
  g_autoptr (GTask) task = g_task_new (NULL, NULL, edited_cb, g_object_ref (self));

  g_task_set_source_tag (task, start_edit);
  /* The task in the queue keeps it until this one is done. */
  g_task_set_task_data (task, (gpointer) edit, NULL);
  g_task_run_in_thread (task, edit_thread);
}

/**
 * mcpd_servers_file_set_disabled_async:
 * @self: the file
 * @name: of a server
 * @disabled: whether the server is to be off
 * @callback: (scope async): when the change is in force
 * @user_data: for @callback
 *
 * Switches a server off or on in the file, whose comments and layout stay. One change follows the
 * other.
 */
void
mcpd_servers_file_set_disabled_async (McpdServersFile *self,
                                      const char *name,
                                      gboolean disabled,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  GTask *task;
  Edit *edit;

  g_return_if_fail (MCPD_IS_SERVERS_FILE (self));
  g_return_if_fail (name != NULL);

  edit = g_new0 (Edit, 1);
  edit->path = g_strdup (mcpd_watched_file_get_path (self->file));
  edit->name = g_strdup (name);
  edit->disabled = disabled;
  task = g_task_new (NULL, NULL, callback, user_data);
  g_task_set_source_tag (task, mcpd_servers_file_set_disabled_async);
  g_task_set_task_data (task, edit, edit_free);
  g_queue_push_tail (&self->edits, task);
  if (self->edits.length == 1)
    start_edit (self);
}

/**
 * mcpd_servers_file_set_disabled_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND where the file has no such server; %MCP_ERROR_INVALID_ARGUMENTS
 * where the file is not understood; others where it cannot be read or written, or is not to be
 * trusted.
 *
 * Returns: whether the file says so, and the gateway knows
 */
gboolean
mcpd_servers_file_set_disabled_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mcpd_servers_file_set_disabled_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mcpd_servers_file_append_json:
 * @self: the file
 * @json: gets what became of the file, as mcpd_file_report_append_json()
 */
void
mcpd_servers_file_append_json (McpdServersFile *self, GString *json)
{
  g_return_if_fail (MCPD_IS_SERVERS_FILE (self));

  mcpd_file_report_append_json (&self->report, mcpd_watched_file_get_path (self->file), json);
}

static void
mcpd_servers_file_dispose (GObject *object)
{
  McpdServersFile *self = MCPD_SERVERS_FILE (object);

  if (self->file != NULL)
    g_signal_handlers_disconnect_by_data (self->file, self);
  g_clear_object (&self->file);
  g_clear_object (&self->gateway);

  G_OBJECT_CLASS (mcpd_servers_file_parent_class)->dispose (object);
}

static void
mcpd_servers_file_finalize (GObject *object)
{
  McpdServersFile *self = MCPD_SERVERS_FILE (object);

  mcpd_file_report_clear (&self->report);

  G_OBJECT_CLASS (mcpd_servers_file_parent_class)->finalize (object);
}

static void
mcpd_servers_file_class_init (McpdServersFileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcpd_servers_file_dispose;
  object_class->finalize = mcpd_servers_file_finalize;
}

static void
mcpd_servers_file_init (McpdServersFile *self)
{
  g_queue_init (&self->edits);
  mcpd_file_report_init (&self->report);
}

/**
 * mcpd_servers_file_new:
 * @inotify: tells of changes
 * @path: of the file, which need not exist
 * @gateway: gets the servers
 *
 * Returns: (transfer full): has read nothing yet
 */
McpdServersFile *
mcpd_servers_file_new (McpdInotify *inotify, const char *path, McpGateway *gateway)
{
  McpdServersFile *self;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (MCP_IS_GATEWAY (gateway), NULL);

  self = g_object_new (MCPD_TYPE_SERVERS_FILE, NULL);
  self->file = mcpd_watched_file_new (inotify, path);
  self->gateway = g_object_ref (gateway);
  g_signal_connect (self->file, "changed", G_CALLBACK (changed_cb), self);
  return self;
}

/**
 * mcpd_servers_file_start:
 * @self: the file
 *
 * Reads the file once, blocking, and then again whenever it changes. A file
 * that is malformed, or that others can write, is reported, and the servers
 * stay as they were. Before the main loop only.
 */
void
mcpd_servers_file_start (McpdServersFile *self)
{
  g_autoptr (GError) watch_error = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = NULL;
  const char *path;

  g_return_if_fail (MCPD_IS_SERVERS_FILE (self));

  path = mcpd_watched_file_get_path (self->file);
  self->report.is_watched = mcpd_watched_file_watch (self->file, &watch_error);
  if (!self->report.is_watched)
    g_warning (_ ("Changes of %s take effect at the next start only: %s"), path,
               watch_error->message);

  contents = mcpd_trusted_file_read (path, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_clear_error (&error);
  changed_cb (self->file, contents, error, self);
}

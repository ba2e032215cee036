/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-program-stamp.h"

#include <glib/gstdio.h>
#include <string.h>

#define PAUSE_US G_USEC_PER_SEC

struct _McpProgramStamp
{
  McpServerConfig *config; /* (owned) */
  McpProgramStampFunc changed;
  gpointer changed_data;
  GCancellable *cancellable; /* (owned) */
  char *text;                /* (owned) (nullable): as last seen */
  gint64 looked_at;          /* monotonic, microseconds */
  gboolean is_looking;
};

static void
append_file (GString *out, const char *path)
{
  GStatBuf info;

  if (g_stat (path, &info) == 0 && S_ISREG (info.st_mode))
    g_string_append_printf (
        out, "%s %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld %" G_GINT64_FORMAT "\n", path,
        (guint64) info.st_ino, (gint64) info.st_mtim.tv_sec, (long) info.st_mtim.tv_nsec,
        (gint64) info.st_size);
}

/**
 * mcp_program_stamp_build:
 * @config: a server
 *
 * What can be seen of the server's program without running it: its file, and the files that
 * its arguments name by absolute paths, such as a script. Blocks on the disk; any thread.
 *
 * Returns: (transfer full): a text that differs once one of the files was replaced
 */
char *
mcp_program_stamp_build (const McpServerConfig *config)
{
  GString *out = g_string_new (NULL);
  g_autofree char *program =
      config->command != NULL ? g_find_program_in_path (config->command) : NULL;

  if (program != NULL)
    append_file (out, program);
  for (guint i = 0; config->args != NULL && config->args[i] != NULL; i++)
    if (g_path_is_absolute (config->args[i]))
      append_file (out, config->args[i]);
  return g_string_free (out, FALSE);
}

static void
build_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_pointer (task, mcp_program_stamp_build (task_data), g_free);
}

static void
built_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpProgramStamp *self = user_data;
  g_autofree char *text = g_task_propagate_pointer (G_TASK (result), NULL);
  gboolean is_other;

  /* cancelled by mcp_program_stamp_free(): it has gone */
  if (text == NULL)
    return;

  is_other = self->text != NULL && strcmp (self->text, text) != 0;
  g_free (self->text);
  self->text = g_steal_pointer (&text);
  self->is_looking = FALSE;
  if (is_other)
    self->changed (self->changed_data);
}

/**
 * mcp_program_stamp_look:
 * @self: the stamp
 *
 * Looks at the files, unless somebody did within the last second. The first look finds no change.
 */
void
mcp_program_stamp_look (McpProgramStamp *self)
{
  gint64 now_us = g_get_monotonic_time ();
  g_autoptr (GTask) task = NULL;

  if (self->config->command == NULL || self->is_looking ||
      (self->text != NULL && now_us - self->looked_at < PAUSE_US))
    return;

  self->is_looking = TRUE;
  self->looked_at = now_us;
  task = g_task_new (NULL, self->cancellable, built_cb, self);
  g_task_set_source_tag (task, mcp_program_stamp_look);
  g_task_set_task_data (task, mcp_server_config_ref (self->config),
                        (GDestroyNotify) mcp_server_config_unref);
  g_task_run_in_thread (task, build_in_thread);
}

/**
 * mcp_program_stamp_new:
 * @config: the server
 * @changed: called when the program is found to be replaced
 * @user_data: for @changed
 *
 * Returns: (transfer full): a stamp of a program that nobody has looked at
 */
McpProgramStamp *
mcp_program_stamp_new (McpServerConfig *config, McpProgramStampFunc changed, gpointer user_data)
{
  McpProgramStamp *self = g_new0 (McpProgramStamp, 1);

  self->config = mcp_server_config_ref (config);
  self->changed = changed;
  self->changed_data = user_data;
  self->cancellable = g_cancellable_new ();
  return self;
}

/**
 * mcp_program_stamp_free:
 * @self: (transfer full): the stamp
 *
 * The function is not called any more.
 */
void
mcp_program_stamp_free (McpProgramStamp *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  mcp_server_config_unref (self->config);
  g_free (self->text);
  g_free (self);
}

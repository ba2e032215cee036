/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-file-private.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BYTES (1024 * 1024)

struct _McpOauthFile
{
  GFile *file;
  GBytes *text;       /* (owned) (nullable): to be written next */
  GPtrArray *waiters; /* (owned): GTask (owned): of @text */
  GPtrArray *writing; /* (owned) (nullable): GTask (owned): of what is being written */
};

static void write_next (McpOauthFile *self);

/**
 * mcp_oauth_file_new:
 * @directory: that exists
 * @name: of the file
 *
 * Returns: (transfer full): the file
 */
McpOauthFile *
mcp_oauth_file_new (const char *directory, const char *name)
{
  McpOauthFile *self = g_rc_box_new0 (McpOauthFile);

  self->file = g_file_new_build_filename (directory, name, NULL);
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

/**
 * mcp_oauth_file_ref:
 * @self: a file
 *
 * Returns: (transfer full): @self
 */
McpOauthFile *
mcp_oauth_file_ref (McpOauthFile *self)
{
  return g_rc_box_acquire (self);
}

static void
mcp_oauth_file_clear (gpointer data)
{
  McpOauthFile *self = data;

  g_object_unref (self->file);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_ptr_array_unref (self->waiters);
}

/**
 * mcp_oauth_file_unref:
 * @self: (transfer full): a file
 */
void
mcp_oauth_file_unref (McpOauthFile *self)
{
  g_rc_box_release_full (self, mcp_oauth_file_clear);
}

/**
 * mcp_oauth_file_read:
 * @self: a file
 *
 * Blocks on the file: before the main loop only.
 *
 * Returns: (transfer full) (nullable): its text; %NULL: there is none that this user alone can
 *   write
 */
char *
mcp_oauth_file_read (McpOauthFile *self)
{
  const char *path = g_file_peek_path (self->file);
  g_autofree char *text = NULL;
  struct stat info;
  gsize length;

  if (lstat (path, &info) < 0)
    return NULL;
  if (!S_ISREG (info.st_mode) || info.st_uid != geteuid () || (info.st_mode & 022) != 0 ||
      info.st_size > MAX_BYTES || !g_file_get_contents (path, &text, &length, NULL))
    {
      g_warning ("%s is not read: it must be a file of this user, which others cannot write", path);
      return NULL;
    }
  return strlen (text) == length ? g_steal_pointer (&text) : NULL;
}

static void
tell (GPtrArray *tasks, const GError *error)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      if (error == NULL)
        g_task_return_boolean (tasks->pdata[i], TRUE);
      else
        g_task_return_error (tasks->pdata[i], g_error_copy (error));
    }
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpOauthFile) self = user_data;
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->writing);
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    g_warning ("%s cannot be written: %s", g_file_peek_path (self->file), error->message);
  tell (tasks, error);
  write_next (self);
}

static void
write_next (McpOauthFile *self)
{
  g_autoptr (GBytes) text = NULL;

  if (self->writing != NULL || self->text == NULL)
    return;
  text = g_steal_pointer (&self->text);
  self->writing = g_steal_pointer (&self->waiters);
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  g_file_replace_contents_bytes_async (self->file, text, NULL, FALSE,
                                       G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION,
                                       NULL, written_cb, mcp_oauth_file_ref (self));
}

/**
 * mcp_oauth_file_write_async:
 * @self: a file
 * @text: (transfer full): its new text
 * @callback: (scope async) (nullable): when it is there
 * @user_data: for @callback
 *
 * Replaces the text of the file.
 */
void
mcp_oauth_file_write_async (McpOauthFile *self,
                            char *text,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, mcp_oauth_file_write_async);
  g_clear_pointer (&self->text, g_bytes_unref);
  self->text = g_bytes_new_take (text, strlen (text));
  g_ptr_array_add (self->waiters, task);
  write_next (self);
}

/**
 * mcp_oauth_file_write_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: #GIOErrorEnum.
 *
 * Returns: whether the file has the text
 */
gboolean
mcp_oauth_file_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-file-change.h"

#include "cli/files/mcp-cli-diff.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-file.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define BACKUP_SUFFIX ".before-mcp-session"

static char *
dup_backup_path (const char *path)
{
  return g_strconcat (path, BACKUP_SUFFIX, NULL);
}

/**
 * mcp_cli_file_change_load:
 * @self: (out caller-allocates): a change, to be cleared by mcp_cli_file_change_clear()
 * @path: (transfer full): of a file
 * @error: return location
 *
 * Reads the file; the new text is the old one then.
 *
 * Returns: whether the file could be read
 */
gboolean
mcp_cli_file_change_load (McpCliFileChange *self, char *path, GError **error)
{
  g_autofree char *backup = dup_backup_path (path);

  *self = (McpCliFileChange){ .path = path };
  if (!mcp_cli_file_read (path, &self->before, error))
    return FALSE;
  self->after = g_strdup (self->before);
  if (g_file_test (backup, G_FILE_TEST_EXISTS))
    return mcp_cli_file_read (backup, &self->original, error);
  return TRUE;
}

/**
 * mcp_cli_file_change_clear:
 * @self: a change
 */
void
mcp_cli_file_change_clear (McpCliFileChange *self)
{
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->before, g_free);
  g_clear_pointer (&self->after, g_free);
  g_clear_pointer (&self->original, g_free);
}

/**
 * mcp_cli_file_change_take:
 * @self: a change
 * @after: (transfer full) (nullable): another new text; %NULL leaves the change as it is
 *
 * Returns: whether there was a text
 */
gboolean
mcp_cli_file_change_take (McpCliFileChange *self, char *after)
{
  if (after == NULL)
    return FALSE;
  g_free (self->after);
  self->after = after;
  return TRUE;
}

/**
 * mcp_cli_file_change_is_needed:
 * @self: a change
 *
 * Returns: whether the file does not have the new text yet
 */
gboolean
mcp_cli_file_change_is_needed (const McpCliFileChange *self)
{
  return self->removes || strcmp (self->before, self->after) != 0;
}

/**
 * mcp_cli_file_change_print:
 * @self: a change
 *
 * Prints the difference.
 */
void
mcp_cli_file_change_print (const McpCliFileChange *self)
{
  g_autofree char *diff = NULL;

  if (!mcp_cli_file_change_is_needed (self))
    return;
  diff = mcp_cli_diff (self->path, self->before, self->after);
  mcp_cli_terminal_print_foreign (stdout, diff, FALSE);
}

static gboolean
remove_file (const McpCliFileChange *self, GError **error)
{
  int code;

  if (g_remove (self->path) == 0)
    {
      mcp_cli_text_print (_ ("%s is removed: it was made by “mcp-session connect”"), self->path);
      return TRUE;
    }
  code = errno;
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), "%s: %s", self->path,
               g_strerror (code));
  return FALSE;
}

/* A backup may hold keys: nobody else may read it. */
static gboolean
write_backup (const McpCliFileChange *self, const char *backup, GError **error)
{
  if (*self->before == '\0' || self->original != NULL)
    return TRUE;
  return g_file_set_contents_full (backup, self->before, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                   error);
}

/**
 * mcp_cli_file_change_write:
 * @self: a change
 * @error: return location
 *
 * Writes the new text. A file that has its first text again needs its backup no more.
 *
 * Returns: whether the file has the new text
 */
gboolean
mcp_cli_file_change_write (const McpCliFileChange *self, GError **error)
{
  g_autofree char *backup = dup_backup_path (self->path);

  if (!mcp_cli_file_change_is_needed (self))
    return TRUE;
  if (self->removes)
    return remove_file (self, error);
  if (!write_backup (self, backup, error) || !mcp_file_replace (self->path, self->after, error))
    return FALSE;
  if (g_strcmp0 (self->after, self->original) == 0)
    {
      g_remove (backup);
      mcp_cli_text_print (_ ("%s is as it was"), self->path);
    }
  else if (*self->before != '\0')
    mcp_cli_text_print (_ ("%s is written; the original is kept as %s"), self->path, backup);
  else
    mcp_cli_text_print (_ ("%s is written"), self->path);
  return TRUE;
}

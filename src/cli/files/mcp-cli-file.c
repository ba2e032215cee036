/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Files that people and other programs edit too.
 */
#include "cli/files/mcp-cli-file.h"

#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/**
 * mcp_cli_file_read:
 * @path: a file
 * @text: (out): what is in it; "" where it does not exist
 * @error: return location
 *
 * Returns: whether it could be read, as UTF-8 text
 */
gboolean
mcp_cli_file_read (const char *path, char **text, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gsize length;

  if (!g_file_get_contents (path, text, &length, &local_error))
    {
      if (!g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      *text = g_strdup ("");
      return TRUE;
    }
  if (g_utf8_validate (*text, (gssize) length, NULL) && strlen (*text) == length)
    return TRUE;

  g_clear_pointer (text, g_free);
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("%s is no UTF-8 text"), path);
  return FALSE;
}

/**
 * mcp_cli_file_replace:
 * @path: a file; its directory is made where there is none
 * @text: what is to be in it
 * @error: return location
 *
 * Puts a new file in the place of the old one, whole or not at all. It has the old one's mode; a
 * new one is for its owner alone, for such files hold keys. A symbolic link stays one: what it
 * leads to is replaced.
 *
 * Returns: whether that was done
 */
gboolean
mcp_cli_file_replace (const char *path, const char *text, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  char *resolved = realpath (path, NULL);
  struct stat info;
  int mode = 0600;
  gboolean done;

  if (stat (path, &info) == 0)
    mode = (int) (info.st_mode & 0777);
  if (g_mkdir_with_parents (directory, 0700) < 0)
    {
      free (resolved);
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("%s cannot be made"),
                   directory);
      return FALSE;
    }
  done = g_file_set_contents_full (resolved != NULL ? resolved : path, text, -1,
                                   G_FILE_SET_CONTENTS_CONSISTENT, mode, error);
  /* That mode went through the umask. */
  if (done)
    g_chmod (resolved != NULL ? resolved : path, mode);
  free (resolved);
  return done;
}

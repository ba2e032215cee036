/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-file.h"

#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/**
 * mcp_file_replace:
 * @path: a file; a missing directory is made
 * @text: what is to be in it
 * @error: return location
 *
 * Replaces the file, whole or not at all. The mode stays; a new file is for its owner alone,
 * because these files hold keys. A symbolic link stays: its target is replaced. Blocks; any thread.
 *
 * Returns: whether the file was replaced
 */
gboolean
mcp_file_replace (const char *path, const char *text, GError **error)
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

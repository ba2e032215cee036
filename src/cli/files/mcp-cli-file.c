/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Files that people and other programs edit as well.
 */
#include "cli/files/mcp-cli-file.h"

#include "common/mcp-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Clients keep their history in the same file. */
#define MAX_BYTES (16 * 1024 * 1024)

/* A pipe or a device is not opened for good: reading it might never end. */
static int
open_regular (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  int code = errno;
  struct stat info;

  if (fd < 0)
    {
      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), "%s: %s", path,
                   g_strerror (code));
      return -1;
    }
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= MAX_BYTES)
    return fd;
  if (S_ISREG (info.st_mode))
    g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED, _ ("%s is larger than %d MiB"), path,
                 MAX_BYTES / (1024 * 1024));
  else
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("%s is not a regular file"),
                 path);
  close (fd);
  return -1;
}

/* It may grow while it is read. */
static gboolean
read_bounded (int fd, const char *path, GString *text, GError **error)
{
  char buffer[16 * 1024];
  gssize n;

  while ((n = read (fd, buffer, sizeof buffer)) != 0)
    {
      int code = errno;

      if (n < 0 && code == EINTR)
        continue;
      if (n < 0)
        g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), "%s: %s", path,
                     g_strerror (code));
      else if (text->len + (gsize) n > MAX_BYTES)
        g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED, _ ("%s is larger than %d MiB"),
                     path, MAX_BYTES / (1024 * 1024));
      if (n < 0 || text->len + (gsize) n > MAX_BYTES)
        return FALSE;
      g_string_append_len (text, buffer, n);
    }
  return TRUE;
}

/**
 * mcp_cli_file_read:
 * @path: a file
 * @text: (out): its contents; "" if the file does not exist
 * @error: return location
 *
 * Reads a regular file of 16 MiB at most.
 *
 * Returns: whether it could be read, as UTF-8 text
 */
gboolean
mcp_cli_file_read (const char *path, char **text, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GString) contents = g_string_new (NULL);
  int fd = open_regular (path, &local_error);
  gboolean is_read = fd >= 0 && read_bounded (fd, path, contents, &local_error);

  if (fd >= 0)
    close (fd);
  if (!is_read && !g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!g_utf8_validate (contents->str, (gssize) contents->len, NULL))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("%s is not UTF-8 text"), path);
      return FALSE;
    }
  *text = g_string_free (g_steal_pointer (&contents), FALSE);
  return TRUE;
}

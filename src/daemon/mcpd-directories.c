/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The directories that hold the lock, the socket and the secrets of a running
 * daemon, and what it remembers. What lies in them is trusted because nobody else
 * can write there, so that is made sure of once, here.
 */
#include "daemon/mcpd-directories.h"

#include "common/mcp-names.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int
set_errno_error (GError **error, const char *path)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
               g_strerror (saved));
  return -1;
}

/* Opens a directory of this user, not a link to one. */
static int
open_own_directory (const char *path,
                    const char *variable,
                    int flags,
                    struct stat *info,
                    GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);

  if (fd < 0)
    return set_errno_error (error, path);
  if (fstat (fd, info) < 0)
    {
      set_errno_error (error, path);
      close (fd);
      return -1;
    }
  if (info->st_uid != geteuid ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   /* TRANSLATORS: a directory, a user's number, an environment variable */
                   _ ("%s belongs to user %u, not to you; is %s another user's?"), path,
                   (guint) info->st_uid, variable);
      close (fd);
      return -1;
    }

  return fd;
}

static char *
prepare (const char *base, const char *variable, GError **error)
{
  g_autofree char *path = NULL;
  struct stat info;
  int fd;

  if (g_mkdir_with_parents (base, 0700) < 0)
    {
      set_errno_error (error, base);
      return NULL;
    }
  fd = open_own_directory (base, variable, 0, &info, error);
  if (fd < 0)
    return NULL;
  close (fd);

  path = g_build_filename (base, MCP_DIRECTORY, NULL);
  if (g_mkdir (path, 0700) < 0 && errno != EEXIST)
    {
      set_errno_error (error, path);
      return NULL;
    }
  fd = open_own_directory (path, variable, O_NOFOLLOW, &info, error);
  if (fd < 0)
    return NULL;
  if ((info.st_mode & 07777) != 0700 && fchmod (fd, 0700) < 0)
    {
      set_errno_error (error, path);
      close (fd);
      return NULL;
    }
  close (fd);

  return g_steal_pointer (&path);
}

/**
 * mcpd_directories_prepare_runtime:
 * @base: the user's runtime directory, as g_get_user_runtime_dir() gives it
 * @error: return location
 *
 * Makes the daemon's directory below @base, where it is missing, and makes sure that only this user
 * can enter it. Wider permissions are taken away; a directory of another user, or a link, is
 * refused.
 *
 * Errors: of the %G_IO_ERROR domain.
 *
 * Returns: (transfer full) (nullable): its path
 */
char *
mcpd_directories_prepare_runtime (const char *base, GError **error)
{
  g_return_val_if_fail (base != NULL, NULL);

  return prepare (base, "XDG_RUNTIME_DIR", error);
}

/**
 * mcpd_directories_prepare_state:
 * @base: the user's state directory, as g_get_user_state_dir() gives it
 * @error: return location
 *
 * The same for what outlives the daemon.
 *
 * Errors: of the %G_IO_ERROR domain.
 *
 * Returns: (transfer full) (nullable): its path
 */
char *
mcpd_directories_prepare_state (const char *base, GError **error)
{
  g_return_val_if_fail (base != NULL, NULL);

  return prepare (base, "XDG_STATE_HOME", error);
}

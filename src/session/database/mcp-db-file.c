/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The files of the database. Before SQLite opens them by their names, nobody else may be able to
 * write them; when they are damaged, they are renamed.
 */
#include "session/database/mcp-db-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beside the database itself: https://www.sqlite.org/tempfiles.html */
static const char *const companions[] = { "-wal", "-shm", "-journal" };

static gboolean
fail_from_errno (GError **error, const char *path)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
               g_strerror (saved));
  return FALSE;
}

static gboolean
check_own_file (int fd, const char *path, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) < 0)
    return fail_from_errno (error, path);
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s is no regular file", path);
      return FALSE;
    }
  if (info.st_uid != geteuid ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   "%s belongs to user %u, not to you", path, (guint) info.st_uid);
      return FALSE;
    }
  if ((info.st_mode & 07777) != 0600 && fchmod (fd, 0600) < 0)
    return fail_from_errno (error, path);
  return TRUE;
}

/* Closing a descriptor of an open database would drop SQLite's locks: this comes before. */
static gboolean
prepare_file (const char *path, int flags, GError **error)
{
  /* Non-blocking: opening a FIFO in the place of the file would wait for a writer. */
  int fd = open (path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, 0600);
  gboolean ok;

  if (fd < 0 && errno == ENOENT && (flags & O_CREAT) == 0)
    return TRUE;
  if (fd < 0 && errno == ELOOP)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "%s is a symbolic link", path);
      return FALSE;
    }
  if (fd < 0)
    return fail_from_errno (error, path);

  ok = check_own_file (fd, path, error);
  close (fd);
  return ok;
}

/* So that a new file's name survives a loss of power too. */
static void
sync_directory (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (fsync (fd) < 0)
    g_debug ("%s: %s", path, g_strerror (errno));
  close (fd);
}

/**
 * mcp_db_file_prepare:
 * @path: of a database that nobody in this process has open, in a directory of the user's
 * @error: return location
 *
 * Makes sure of a file that only the user can read and write, making it where it
 * is missing; the same for those that SQLite keeps beside it. A symbolic link,
 * another user's file and what is no file are refused. Blocks.
 *
 * Errors: %G_IO_ERROR.
 *
 * Returns: (transfer full) (nullable): the path to open, with no link in any part of it
 */
char *
mcp_db_file_prepare (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *real_path = NULL;
  char *real_directory = realpath (directory, NULL);

  if (real_directory == NULL)
    {
      fail_from_errno (error, directory);
      return NULL;
    }
  real_path = g_build_filename (real_directory, name, NULL);
  free (real_directory);

  if (!prepare_file (real_path, O_CREAT, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (companions); i++)
    {
      g_autofree char *companion = g_strconcat (real_path, companions[i], NULL);

      if (!prepare_file (companion, 0, error))
        return NULL;
    }
  sync_directory (directory);
  return g_steal_pointer (&real_path);
}

static char *
choose_name (const char *path)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  char *name = g_strdup_printf ("%s.corrupt-%s", path, time);

  for (guint i = 2; g_file_test (name, G_FILE_TEST_EXISTS); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s.corrupt-%s-%u", path, time, i);
    }
  return name;
}

/**
 * mcp_db_file_set_aside:
 * @path: of a damaged database that nobody in this process has open
 * @error: return location
 *
 * Renames it, and what belongs to it, so that nothing is lost that could be saved. What is missing
 * is passed over.
 *
 * Errors: %G_IO_ERROR.
 *
 * Returns: (transfer full) (nullable): its new path
 */
char *
mcp_db_file_set_aside (const char *path, GError **error)
{
  g_autofree char *aside = choose_name (path);
  g_autofree char *directory = g_path_get_dirname (path);

  if (g_rename (path, aside) < 0 && errno != ENOENT)
    {
      fail_from_errno (error, path);
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (companions); i++)
    {
      g_autofree char *companion = g_strconcat (path, companions[i], NULL);
      g_autofree char *companion_aside = g_strconcat (aside, companions[i], NULL);

      if (g_rename (companion, companion_aside) < 0 && errno != ENOENT)
        {
          fail_from_errno (error, companion);
          return NULL;
        }
    }
  sync_directory (directory);
  return g_steal_pointer (&aside);
}

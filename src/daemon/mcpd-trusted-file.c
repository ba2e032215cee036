/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration says which programs are run. Whoever can write it can run
 * programs as the user, so it is believed only where nobody else can.
 */
#include "daemon/mcpd-trusted-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far above what people write; a wrong file given is not read whole. */
#define MAX_BYTES (4 * 1024 * 1024)

static gboolean
fail_from_errno (GError **error, const char *path)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
               g_strerror (saved));
  return FALSE;
}

static gboolean
check_trusted (const struct stat *info, const char *path, GError **error)
{
  if (info->st_uid != geteuid ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   _ ("%s is not used: it belongs to user %u, not to you"), path,
                   (guint) info->st_uid);
      return FALSE;
    }
  if ((info->st_mode & 022) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   _ ("%s is not used: others can write it (mode %04o); run: chmod go-w '%s'"),
                   path, (guint) info->st_mode & 07777, path);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_directory_of (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  struct stat info;

  if (stat (directory, &info) < 0)
    return fail_from_errno (error, directory);
  return check_trusted (&info, directory, error);
}

/* The file, the directory it was found in, and the one that a link led to. */
static gboolean
check_descriptor (int fd, const char *path, GError **error)
{
  g_autofree char *proc_path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *real_path = g_file_read_link (proc_path, error);
  struct stat info;

  if (real_path == NULL)
    return FALSE;
  if (fstat (fd, &info) < 0)
    return fail_from_errno (error, path);
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                   _ ("%s is not used: it is no regular file"), path);
      return FALSE;
    }

  return check_trusted (&info, path, error) && check_directory_of (path, error) &&
         check_directory_of (real_path, error);
}

static GBytes *
read_all (int fd, const char *path, GError **error)
{
  g_autoptr (GByteArray) contents = g_byte_array_new ();
  guint8 buffer[16 * 1024];

  for (;;)
    {
      gssize n_read = read (fd, buffer, sizeof buffer);

      if (n_read == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&contents));
      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read < 0)
        {
          fail_from_errno (error, path);
          return NULL;
        }
      if (contents->len + (gsize) n_read > MAX_BYTES)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       _ ("%s is not used: it is larger than %d bytes"), path, MAX_BYTES);
          return NULL;
        }
      g_byte_array_append (contents, buffer, (guint) n_read);
    }
}

/**
 * mcpd_trusted_file_read:
 * @path: a configuration file
 * @error: return location
 *
 * Reads a file that only the user can have written: it and the directory it
 * lies in belong to the user, and neither group nor others may write them. A
 * symbolic link is followed, and the same asked of where it leads. Blocks; any
 * thread.
 *
 * Errors: %G_IO_ERROR_NOT_FOUND when there is no such file,
 * %G_IO_ERROR_PERMISSION_DENIED when it is not to be trusted, others of
 * %G_IO_ERROR.
 *
 * Returns: (transfer full) (nullable): its contents
 */
GBytes *
mcpd_trusted_file_read (const char *path, GError **error)
{
  GBytes *contents = NULL;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  /* Non-blocking: a FIFO in the file's place shall not hold the daemon up. */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0)
    {
      fail_from_errno (error, path);
      return NULL;
    }
  if (check_descriptor (fd, path, error))
    contents = read_all (fd, path, error);
  close (fd);

  return contents;
}

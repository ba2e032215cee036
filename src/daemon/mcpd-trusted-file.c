/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration says which programs are run. Whoever can write the configuration can run
 * programs as the user, so it is used only where nobody else can write it.
 */
#include "daemon/mcpd-trusted-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
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

/* Root can do everything anyway, and configurations may lie in a store of root's. */
static gboolean
check_owner (const struct stat *info, const char *path, GError **error)
{
  if (info->st_uid == geteuid () || info->st_uid == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               _ ("%s is not used: it belongs to user %u, not to you"), path, (guint) info->st_uid);
  return FALSE;
}

/* Nobody knows who else is in a group: what the group can write counts as what others can write. */
static gboolean
check_mode (const struct stat *info, const char *path, GError **error)
{
  if ((info->st_mode & 022) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               _ ("%s is not used: others can write it (mode %04o); run: chmod go-w '%s'"), path,
               (guint) info->st_mode & 07777, path);
  return FALSE;
}

/* In a directory with the sticky bit others can make files, and not replace those of somebody else
 * (chmod(2)); the owner of each file is looked at anyway. */
static gboolean
check_directory (const char *directory, GError **error)
{
  struct stat info;

  if (stat (directory, &info) < 0)
    return fail_from_errno (error, directory);
  return check_owner (&info, directory, error) &&
         ((info.st_mode & S_ISVTX) != 0 || check_mode (&info, directory, error));
}

/* Whoever can write to one of them can put a directory of his own choice in the place of the next
 * one. */
static gboolean
check_directories_of (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);

  for (;;)
    {
      g_autofree char *parent = g_path_get_dirname (directory);

      if (!check_directory (directory, error))
        return FALSE;
      if (strcmp (parent, directory) == 0)
        return TRUE;
      g_free (directory);
      directory = g_steal_pointer (&parent);
    }
}

/* The file, the directories in which it was found, and those to which links led. */
static gboolean
check_descriptor (int fd, const char *path, GError **error)
{
  g_autofree char *proc_path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *real_path = g_file_read_link (proc_path, error);
  g_autofree char *absolute_path = g_canonicalize_filename (path, NULL);
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

  return check_owner (&info, path, error) && check_mode (&info, path, error) &&
         check_directories_of (absolute_path, error) && check_directories_of (real_path, error);
}

/* A zero is put behind the contents: those of an empty file are a text, too. */
static GBytes *
end_text (GByteArray *contents)
{
  gsize length = contents->len;

  g_byte_array_append (contents, (const guint8 *) "", 1);
  return g_bytes_new_take (g_byte_array_free (contents, FALSE), length);
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
        return end_text (g_steal_pointer (&contents));
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
 * Reads a file that only the user or root can have written: the file and all directories above it
 * belong to them, and neither group nor others may write there, but for directories with the sticky
 * bit. Symbolic links are followed, and the same holds for where they lead. Blocks; any thread.
 *
 * Errors: %G_IO_ERROR_NOT_FOUND when there is no such file,
 * %G_IO_ERROR_PERMISSION_DENIED when it is not to be trusted, others of
 * %G_IO_ERROR.
 *
 * Returns: (transfer full) (nullable): its contents; their data are never %NULL, and a zero that
 * does not count follows them
 */
GBytes *
mcpd_trusted_file_read (const char *path, GError **error)
{
  GBytes *contents = NULL;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  /* Non-blocking: opening a FIFO in the place of the file would wait for a writer. */
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

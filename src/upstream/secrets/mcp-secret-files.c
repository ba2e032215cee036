/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A file for each secret, below “secrets” in the state directory: KIND.NAME, mode 0600, in a
 * directory of mode 0700. A file is replaced as a whole, so that two programs do not spoil it.
 * Called in a thread of its own.
 */
#include "mcp-secret-files-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define DIRECTORY "secrets"

static gboolean
fail (const char *path, GError **error)
{
  int saved = errno;

  g_set_error (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_FAILED, "%s: %s", path,
               g_strerror (saved));
  return FALSE;
}

static char *
build_directory (const McpSecretJob *job)
{
  return g_build_filename (job->directory, DIRECTORY, NULL);
}

static char *
build_path (const McpSecretJob *job)
{
  g_autofree char *base = g_strconcat (mcp_secret_job_get_kind_name (job), ".", job->name, NULL);

  return g_build_filename (job->directory, DIRECTORY, base, NULL);
}

/* A file that others could have read or written is not believed: it may hold what they put in. */
static gboolean
is_private (int fd, const char *path, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return fail (path, error);
  if (S_ISREG (status.st_mode) && status.st_uid == geteuid () && (status.st_mode & 077) == 0 &&
      status.st_size <= MCP_SECRET_MAX_VALUE_BYTES)
    return TRUE;
  g_set_error (
      error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_FAILED,
      "%s must be a file of yours that nobody else can read (chmod 600), of %d KiB at most", path,
      MCP_SECRET_MAX_VALUE_BYTES / 1024);
  return FALSE;
}

static gboolean
read_all (int fd, McpSecretJob *job, const char *path, GError **error)
{
  gsize length = 0;
  gssize n = 1;

  job->value = g_malloc0 (MCP_SECRET_MAX_VALUE_BYTES + 1);
  while (n > 0 && length < MCP_SECRET_MAX_VALUE_BYTES)
    {
      n = read (fd, job->value + length, MCP_SECRET_MAX_VALUE_BYTES - length);
      if (n < 0 && errno == EINTR)
        n = 1;
      else if (n > 0)
        length += (gsize) n;
    }
  if (n < 0)
    return fail (path, error);
  if (g_utf8_validate (job->value, (gssize) length, NULL))
    return TRUE;
  g_set_error (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_FAILED, "%s does not hold a text", path);
  return FALSE;
}

static gboolean
look_up (McpSecretJob *job, GError **error)
{
  g_autofree char *path = build_path (job);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  gboolean done;

  if (fd < 0)
    return errno == ENOENT ? TRUE : fail (path, error);
  done = is_private (fd, path, error) && read_all (fd, job, path, error);
  close (fd);
  if (!done)
    g_clear_pointer (&job->value, mcp_secret_free);
  return done;
}

static gboolean
set (McpSecretJob *job, GError **error)
{
  g_autofree char *directory = build_directory (job);
  g_autofree char *path = build_path (job);
  g_autoptr (GError) local_error = NULL;

  if (g_mkdir_with_parents (directory, 0700) != 0 || g_chmod (directory, 0700) != 0)
    return fail (directory, error);
  if (g_file_set_contents_full (path, job->value, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local_error))
    return TRUE;
  g_set_error_literal (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_FAILED, local_error->message);
  return FALSE;
}

static gboolean
remove_file (McpSecretJob *job, GError **error)
{
  g_autofree char *path = build_path (job);

  return g_unlink (path) == 0 || errno == ENOENT || fail (path, error);
}

static gboolean
list (McpSecretJob *job, GError **error)
{
  g_autofree char *directory = build_directory (job);
  g_autofree char *prefix = g_strconcat (mcp_secret_job_get_kind_name (job), ".", NULL);
  GDir *dir = g_dir_open (directory, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (entry, prefix) && mcp_secret_is_name (entry + strlen (prefix)))
      mcp_secret_job_add_name (job, entry + strlen (prefix));
  g_clear_pointer (&dir, g_dir_close);
  return TRUE;
}

/*
 * mcp_secret_files_run:
 * @job: what to do; gets what is found
 * @error: return location
 *
 * Blocks on the file system; any thread. That a secret is not there is no error.
 *
 * Errors: %MCP_SECRET_ERROR_FAILED, naming the file.
 *
 * Returns: whether it was done
 */
gboolean
mcp_secret_files_run (McpSecretJob *job, GError **error)
{
  switch (job->kind)
    {
    case MCP_SECRET_JOB_LOOK_UP:
      return look_up (job, error);
    case MCP_SECRET_JOB_SET:
      return set (job, error);
    case MCP_SECRET_JOB_REMOVE:
      return remove_file (job, error);
    case MCP_SECRET_JOB_LIST:
      return list (job, error);
    }
  g_assert_not_reached ();
}

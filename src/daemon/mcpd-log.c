/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-log.h"

#include "common/mcp-log.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE_BYTES (4 * 1024 * 1024)

static gboolean
is_our_info (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  if ((level & G_LOG_LEVEL_INFO) == 0)
    return FALSE;
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
      return g_strcmp0 (fields[i].value, G_LOG_DOMAIN) == 0;

  return FALSE;
}

/* As GLib's own writer, which drops g_info() unless the environment asks for it. */
static GLogWriterOutput
write_verbose (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (!is_our_info (level, fields, n_fields))
    return g_log_writer_default (level, fields, n_fields, NULL);

  if (g_log_writer_is_journald (fileno (stderr)) &&
      g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_standard_streams (level, fields, n_fields, NULL);
}

/**
 * mcpd_log_init:
 * @verbose: whether the daemon's g_info() is written, too
 *
 * Sends the log to standard error or, where that is the journal, there. Once,
 * before the first message.
 */
void
mcpd_log_init (gboolean verbose)
{
  g_log_writer_default_set_use_stderr (TRUE);
  if (verbose)
    g_log_set_writer_func (write_verbose, NULL, NULL);
  else if (g_log_writer_default_would_drop (G_LOG_LEVEL_INFO, G_LOG_DOMAIN))
    mcp_log_drop_info ();
}

static gboolean
goes_to_null (int fd)
{
  struct stat info;
  struct stat null_info;

  return fstat (fd, &info) == 0 && stat ("/dev/null", &null_info) == 0 && S_ISCHR (info.st_mode) &&
         info.st_rdev == null_info.st_rdev;
}

/* One older file is kept, so that there is always something to read, and never much. */
static void
rotate (const char *path)
{
  g_autofree char *older = g_strconcat (path, ".1", NULL);
  struct stat info;

  if (lstat (path, &info) == 0 && info.st_size >= MAX_FILE_BYTES && g_rename (path, older) < 0)
    g_debug ("%s cannot be renamed", path);
}

/**
 * mcpd_log_use_file:
 * @path: of a file in a directory of the user's own
 *
 * Where standard error leads nowhere, as when a message bus without systemd has started the daemon,
 * the log goes to this file. Before there are threads.
 */
void
mcpd_log_use_file (const char *path)
{
  int fd;

  if (!goes_to_null (STDERR_FILENO))
    return;
  rotate (path);
  fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return;
  dup2 (fd, STDERR_FILENO);
  close (fd);
}

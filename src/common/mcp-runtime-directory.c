/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where the daemon's socket and discovery file are. Some clients start their servers with a short
 * list of environment variables, and cron, su and ssh set no XDG_RUNTIME_DIR: all of these must
 * find the daemon that runs, and must not start a second one.
 */
#include "common/mcp-runtime-directory.h"

#include "common/mcp-names.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
is_private_directory (const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0 && S_ISDIR (info.st_mode) && info.st_uid == geteuid () &&
         (info.st_mode & 077) == 0;
}

/**
 * mcp_runtime_directory_dup_base:
 *
 * Returns: (transfer full): $XDG_RUNTIME_DIR; where that is not set, the directory that systemd
 *   makes for the user, if it is there, else the user's cache directory, as GLib does. Any thread
 */
char *
mcp_runtime_directory_dup_base (void)
{
  g_autofree char *of_login = g_strdup_printf ("/run/user/%u", (guint) geteuid ());

  if (g_getenv ("XDG_RUNTIME_DIR") == NULL && is_private_directory (of_login))
    return g_steal_pointer (&of_login);
  return g_strdup (g_get_user_runtime_dir ());
}

/* The lock's text, where the file is the user's own. */
static char *
read_lock (const char *state_home)
{
  g_autofree char *path = g_build_filename (state_home, MCP_DIRECTORY, MCP_LOCK_FILE, NULL);
  char text[4096 + 32] = { 0 };
  struct stat info;
  gssize length = -1;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_uid == geteuid ())
    length = read (fd, text, sizeof text - 1);
  close (fd);
  return length > 0 ? g_strdup (text) : NULL;
}

/**
 * mcp_runtime_directory_dup_of_daemon:
 * @state_home: the user's directory for state, as g_get_user_state_dir() gives it
 * @pid: (out) (optional): the daemon's process
 *
 * Asks the lock in the state directory, which names the daemon that has it. Blocks; any thread.
 *
 * Returns: (transfer full) (nullable): the directory with the socket and the discovery file of a
 *   daemon that runs
 */
char *
mcp_runtime_directory_dup_of_daemon (const char *state_home, pid_t *pid)
{
  g_autofree char *text = read_lock (state_home);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", 3);
  gint64 number;

  if (g_strv_length (lines) < 2 || lines[1][0] != '/' ||
      !g_ascii_string_to_signed (lines[0], 10, 2, G_MAXINT, &number, NULL))
    return NULL;
  /* The lock's file stays when its daemon ends; whether it was that daemon, who connects finds out.
   */
  if (kill ((pid_t) number, 0) < 0 && errno == ESRCH)
    return NULL;
  if (pid != NULL)
    *pid = (pid_t) number;
  return g_path_get_dirname (lines[1]);
}

/**
 * mcp_runtime_directory_build_path:
 * @name: of a file that the daemon has while it runs
 *
 * Blocks; any thread.
 *
 * Returns: (transfer full): where the file is; where no daemon runs, where it would be
 */
char *
mcp_runtime_directory_build_path (const char *name)
{
  g_autofree char *base = mcp_runtime_directory_dup_base ();
  g_autofree char *path = g_build_filename (base, MCP_DIRECTORY, name, NULL);
  g_autofree char *directory = NULL;
  g_autofree char *elsewhere = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  directory = mcp_runtime_directory_dup_of_daemon (g_get_user_state_dir (), NULL);
  if (directory == NULL)
    return g_steal_pointer (&path);
  elsewhere = g_build_filename (directory, name, NULL);
  return g_file_test (elsewhere, G_FILE_TEST_EXISTS) ? g_steal_pointer (&elsewhere)
                                                     : g_steal_pointer (&path);
}

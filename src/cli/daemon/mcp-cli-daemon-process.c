/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The process of the daemon that runs: who started it, what it takes, and its end.
 */
#include "cli/daemon/mcp-cli-daemon-process.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"
#include "common/mcp-process.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The daemon ends its servers first; see TimeoutStopSec= of the systemd unit. */
#define STOP_SECONDS 25

/**
 * mcp_cli_daemon_process_get_pid:
 * @connection: to the daemon
 * @error: return location
 *
 * Returns: the daemon's process; 0 with an error
 */
int
mcp_cli_daemon_process_get_pid (McpCliConnection *connection, GError **error)
{
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (connection, "GET", "/health", NULL, NULL, error);
  McpJsonSlice root;
  double pid = 0;

  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, error))
    return 0;
  if (!mcp_cli_json_get_number (root, "pid", &pid) || pid < 2 || pid > G_MAXINT32)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 _ ("The daemon’s answer names no process: is it of another version?"));
  return pid < 2 || pid > G_MAXINT32 ? 0 : (int) pid;
}

static void
set_errno (GError **error, const char *what)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", what,
               g_strerror (saved));
}

/**
 * mcp_cli_daemon_process_stop:
 * @pid: of the daemon
 * @error: return location
 *
 * Asks the daemon to end, and waits until it has ended. A pidfd makes sure that no other process
 * gets the signal (pidfd_open(2)).
 *
 * Returns: whether the daemon has ended
 */
gboolean
mcp_cli_daemon_process_stop (int pid, GError **error)
{
  int fd = (int) syscall (SYS_pidfd_open, pid, 0);
  struct pollfd ended = { .fd = fd, .events = POLLIN };
  int n = 0;

  if (fd < 0)
    {
      set_errno (error, _ ("The daemon cannot be stopped"));
      return FALSE;
    }
  if (syscall (SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) == 0)
    while ((n = poll (&ended, 1, STOP_SECONDS * 1000)) < 0 && errno == EINTR)
      continue;
  if (n < 0)
    set_errno (error, _ ("The daemon cannot be stopped"));
  else if (n == 0)
    g_set_error (error, MCP_ERROR, MCP_ERROR_CLOSED,
                 _ ("The daemon (process %d) has not ended after %d s; “kill -KILL %d” ends it"),
                 pid, STOP_SECONDS, pid);
  close (fd);
  return n > 0;
}

static char *
read_file (int pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", pid, name);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

static guint64
read_number (int pid, const char *key)
{
  g_autofree char *text = read_file (pid, "status");
  const char *line = text != NULL ? strstr (text, key) : NULL;

  return line != NULL ? g_ascii_strtoull (line + strlen (key), NULL, 10) : 0;
}

/**
 * mcp_cli_daemon_process_dup_starter:
 * @pid: of the daemon
 *
 * Returns: (transfer full): who started the daemon, for people: systemd, or the name of a program
 */
char *
mcp_cli_daemon_process_dup_starter (int pid)
{
  g_autofree char *cgroup = read_file (pid, "cgroup");
  g_autofree char *parent = NULL;
  pid_t parent_pid = (pid_t) read_number (pid, "PPid:");

  if (cgroup != NULL && strstr (cgroup, "mcp-sessiond.service") != NULL)
    return g_strdup ("systemd");
  parent = parent_pid > 1 ? mcp_process_dup_name (parent_pid) : NULL;
  /* A command that starts the daemon ends before it. */
  if (parent == NULL || strcmp (parent, "systemd") == 0)
    return g_strdup (_ ("a command"));
  return g_steal_pointer (&parent);
}

/**
 * mcp_cli_daemon_process_dup_variable:
 * @pid: of the daemon
 * @name: of a variable
 *
 * Returns: (transfer full) (nullable): the variable in the environment that the daemon was started
 *   with, from proc(5), /proc/PID/environ
 */
char *
mcp_cli_daemon_process_dup_variable (int pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", pid);
  g_autofree char *prefix = g_strconcat (name, "=", NULL);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  for (const char *at = text; at < text + length; at += strlen (at) + 1)
    if (g_str_has_prefix (at, prefix))
      return g_strdup (at + strlen (prefix));
  return NULL;
}

/**
 * mcp_cli_daemon_process_get_memory:
 * @pid: of the daemon
 *
 * Returns: its resident memory in bytes, from proc(5), /proc/PID/status; 0 if that is not known
 */
guint64
mcp_cli_daemon_process_get_memory (int pid)
{
  return read_number (pid, "VmRSS:") * 1024;
}

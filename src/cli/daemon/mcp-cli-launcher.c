/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Starts the daemon if it does not run: by the bus, so that systemd supervises it; without a bus,
 * as a process that outlives the command.
 */
#include "cli/daemon/mcp-cli-launcher.h"

#include "config.h"

#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a start may take, and how often the command looks for the daemon. */
#define START_SECONDS 15
#define LOOK_EVERY_US 20000

/**
 * mcp_cli_launcher_dup_daemon_path:
 *
 * Returns: (transfer full) (type filename): the daemon's program
 */
char *
mcp_cli_launcher_dup_daemon_path (void)
{
  const char *path = g_getenv (MCP_CLI_DAEMON_VARIABLE);

  if (path != NULL && *path != '\0')
    return g_strdup (path);
  return g_build_filename (MCP_LIBEXECDIR, "mcp-sessiond", NULL);
}

/**
 * mcp_cli_launcher_dup_keeper_path:
 *
 * Returns: (transfer full) (type filename): the program that runs a server's process; it is beside
 * the daemon's
 */
char *
mcp_cli_launcher_dup_keeper_path (void)
{
  g_autofree char *daemon = mcp_cli_launcher_dup_daemon_path ();
  g_autofree char *directory = g_path_get_dirname (daemon);

  return g_build_filename (directory, "mcp-sessiond-keeper", NULL);
}

/* Returns: whether the bus has started the daemon, or the daemon runs already */
static gboolean
start_by_bus (void)
{
  g_autoptr (GDBusConnection) bus = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (g_getenv (MCP_CLI_DAEMON_VARIABLE) != NULL)
    return FALSE;
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  if (bus == NULL)
    {
      g_debug ("No session bus: %s", error->message);
      return FALSE;
    }

  g_dbus_connection_set_exit_on_close (bus, FALSE);
  answer = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "StartServiceByName", g_variant_new ("(su)", MCP_BUS_NAME, 0), G_VARIANT_TYPE ("(u)"),
      G_DBUS_CALL_FLAGS_NONE, START_SECONDS * 1000, NULL, &error);
  if (answer == NULL)
    g_debug ("The bus cannot start %s: %s", MCP_BUS_NAME, error->message);
  return answer != NULL;
}

/* The file for the daemon's standard error. */
static char *
dup_log_path (void)
{
  g_autofree char *directory = g_build_filename (g_get_user_cache_dir (), MCP_DIRECTORY, NULL);

  g_mkdir_with_parents (directory, 0700);
  return g_build_filename (directory, "daemon.log", NULL);
}

/* Runs between fork and exec: only functions that are safe there. */
static void
detach_cb (gpointer user_data)
{
  int fd = GPOINTER_TO_INT (user_data);
  sigset_t none;

  /* The command blocks signals; they must reach the daemon, SIGTERM for example. */
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  setsid ();
  if (fd >= 0)
    {
      dup2 (fd, STDOUT_FILENO);
      dup2 (fd, STDERR_FILENO);
    }
}

static gboolean
start_by_hand (GPid *pid, const char *log_path, GError **error)
{
  g_autofree char *path = mcp_cli_launcher_dup_daemon_path ();
  char *argv[] = { path, NULL };
  g_auto (GStrv) environment = g_get_environ ();
  int fd = open (log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean started;

  /* The daemon belongs to no session. */
  environment = g_environ_unsetenv (environment, "MCP_SESSION_ID");
  environment = g_environ_unsetenv (environment, "MCP_SESSION_TOKEN");
  environment = g_environ_unsetenv (environment, "MCP_SESSION_URL");
  started = g_spawn_async ("/", argv, environment,
                           G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                               G_SPAWN_STDERR_TO_DEV_NULL,
                           detach_cb, GINT_TO_POINTER (fd), pid, error);
  if (fd >= 0)
    close (fd);
  if (!started)
    g_prefix_error (error, _ ("The daemon cannot be started (is mcp-sessiond installed?): "));
  return started;
}

static void
set_start_error (GError **error, const char *log_path)
{
  g_autofree char *said = NULL;
  char *last_line = NULL;

  if (log_path != NULL && g_file_get_contents (log_path, &said, NULL, NULL))
    {
      g_strchomp (said);
      last_line = strrchr (said, '\n');
      last_line = last_line != NULL ? last_line + 1 : said;
    }
  if (last_line != NULL && *last_line != '\0')
    g_set_error (error, MCP_ERROR, MCP_ERROR_CLOSED,
                 _ ("The daemon did not start; it said: %s (more in %s)"), last_line, log_path);
  else
    g_set_error (error, MCP_ERROR, MCP_ERROR_CLOSED,
                 _ ("The daemon did not start; “%s --verbose” in a terminal says why"),
                 MCP_LIBEXECDIR "/mcp-sessiond");
}

/* @pid 0: the daemon is not a child of this process. */
static McpCliAddress *
await_daemon (GPid pid, const char *log_path, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + START_SECONDS * G_USEC_PER_SEC;
  McpCliAddress *address = NULL;
  gboolean ended = FALSE;

  while (address == NULL && !ended && g_get_monotonic_time () < deadline_us)
    {
      /* A second daemon ends as well if another one runs already: look once more after that. */
      ended = pid != 0 && waitpid (pid, NULL, WNOHANG) != 0;
      address = mcp_cli_address_find (NULL);
      if (address == NULL && !ended)
        g_usleep (LOOK_EVERY_US);
    }
  if (address == NULL)
    set_start_error (error, log_path);
  return address;
}

/**
 * mcp_cli_launcher_ensure:
 * @error: return location
 *
 * Finds the daemon, and starts it if it does not run, with a word on standard error. Blocks until
 * the daemon serves, for 15 s at most. Any thread.
 *
 * Returns: (transfer full) (nullable): the address of the daemon
 */
McpCliAddress *
mcp_cli_launcher_ensure (GError **error)
{
  g_autoptr (McpCliAddress) address = mcp_cli_address_find (NULL);
  g_autofree char *log_path = NULL;
  GPid pid;

  if (address != NULL)
    return g_steal_pointer (&address);

  mcp_cli_text_print (_ ("The daemon does not run; starting it"));
  if (start_by_bus ())
    {
      address = mcp_cli_address_find (NULL);
      if (address != NULL)
        return g_steal_pointer (&address);
      /* The daemon of the bus has another runtime directory; this one needs a daemon of its own. */
    }

  log_path = dup_log_path ();
  if (!start_by_hand (&pid, log_path, error))
    return NULL;
  return await_daemon (pid, log_path, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * doctor: looks for everything that can keep the daemon or its servers from working, and changes
 * nothing.
 */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "config.h"

#include "cli/commands/mcp-cli-checks.h"
#include "cli/commands/mcp-cli-entry-check.h"
#include "cli/commands/mcp-cli-findings.h"
#include "cli/commands/mcp-cli-server-states.h"
#include "cli/daemon/mcp-cli-address.h"
#include "cli/daemon/mcp-cli-connection.h"
#include "cli/daemon/mcp-cli-launcher.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/files/mcp-cli-secret.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "common/mcp-names.h"
#include "upstream/config/mcp-expand.h"
#include "upstream/config/mcp-jsonc.h"
#include "upstream/config/mcp-server-config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define OK      MCP_CLI_FINDING_OK
#define WARNING MCP_CLI_FINDING_WARNING
#define BROKEN  MCP_CLI_FINDING_BROKEN

/* The version that servers commonly need. */
#define NODE_MINIMUM  18
/* With fewer, a few hundred clients are too many. */
#define FILES_MINIMUM 4096
/* 2025-01-01: a clock before that is not set. */
#define CLOCK_MINIMUM G_GINT64_CONSTANT (1735689600)

static void
check_runtime_directory (McpCliFindings *findings)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), MCP_DIRECTORY, NULL);
  GStatBuf info;

  if (g_getenv ("XDG_RUNTIME_DIR") == NULL)
    mcp_cli_findings_take (
        findings, WARNING, "runtime-directory",
        g_strdup_printf (_ ("XDG_RUNTIME_DIR is not set; %s is used"), g_get_user_runtime_dir ()),
        _ ("Log in by a display or login manager, or set it to a directory of your own"));
  if (g_stat (path, &info) < 0)
    return;
  if (info.st_uid != geteuid () || (info.st_mode & 077) != 0)
    mcp_cli_findings_take (findings, BROKEN, "runtime-directory",
                           g_strdup_printf (_ ("Others may use %s"), path),
                           _ ("Make it yours alone: chmod 700, or remove it"));
  else
    mcp_cli_findings_take (findings, OK, "runtime-directory",
                           g_strdup_printf (_ ("%s is yours alone"), path), NULL);
}

static void
check_program (McpCliFindings *findings)
{
  g_autofree char *path = mcp_cli_launcher_dup_daemon_path ();

  if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    mcp_cli_findings_take (findings, OK, "program", g_strdup_printf (_ ("The daemon is %s"), path),
                           NULL);
  else
    mcp_cli_findings_take (findings, BROKEN, "program",
                           g_strdup_printf (_ ("There is no daemon at %s"), path),
                           _ ("Install it: meson install"));
}

static gboolean
lists_our_name (GDBusConnection *bus)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "ListActivatableNames", NULL, G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, 5000, NULL,
      NULL);
  g_autofree const char **names = NULL;

  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(^a&s)", &names);
  return g_strv_contains (names, MCP_BUS_NAME);
}

static void
check_bus (McpCliFindings *findings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);

  if (bus == NULL)
    {
      mcp_cli_findings_take (findings, WARNING, "bus",
                             g_strdup_printf (_ ("There is no session bus: %s"), error->message),
                             _ ("HTTP works without one; D-Bus programs see no sessions"));
      return;
    }
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  if (lists_our_name (bus))
    mcp_cli_findings_take (findings, OK, "bus",
                           g_strdup (_ ("The session bus can start the daemon")), NULL);
  else
    mcp_cli_findings_take (
        findings, WARNING, "bus", g_strdup (_ ("The session bus cannot start the daemon")),
        _ ("Log in again if it was just installed. Otherwise install into a prefix that the bus "
           "searches, or link the service file: see dbus.md"));
}

static void
check_systemd (McpCliFindings *findings)
{
  if (g_file_test ("/run/systemd/system", G_FILE_TEST_IS_DIR))
    mcp_cli_findings_take (findings, OK, "systemd", g_strdup (_ ("systemd runs")), NULL);
  else
    mcp_cli_findings_take (findings, WARNING, "systemd", g_strdup (_ ("systemd does not run")),
                           _ ("After a crash, only the next command starts the daemon again"));
}

static void
check_version (McpCliFindings *findings, McpJsonSlice health)
{
  g_autofree char *version = mcp_cli_json_dup_member (health, "version");

  if (g_strcmp0 (version, MCP_VERSION) == 0)
    mcp_cli_findings_take (findings, OK, "version",
                           g_strdup_printf (_ ("The daemon runs, in version %s"), version), NULL);
  else
    mcp_cli_findings_take (findings, WARNING, "version",
                           g_strdup_printf (_ ("The daemon that runs is version %s, this is %s"),
                                            version != NULL ? version : "?", MCP_VERSION),
                           _ ("Start it again: mcp-session restart"));
}

static void
check_running (McpCliFindings *findings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (&error);
  g_autoptr (GBytes) answer = NULL;
  McpJsonSlice root;

  if (connection == NULL)
    {
      mcp_cli_findings_take (
          findings, WARNING, "daemon", g_strdup (_ ("The daemon does not run")),
          _ ("The first command that needs it starts it, for example “mcp-session list”"));
      return;
    }
  answer = mcp_cli_connection_request (connection, "GET", "/health", NULL, NULL, &error);
  if (answer != NULL && mcp_cli_json_parse_bytes (answer, &root, &error))
    check_version (findings, root);
  else
    mcp_cli_findings_take (findings, BROKEN, "daemon", g_strdup (error->message),
                           _ ("Start it again: mcp-session restart; its log says more"));
}

static void
check_port (McpCliFindings *findings, const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  int port = uri != NULL ? g_uri_get_port (uri) : -1;

  if (port <= 0 || !mcp_cli_address_listener_is_ours ((guint) port))
    mcp_cli_findings_take (findings, BROKEN, "port",
                           g_strdup_printf (_ ("No process of yours listens at %s"), url),
                           _ ("Another user may: start the daemon again, and send no token there"));
  else if (port != MCP_DEFAULT_PORT)
    mcp_cli_findings_take (
        findings, WARNING, "port",
        g_strdup_printf (_ ("The daemon listens at port %d, not %d"), port, MCP_DEFAULT_PORT),
        _ ("If you did not set the port, another program has it; clients with a fixed address do not find the daemon"));
  else
    mcp_cli_findings_take (findings, OK, "port",
                           g_strdup_printf (_ ("The daemon listens at port %d"), port), NULL);
}

static void
check_discovery (McpCliFindings *findings)
{
  g_autofree char *path = mcp_cli_address_dup_discovery_path ();
  g_autofree char *text = NULL;
  g_autofree char *url = NULL;
  McpJsonSlice root;
  GStatBuf info;
  gsize length;

  if (g_stat (path, &info) < 0)
    return;
  if (info.st_uid != geteuid () || (info.st_mode & 077) != 0)
    mcp_cli_findings_take (
        findings, BROKEN, "discovery",
        g_strdup_printf (_ ("Others may read the owner key in %s"), path),
        _ ("Remove the file and owner-key beside it, and start the daemon again"));
  if (g_file_get_contents (path, &text, &length, NULL) &&
      mcp_cli_json_parse (text, length, &root, NULL))
    url = mcp_cli_json_dup_member (root, "url");
  if (url != NULL)
    check_port (findings, url);
  else
    mcp_cli_findings_take (findings, BROKEN, "discovery",
                           g_strdup_printf (_ ("%s names no address"), path),
                           _ ("Start the daemon again: mcp-session restart"));
}

static void
check_node (McpCliFindings *findings)
{
  const char *argv[] = { "node", "--version", NULL };
  g_autofree char *out = NULL;
  guint64 version;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL, NULL, &out, NULL, NULL, NULL) ||
      *out != 'v')
    {
      mcp_cli_findings_take (findings, BROKEN, "node", g_strdup (_ ("node cannot be started")),
                             _ ("Install Node.js; the servers that npx starts need it"));
      return;
    }
  g_strchomp (out);
  version = g_ascii_strtoull (out + 1, NULL, 10);
  if (version < NODE_MINIMUM)
    mcp_cli_findings_take (findings, WARNING, "node", g_strdup_printf (_ ("Node.js is %s"), out),
                           _ ("Many servers need version 18 or newer"));
  else
    mcp_cli_findings_take (findings, OK, "node", g_strdup_printf (_ ("Node.js is %s"), out), NULL);
}

/* Returns: whether it needs Node.js */
static gboolean
check_command (McpCliFindings *findings, McpServerConfig *config)
{
  const char *name = config->name;
  const char *command = config->command;
  g_autofree char *found = g_find_program_in_path (command);
  g_autofree char *refusal = mcp_cli_entry_check_dup_refusal (config);

  if (strstr (command, "${") != NULL)
    return FALSE;
  if (refusal != NULL)
    mcp_cli_findings_take (findings, BROKEN, "server", g_steal_pointer (&refusal),
                           _ ("Correct the entry: mcp.json(5) lists the keys"));
  else if (found == NULL)
    mcp_cli_findings_take (
        findings, BROKEN, "server",
        g_strdup_printf (_ ("Server “%s”: there is no program “%s” in PATH"), name, command),
        _ ("Install it, write its whole path, or remove the server"));
  else
    mcp_cli_findings_take (findings, OK, "server",
                           g_strdup_printf (_ ("Server “%s”: %s"), name, found), NULL);
  mcp_cli_findings_name (findings, name);
  return strcmp (command, "npx") == 0 || strcmp (command, "node") == 0;
}

static void
check_secret (McpCliFindings *findings, const char *name, McpJsonSlice entry)
{
  g_autofree char *argument = mcp_cli_secret_find_in_arguments (entry);

  if (argument != NULL)
    mcp_cli_findings_take (findings, WARNING, "secret",
                           mcp_cli_secret_describe_warning (name, argument),
                           _ ("Put it into “env” of the entry, if the server can read it there"));
}

/* Secrets are not read here: something stands in for each. */
static char **
build_stand_ins (McpServerConfig *config)
{
  char **names = mcp_server_config_list_secrets (config);

  for (char **at = names; *at != NULL; at++)
    {
      char *stand_in = g_strdup_printf (MCP_EXPAND_SECRET_PREFIX "%s=x", *at);

      g_free (*at);
      *at = stand_in;
    }
  return names;
}

/* The variables of this shell; those of the daemon may be others. */
static void
check_variables (McpCliFindings *findings, McpServerConfig *config)
{
  g_autofree char *cwd = g_get_current_dir ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) secrets = build_stand_ins (config);
  g_auto (GStrv) words = NULL;

  if (config->command != NULL)
    words = mcp_server_config_build_argv (config, cwd, &error);
  else
    words = mcp_server_config_build_headers (config, cwd, (const char *const *) secrets, &error);
  if (error != NULL)
    mcp_cli_findings_take (
        findings, WARNING, "variable",
        g_strdup_printf (_ ("Server “%s”: %s"), config->name, error->message),
        _ ("Set the variable where the daemon is started, for example in environment.d(5)"));
}

static void
check_entry_secret (McpCliFindings *findings, const char *name)
{
  g_autofree char *entry = mcp_cli_servers_file_get_entry (name, NULL);
  g_autofree char *json = entry != NULL ? mcp_jsonc_to_json (entry, strlen (entry)) : NULL;
  McpJsonSlice root;

  if (json != NULL && mcp_cli_json_parse (json, strlen (json), &root, NULL))
    check_secret (findings, name, root);
}

static void
check_servers (McpCliFindings *findings, GPtrArray *configs)
{
  gboolean needs_node = FALSE;

  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      if (config->disabled)
        continue;
      check_entry_secret (findings, config->name);
      check_variables (findings, config);
      mcp_cli_checks_of_secrets (findings, config);
      if (config->command != NULL)
        needs_node = check_command (findings, config) || needs_node;
    }
  if (needs_node)
    check_node (findings);
}

/* What the daemon's own parser says of the file. */
static void
check_entries (McpCliFindings *findings, const char *path, const char *text)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) configs =
      mcp_server_config_parse_file (text, strlen (text), path, &problems, &error);

  if (configs == NULL)
    {
      mcp_cli_findings_take (findings, BROKEN, "servers", g_strdup (error->message),
                             _ ("Correct the file: mcp.json(5) describes it"));
      return;
    }
  for (guint i = 0; i < problems->len; i++)
    {
      const char *problem = g_ptr_array_index (problems, i);
      gboolean is_ignored = g_str_has_suffix (problem, "ignored");

      mcp_cli_findings_take (findings, is_ignored ? WARNING : BROKEN, "servers", g_strdup (problem),
                             _ ("Correct the entry: mcp.json(5) lists the keys"));
    }
  check_servers (findings, configs);
}

static void
take_failure (McpCliFindings *findings, const char *name, char *reason)
{
  g_autofree char *remedy =
      g_strdup_printf (_ ("“mcp-session server test %s” shows what the server says"), name);

  mcp_cli_findings_take (findings, BROKEN, "server", reason, remedy);
}

/* Servers that did not work when the daemon used them. check_entries() has the entries that the
 * daemon left out, and programs that are not there. */
static void
check_failures (McpCliFindings *findings)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autoptr (McpCliServerStates) states =
      connection != NULL ? mcp_cli_server_states_fetch (connection) : NULL;
  McpJsonSlice server;
  McpJsonIter iter;

  if (states == NULL)
    return;
  mcp_json_iter_init (&iter, mcp_cli_server_states_get_all (states));
  while (mcp_json_iter_next_element (&iter, &server))
    {
      g_autofree char *name = mcp_cli_json_dup_member (server, "name");
      g_autofree char *reason = mcp_cli_server_states_dup_reason (server);

      if (reason != NULL && !mcp_cli_server_states_is_left_out (server) &&
          !mcp_cli_findings_is_broken (findings, name))
        take_failure (findings, name, g_steal_pointer (&reason));
    }
}

static void
check_servers_file (McpCliFindings *findings)
{
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  if (g_stat (path, &info) < 0 && errno == ENOENT)
    {
      mcp_cli_findings_take (findings, WARNING, "servers", g_strdup (_ ("There are no servers")),
                             _ ("mcp-session server add, or mcp-session connect CLIENT --import"));
      return;
    }
  mcp_cli_checks_of_writers (findings, path);
  if (mcp_cli_file_read (path, &text, &error))
    check_entries (findings, path, text);
  else
    mcp_cli_findings_take (findings, BROKEN, "servers", g_strdup (error->message),
                           _ ("Correct the file: mcp.json(5) describes it"));
}

static void
check_system (McpCliFindings *findings)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < FILES_MINIMUM)
    mcp_cli_findings_take (
        findings, WARNING, "limits",
        g_strdup_printf (_ ("A process may open %u files at most"), (guint) limit.rlim_max),
        _ ("Raise the hard limit of open files (ulimit -Hn) where you log in"));
  if (g_get_real_time () / G_USEC_PER_SEC < CLOCK_MINIMUM)
    mcp_cli_findings_take (findings, WARNING, "clock", g_strdup (_ ("The clock is not set")),
                           _ ("Set it: certificates and times of events depend on it"));
}

/**
 * mcp_cli_cmd_doctor:
 * @argc: number of words
 * @argv: the words
 *
 * Looks for what is wrong.
 *
 * Returns: the exit status: 1 where something is broken, 0 with warnings
 */
int
mcp_cli_cmd_doctor (int argc, char **argv)
{
  gboolean as_json = FALSE;
  gboolean fix = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print the findings as JSON"), NULL },
    { "fix", 0, 0, G_OPTION_ARG_NONE, &fix,
      N_ ("Mend what is safe to mend: permissions, and what a killed daemon has left"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .summary = _ (
        "Looks at what can keep the daemon and its servers from working, and says what to\n"
        "do about it. Without --fix it changes nothing, and it starts no daemon. The exit status\n"
        "is 1 if something is broken."),
  };
  g_autoptr (McpCliFindings) findings = mcp_cli_findings_new ();

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;

  if (fix)
    mcp_cli_checks_fix (findings);
  check_program (findings);
  mcp_cli_checks_of_command (findings);
  check_runtime_directory (findings);
  check_running (findings);
  check_discovery (findings);
  check_bus (findings);
  check_systemd (findings);
  mcp_cli_checks_of_settings (findings);
  mcp_cli_checks_of_database (findings);
  mcp_cli_checks_of_port (findings);
  mcp_cli_checks_of_daemons (findings);
  mcp_cli_checks_of_clients (findings);
  check_servers_file (findings);
  check_failures (findings);
  check_system (findings);
  if (as_json)
    mcp_cli_findings_print_json (findings);
  else
    mcp_cli_findings_print (findings);
  return mcp_cli_findings_has_broken (findings) ? MCP_CLI_FAILED : MCP_CLI_OK;
}

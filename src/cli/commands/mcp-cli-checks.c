/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What doctor looks at beside servers and the daemon's own address: settings, the database, the
 * port, other daemons, and the links in the files of clients. And what may be mended without a
 * question.
 */
#include "cli/commands/mcp-cli-checks.h"

#include "cli/commands/mcp-cli-secrets.h"
#include "cli/daemon/mcp-cli-address.h"
#include "cli/daemon/mcp-cli-connection.h"
#include "cli/daemon/mcp-cli-daemon-process.h"
#include "cli/files/mcp-cli-clients.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-names.h"
#include "common/mcp-process.h"

#include <arpa/inet.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OK      MCP_CLI_FINDING_OK
#define WARNING MCP_CLI_FINDING_WARNING
#define BROKEN  MCP_CLI_FINDING_BROKEN

static char *
dup_settings_path (void)
{
  return g_build_filename (g_get_user_config_dir (), MCP_DIRECTORY, MCP_SETTINGS_FILE, NULL);
}

/* Without the daemon, only the form of the file can be judged. */
static void
check_key_file (McpCliFindings *findings)
{
  g_autofree char *path = dup_settings_path ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error) ||
      g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return;
  mcp_cli_findings_take (findings, BROKEN, "settings",
                         g_strdup_printf ("%s: %s", path, error->message),
                         _ ("Correct the file: mcp-sessiond.conf(5) describes it"));
}

/* @file: what the daemon says of mcp-sessiond.conf */
static void
take_problems (McpCliFindings *findings, McpJsonSlice file)
{
  McpJsonSlice problems, problem;
  McpJsonIter iter;

  if (!mcp_json_find_typed (file, "problems", MCP_JSON_ARRAY, &problems))
    return;
  mcp_json_iter_init (&iter, problems);
  while (mcp_json_iter_next_element (&iter, &problem))
    {
      char *text = mcp_cli_json_dup_member (problem, "text");

      if (text != NULL)
        mcp_cli_findings_take (findings, g_str_has_suffix (text, "ignored") ? WARNING : BROKEN,
                               "settings", text,
                               _ ("Correct the file: mcp-sessiond.conf(5) lists the keys"));
    }
}

static void
check_path (McpCliFindings *findings, McpJsonSlice answer)
{
  g_autofree char *theirs = mcp_cli_json_dup_member (answer, "path");
  g_auto (GStrv) known = g_strsplit (theirs != NULL ? theirs : "", ":", -1);
  g_auto (GStrv) own = g_strsplit (g_getenv ("PATH") != NULL ? g_getenv ("PATH") : "", ":", -1);
  g_autoptr (GString) missing = g_string_new (NULL);

  for (gsize i = 0; theirs != NULL && own[i] != NULL; i++)
    if (*own[i] != '\0' && !g_strv_contains ((const char *const *) known, own[i]) &&
        g_file_test (own[i], G_FILE_TEST_IS_DIR))
      g_string_append_printf (missing, "%s%s", missing->len > 0 ? ":" : "", own[i]);
  if (missing->len > 0)
    mcp_cli_findings_take (
        findings, WARNING, "path",
        g_strdup_printf (_ ("The daemon’s PATH does not have what this shell’s has: %s"),
                         missing->str),
        _ ("If a server needs a program from there, set [Servers] Path in mcp-sessiond.conf"));
}

static void
check_stopped (McpCliFindings *findings, McpJsonSlice answer)
{
  McpJsonSlice value;

  if (mcp_json_find_typed (answer, "stopped", MCP_JSON_BOOLEAN, &value) &&
      mcp_json_get_boolean (value))
    mcp_cli_findings_take (findings, BROKEN, "stopped",
                           g_strdup (_ ("All calls were stopped, and new ones are refused")),
                           _ ("“mcp-session stop-all --release” allows calls again"));
}

static void
check_database (McpCliFindings *findings, McpJsonSlice answer)
{
  McpJsonSlice database, kept;
  g_autofree char *problem = NULL;

  if (!mcp_json_find_typed (answer, "database", MCP_JSON_OBJECT, &database))
    return;
  problem = mcp_cli_json_dup_member (database, "problem");
  if (problem != NULL)
    mcp_cli_findings_take (
        findings, BROKEN, "database", g_steal_pointer (&problem),
        _ ("The daemon’s log says more; sessions and history are in memory meanwhile"));
  else if (mcp_json_find_typed (database, "kept", MCP_JSON_BOOLEAN, &kept) &&
           !mcp_json_get_boolean (kept))
    mcp_cli_findings_take (findings, WARNING, "database",
                           g_strdup (_ ("Sessions and history end with the daemon")), NULL);
}

/**
 * mcp_cli_checks_of_settings:
 * @findings: where to
 *
 * Asks the daemon what is wrong in its settings, and what its PATH is; without a daemon, looks at
 * the file.
 */
void
mcp_cli_checks_of_settings (McpCliFindings *findings)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autoptr (GBytes) answer =
      connection != NULL
          ? mcp_cli_connection_request (connection, "GET", "/settings", NULL, NULL, NULL)
          : NULL;
  McpJsonSlice root, files, file;
  McpJsonIter iter;

  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, NULL) ||
      !mcp_json_find_typed (root, "files", MCP_JSON_ARRAY, &files))
    {
      check_key_file (findings);
      return;
    }
  /* The first is mcp-sessiond.conf; what is wrong in mcp.json is found without the daemon. */
  mcp_json_iter_init (&iter, files);
  if (mcp_json_iter_next_element (&iter, &file))
    take_problems (findings, file);
  check_path (findings, root);
  check_stopped (findings, root);
  check_database (findings, root);
}

/**
 * mcp_cli_checks_of_database:
 * @findings: where to
 *
 * Looks for databases that were damaged and set aside.
 */
void
mcp_cli_checks_of_database (McpCliFindings *findings)
{
  g_autofree char *directory = g_build_filename (g_get_user_state_dir (), MCP_DIRECTORY, NULL);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (strstr (name, ".db.corrupt-") != NULL)
      mcp_cli_findings_take (
          findings, WARNING, "database",
          g_strdup_printf (_ ("A damaged database was set aside: %s/%s"), directory, name),
          _ ("“sqlite3 FILE .recover” shows what can be read of it; remove it after that"));
}

static gboolean
is_taken (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int one = 1;
  gboolean taken;

  if (fd < 0)
    return FALSE;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  taken = bind (fd, (struct sockaddr *) &address, sizeof address) < 0;
  close (fd);
  return taken;
}

/**
 * mcp_cli_checks_of_port:
 * @findings: where to
 *
 * Without a daemon, looks whether its port is free.
 */
void
mcp_cli_checks_of_port (McpCliFindings *findings)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);

  if (connection == NULL && is_taken (MCP_DEFAULT_PORT))
    mcp_cli_findings_take (
        findings, WARNING, "port",
        mcp_cli_address_listener_is_ours (MCP_DEFAULT_PORT)
            ? g_strdup_printf (_ ("Another program of yours listens at port %d"), MCP_DEFAULT_PORT)
            : g_strdup_printf (_ ("Another user’s program has port %d"), MCP_DEFAULT_PORT),
        _ ("The daemon takes another port; set [Http] Port in mcp-sessiond.conf to one that stays"));
}

/* Daemons of this user, by the names of processes: proc(5). */
static void
check_process (McpCliFindings *findings, int pid, int own)
{
  g_autofree char *name = mcp_process_dup_name ((pid_t) pid);
  g_autofree char *path = g_strdup_printf ("/proc/%d", pid);
  g_autofree char *state = NULL;
  GStatBuf info;

  if (pid == own || g_strcmp0 (name, "mcp-sessiond") != 0 || g_stat (path, &info) < 0 ||
      info.st_uid != geteuid ())
    return;
  state = mcp_cli_daemon_process_dup_variable (pid, "XDG_STATE_HOME");
  mcp_cli_findings_take (
      findings, WARNING, "daemons",
      g_strdup_printf (_ ("Another daemon of yours runs: process %d, with XDG_STATE_HOME=%s"), pid,
                       state != NULL ? state : ""),
      _ ("If you did not start it for a purpose, end it; clients may speak to the one or the other"));
}

/**
 * mcp_cli_checks_of_daemons:
 * @findings: where to
 *
 * Looks for further daemons of this user.
 */
void
mcp_cli_checks_of_daemons (McpCliFindings *findings)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  int own = connection != NULL ? mcp_cli_daemon_process_get_pid (connection, NULL) : 0;
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      guint64 pid;

      if (g_ascii_string_to_unsigned (name, 10, 2, G_MAXINT32, &pid, NULL))
        check_process (findings, (int) pid, own);
    }
}

/**
 * mcp_cli_checks_of_command:
 * @findings: where to
 *
 * Checks that the word “mcp-session” starts this command in a shell.
 */
void
mcp_cli_checks_of_command (McpCliFindings *findings)
{
  g_autofree char *own = realpath ("/proc/self/exe", NULL);
  g_autofree char *directory = own != NULL ? g_path_get_dirname (own) : NULL;
  g_autofree char *found = g_find_program_in_path ("mcp-session");
  g_autofree char *real = found != NULL ? realpath (found, NULL) : NULL;

  if (own == NULL || g_strcmp0 (own, real) == 0)
    return;
  if (found == NULL)
    mcp_cli_findings_take (
        findings, WARNING, "command",
        g_strdup_printf (_ ("PATH does not have the directory of this command: %s"), directory),
        _ ("Log in again: many systems add ~/.local/bin if it is there at login. Otherwise add "
           "the directory in ~/.profile"));
  else
    mcp_cli_findings_take (
        findings, WARNING, "command",
        g_strdup_printf (_ ("A shell starts another “mcp-session” than this one: %s"), found),
        _ ("Remove one of them, or let PATH begin with the directory of the one that you want"));
}

/* @word: (transfer full): what a client starts */
static void
check_link (McpCliFindings *findings, const McpCliClient *client, const char *own, char *word)
{
  g_autofree char *path = word;
  g_autofree char *found = g_find_program_in_path (path);
  g_autofree char *real = found != NULL ? realpath (found, NULL) : NULL;

  if (found == NULL)
    mcp_cli_findings_take (
        findings, BROKEN, "client",
        g_strdup_printf (_ ("%s starts “%s”, which does not exist"), client->title, path),
        _ ("“mcp-session connect CLIENT --undo”, then “mcp-session connect CLIENT”"));
  else if (real != NULL && own != NULL && strcmp (real, own) != 0)
    mcp_cli_findings_take (
        findings, WARNING, "client",
        g_strdup_printf (_ ("%s starts “%s”, which is another program than this: %s"),
                         client->title, path, own),
        _ ("If that is an old version: “mcp-session connect CLIENT --undo”, then connect again"));
}

/* The command of our entry, wherever the client keeps it: a text that ends in the command's name.
 */
static void
check_client (McpCliFindings *findings, const McpCliClient *client, const char *own)
{
  g_autofree char *path = mcp_cli_clients_dup_path (client);
  g_autofree char *text = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("[\"']([^\"'\\s]*/mcp-session)[\"']", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (path == NULL || !g_file_get_contents (path, &text, NULL, NULL) ||
      !g_utf8_validate (text, -1, NULL))
    return;
  if (g_regex_match (regex, text, 0, &match))
    check_link (findings, client, own, g_match_info_fetch (match, 1));
}

/**
 * mcp_cli_checks_of_clients:
 * @findings: where to
 *
 * Looks whether clients that are connected start this very command.
 */
void
mcp_cli_checks_of_clients (McpCliFindings *findings)
{
  g_autofree char *own = realpath ("/proc/self/exe", NULL);
  gsize n_clients;
  const McpCliClient *clients = mcp_cli_clients_get (&n_clients);

  for (gsize i = 0; i < n_clients; i++)
    check_client (findings, &clients[i], own);
}

/**
 * mcp_cli_checks_of_secrets:
 * @findings: where to
 * @config: of a server
 *
 * Looks whether there are the secrets that the server needs; their values are not read. A keyring
 * that cannot be asked is no finding: the daemon may ask its owner to open it.
 */
void
mcp_cli_checks_of_secrets (McpCliFindings *findings, McpServerConfig *config)
{
  g_auto (GStrv) needed = mcp_server_config_list_secrets (config);
  g_auto (GStrv) known = *needed != NULL ? mcp_cli_secrets_list (NULL) : NULL;

  for (gsize i = 0; known != NULL && needed[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) known, needed[i]))
      mcp_cli_findings_take (
          findings, BROKEN, "secret",
          g_strdup_printf (_ ("Server “%s”: there is no secret “%s”"), config->name, needed[i]),
          _ ("Store it: mcp-session secret set NAME"));
}

/* As the daemon sees a file, and each directory above it: mcpd-trusted-file.c. */
static gboolean
is_writable_by_others (const char *path)
{
  GStatBuf info;

  if (g_stat (path, &info) < 0)
    return FALSE;
  if (info.st_uid != geteuid () && info.st_uid != 0)
    return TRUE;
  return (info.st_mode & 022) != 0 && !(S_ISDIR (info.st_mode) && (info.st_mode & S_ISVTX) != 0);
}

/* Returns: (transfer full): the path, and all directories above it */
static GPtrArray *
list_upwards (const char *path)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (char *next = g_strdup (path);; next = g_path_get_dirname (next))
    {
      g_ptr_array_add (paths, next);
      if (strcmp (next, "/") == 0 || strcmp (next, ".") == 0)
        return paths;
    }
}

/**
 * mcp_cli_checks_of_writers:
 * @findings: gets what others can write
 * @path: a file of the configuration
 *
 * The daemon uses no configuration that somebody else can write or replace.
 */
void
mcp_cli_checks_of_writers (McpCliFindings *findings, const char *path)
{
  g_autoptr (GPtrArray) paths = list_upwards (path);

  for (guint i = 0; i < paths->len; i++)
    {
      const char *name = paths->pdata[i];

      if (!is_writable_by_others (name))
        continue;
      mcp_cli_findings_take (
          findings, BROKEN, "servers",
          i == 0
              ? g_strdup_printf (_ ("Others may write %s: the daemon ignores it"), name)
              : g_strdup_printf (_ ("Others may write to %s: the daemon ignores %s"), name, path),
          _ ("Make it your own, and chmod go-w"));
    }
}

/* Takes permissions of others away; never adds any. */
static void
fix_mode (McpCliFindings *findings, const char *path, mode_t others)
{
  GStatBuf info;

  if (g_stat (path, &info) < 0 || info.st_uid != geteuid () || (info.st_mode & others) == 0)
    return;
  if (g_chmod (path, info.st_mode & 07777 & ~others) == 0)
    mcp_cli_findings_take (findings, OK, "fixed",
                           g_strdup_printf (_ ("Others may not use %s any more"), path), NULL);
}

static void
fix_writers (McpCliFindings *findings, const char *path)
{
  g_autoptr (GPtrArray) paths = list_upwards (path);

  for (guint i = 0; i < paths->len; i++)
    if (is_writable_by_others (paths->pdata[i]))
      fix_mode (findings, paths->pdata[i], 022);
}

/* What a daemon that was killed has left. */
static void
fix_leftover (McpCliFindings *findings, char *path)
{
  g_autofree char *owned = path;

  if (g_file_test (owned, G_FILE_TEST_EXISTS) && g_unlink (owned) == 0)
    mcp_cli_findings_take (findings, OK, "fixed",
                           g_strdup_printf (_ ("%s was left over, and is removed"), owned), NULL);
}

/**
 * mcp_cli_checks_fix:
 * @findings: gets what was mended
 *
 * Mends what can be mended without a question: permissions of others, and what a daemon that was
 * killed has left.
 */
void
mcp_cli_checks_fix (McpCliFindings *findings)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autofree char *servers = mcp_cli_servers_file_dup_path ();
  g_autofree char *settings = dup_settings_path ();
  g_autofree char *socket_path = mcp_cli_address_dup_socket_path ();
  g_autofree char *runtime = g_path_get_dirname (socket_path);

  fix_mode (findings, runtime, 077);
  fix_writers (findings, servers);
  fix_mode (findings, settings, 022);
  if (connection == NULL && !g_file_test ("/run/systemd/system", G_FILE_TEST_IS_DIR))
    {
      fix_leftover (findings, mcp_cli_address_dup_discovery_path ());
      fix_leftover (findings, g_steal_pointer (&socket_path));
    }
}

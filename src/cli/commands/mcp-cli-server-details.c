/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The entry of a server for people: what is written in mcp.json, and what becomes of it here. No
 * secret is shown.
 */
#include "cli/commands/mcp-cli-server-details.h"

#include "cli/commands/mcp-cli-details.h"
#include "cli/daemon/mcp-cli-daemon-process.h"
#include "cli/files/mcp-cli-secret.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

/* Of the titles. */
#define WIDTH 14

static void
add (GString *out, const char *title, const char *text)
{
  g_autofree char *clean = text != NULL && *text != '\0' ? mcp_text_clean (text) : NULL;

  if (clean != NULL)
    mcp_cli_details_append_row (out, title, clean, WIDTH);
}

/**
 * mcp_cli_server_details_dup_command:
 * @entry: of mcp.json
 *
 * Returns: (transfer full): the command or the address, without secrets
 */
char *
mcp_cli_server_details_dup_command (McpJsonSlice entry)
{
  static const char *const addresses[] = { "url", "httpUrl", "serverUrl" };
  g_autofree char *command = mcp_cli_json_dup_member (entry, "command");
  g_auto (GStrv) arguments = mcp_cli_secret_dup_shown_arguments (entry);
  g_autofree char *words = g_strjoinv (" ", arguments);

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autofree char *url = mcp_cli_json_dup_member (entry, addresses[i]);

      if (url != NULL)
        return mcp_cli_secret_dup_shown_url (url);
    }
  return g_strchomp (g_strdup_printf ("%s %s", command != NULL ? command : "", words));
}

/**
 * mcp_cli_server_details_dup_path:
 * @connection: (nullable): to the daemon
 *
 * Returns: (transfer full): the PATH in which the daemon looks for programs, as far as another
 *   process can see it: that of the daemon's environment, or else the command's own
 */
char *
mcp_cli_server_details_dup_path (McpCliConnection *connection)
{
  int pid = connection != NULL ? mcp_cli_daemon_process_get_pid (connection, NULL) : 0;
  char *path = pid > 0 ? mcp_cli_daemon_process_dup_variable (pid, "PATH") : NULL;

  return path != NULL ? path : g_strdup (g_getenv ("PATH"));
}

/* Returns: (transfer full) (nullable): the program that the command names */
static char *
find_program (const char *command, const char *path)
{
  g_auto (GStrv) directories = g_strsplit (path != NULL ? path : "", ":", -1);

  if (strchr (command, '/') != NULL)
    return g_file_test (command, G_FILE_TEST_IS_EXECUTABLE) ? g_strdup (command) : NULL;
  for (gsize i = 0; directories[i] != NULL; i++)
    {
      g_autofree char *program = g_build_filename (directories[i], command, NULL);

      if (g_file_test (program, G_FILE_TEST_IS_EXECUTABLE) &&
          !g_file_test (program, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&program);
    }
  return NULL;
}

/* The names alone: values may be secrets. */
static char *
join_names (char **pairs)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (gsize i = 0; pairs != NULL && pairs[i] != NULL; i++)
    g_string_append_printf (names, "%s%.*s", i > 0 ? ", " : "", (int) strcspn (pairs[i], "="),
                            pairs[i]);
  return g_strdup (names->str);
}

/* name, value, name, … */
static char *
join_headers (char **headers)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (gsize i = 0; headers != NULL && headers[i] != NULL && headers[i + 1] != NULL; i += 2)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", headers[i]);
  return g_strdup (names->str);
}

static char *
join (char **words)
{
  return words != NULL ? g_strjoinv (", ", words) : NULL;
}

static const char *
describe_scope (McpServerScope scope)
{
  switch (scope)
    {
    case MCP_SERVER_SCOPE_SESSION:
      return _ ("a process for each session");
    case MCP_SERVER_SCOPE_CWD:
      return _ ("one process for all sessions in a directory");
    case MCP_SERVER_SCOPE_SHARED:
      break;
    }
  return _ ("one process for all sessions");
}

static void
add_program (GString *out, const McpServerConfig *config, const char *path)
{
  g_autofree char *program = NULL;

  if (config->command == NULL || strstr (config->command, "${") != NULL)
    return;
  program = find_program (config->command, path);
  add (out, _ ("Program"), program != NULL ? program : _ ("not found"));
  add (out, "PATH", path);
}

/**
 * mcp_cli_server_details_append_config:
 * @out: where to
 * @config: a server
 * @path: (nullable): where the daemon looks for programs
 *
 * Appends what the entry says beside its command.
 */
void
mcp_cli_server_details_append_config (GString *out, const McpServerConfig *config, const char *path)
{
  g_autofree char *environment = join_names (config->env);
  g_autofree char *headers = join_headers (config->headers);
  g_autofree char *allow = join (config->allow);
  g_autofree char *deny = join (config->deny);
  g_autofree char *timeout =
      config->timeout_seconds > 0 ? g_strdup_printf (_ ("%u s"), config->timeout_seconds) : NULL;

  add_program (out, config, path);
  add (out, _ ("Directory"), config->cwd);
  add (out, _ ("Variables"), environment);
  add (out, _ ("Headers"), headers);
  add (out, _ ("Shared by"), describe_scope (config->scope));
  add (out, _ ("Prefix"), strcmp (config->prefix, config->name) != 0 ? config->prefix : NULL);
  add (out, _ ("Allowed tools"), allow);
  add (out, _ ("Denied tools"), deny);
  add (out, _ ("Time-out"), timeout);
  add (out, _ ("Pinned"),
       config->pin ? _ ("yes: new and changed tools wait to be accepted") : NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * mcp-session dashboard: opens the daemon's page in the person's browser.
 */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/daemon/mcp-cli-connection.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>

/* Returns: (transfer full) (nullable): the page's address with a code that is good once */
static char *
get_url (GBytes **answer, GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autofree char *url = NULL;
  McpJsonSlice root;

  if (connection != NULL)
    *answer = mcp_cli_connection_request (connection, "POST", "/dashboard/code", NULL, NULL, error);
  if (*answer == NULL || !mcp_cli_json_parse_bytes (*answer, &root, error))
    return NULL;

  url = mcp_cli_json_dup_member (root, "url");
  if (url == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_CLOSED, _ ("The daemon did not name an address"));
  return g_steal_pointer (&url);
}

/* No shell sees the address. Where xdg-open is missing, GIO asks the desktop or its portal. */
static gboolean
open_url (const char *url, GError **error)
{
  g_autofree char *program = g_find_program_in_path ("xdg-open");
  char *argv[] = { program, (char *) url, NULL };

  if (program == NULL)
    return g_app_info_launch_default_for_uri (url, NULL, error);
  return g_spawn_async (NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                        NULL, NULL, NULL, error);
}

static int
open_page (const char *url)
{
  g_autoptr (GError) error = NULL;

  if (open_url (url, &error))
    {
      g_print ("%s\n", _ ("The page opens in the browser. “mcp-session dashboard --print” prints "
                          "its address instead."));
      return MCP_CLI_OK;
    }
  g_prefix_error (&error, _ ("No browser could be started: "));
  mcp_cli_text_print_error (error);
  mcp_cli_text_print (_ ("Open this address within a minute: %s"), url);
  return MCP_CLI_FAILED;
}

/**
 * mcp_cli_cmd_dashboard:
 * @argc: number of words
 * @argv: the words
 *
 * Opens the daemon's page, or prints its address.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_dashboard (int argc, char **argv)
{
  gboolean print_only = FALSE;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "print", 0, 0, G_OPTION_ARG_NONE, &print_only, N_ ("Print the address, and open nothing"),
      NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print the daemon’s answer, and open nothing"),
      NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = NULL,
    .summary =
        _ ("Opens the daemon’s page in the browser: who is connected, what runs, what waits\n"
           "for you, and what went wrong. The address has a code that is good once, for a\n"
           "minute."),
    .max_words = 0,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;
  g_autofree char *url = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;

  url = get_url (&answer, &error);
  if (url == NULL)
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  if (as_json)
    mcp_cli_json_print (answer);
  else if (print_only)
    mcp_cli_terminal_print_foreign (stdout, url, FALSE);
  else
    return open_page (url);
  return MCP_CLI_OK;
}

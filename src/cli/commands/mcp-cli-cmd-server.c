/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server: the daemon's mcp.json. Each subcommand is a file of its own.
 */
#include "cli/commands/mcp-cli-command.h"

#include "mcp-cli-cmd-server-private.h"

#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>

static const McpCliCommand commands[] = {
  { "add", N_ ("Give all sessions a server’s tools"), mcp_cli_cmd_server_add },
  { "remove", N_ ("Take a server out"), mcp_cli_cmd_server_remove },
  { "list", N_ ("List the configured servers"), mcp_cli_cmd_server_list },
  { "test", N_ ("Try a configured server"), mcp_cli_cmd_server_test },
  { "accept", N_ ("Accept a pinned server’s tools"), mcp_cli_cmd_server_accept },
};

static void
print_help (void)
{
  g_print ("%s\n\n%s\n\n", _ ("Usage: mcp-session server COMMAND [OPTION…]"),
           _ ("The servers whose tools the sessions get."));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-6s  %s\n", commands[i].name, _ (commands[i].summary));
}

/**
 * mcp_cli_cmd_server:
 * @argc: number of words
 * @argv: the words
 *
 * Shows and changes which servers the daemon has.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server (int argc, char **argv)
{
  if (argc > 1 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0))
    {
      print_help ();
      return MCP_CLI_OK;
    }
  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0)
      {
        g_autofree char *name = g_strconcat ("mcp-session server ", argv[1], NULL);

        g_set_prgname (name);
        return commands[i].run (argc - 1, argv + 1);
      }
  return mcp_cli_options_report_error (_ ("Which of add, remove, list, test, accept?"));
}

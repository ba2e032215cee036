/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server: the daemon's mcp.json. Each subcommand is a file of its own.
 */
#include "cli/commands/mcp-cli-command.h"

#include "mcp-cli-cmd-server-private.h"

#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-suggest.h"

#include <glib/gi18n.h>
#include <string.h>

static const McpCliCommand commands[] = {
  { "add", N_ ("Add a server"), mcp_cli_cmd_server_add },
  { "remove", N_ ("Remove a server"), mcp_cli_cmd_server_remove },
  { "list", N_ ("List the configured servers and their states"), mcp_cli_cmd_server_list },
  { "show", N_ ("Show all that is known of a server"), mcp_cli_cmd_server_show },
  { "logs", N_ ("Show what a server wrote to its standard error"), mcp_cli_cmd_server_logs },
  { "edit", N_ ("Edit the file of the servers, and check it"), mcp_cli_cmd_server_edit },
  { "enable", N_ ("Enable a server"), mcp_cli_cmd_server_enable },
  { "disable", N_ ("Disable a server and keep its entry"), mcp_cli_cmd_server_disable },
  { "restart", N_ ("End the processes of servers"), mcp_cli_cmd_server_restart },
  { "refresh", N_ ("Ask servers for their lists again"), mcp_cli_cmd_server_refresh },
  { "login", N_ ("Log in to a server"), mcp_cli_cmd_server_login },
  { "logout", N_ ("Forget the login to a server"), mcp_cli_cmd_server_logout },
  { "test", N_ ("Test a configured server"), mcp_cli_cmd_server_test },
  { "accept", N_ ("Accept a pinned server’s tools"), mcp_cli_cmd_server_accept },
};

static void
print_help (void)
{
  g_print ("%s\n\n%s\n\n", _ ("Usage: mcp-session server COMMAND [OPTION…]"),
           _ ("The servers whose tools the sessions get."));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-7s  %s\n", commands[i].name, _ (commands[i].summary));
}

/* @name: (nullable) */
static int
report_unknown (const char *name)
{
  const char *names[G_N_ELEMENTS (commands) + 1] = { NULL };
  g_autofree char *all = NULL;
  const char *meant;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i].name;
  all = g_strjoinv (", ", (char **) names);
  meant = name != NULL ? mcp_cli_suggest_find (name, names) : NULL;
  if (meant != NULL)
    return mcp_cli_options_report_error (_ ("There is no command “server %s”; did you mean “%s”?"),
                                         name, meant);
  return mcp_cli_options_report_error (_ ("Name one of these: %s"), all);
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
  mcp_cli_options_move (argc, argv);
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
  return report_unknown (argc > 1 ? argv[1] : NULL);
}

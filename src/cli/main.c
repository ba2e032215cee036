/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * mcp-session: the command line client of the daemon. Each subcommand is a file of its own.
 */
#include "config.h"

#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-suggest.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-gettext.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

static const McpCliCommand commands[] = {
  { "status", N_ ("Show how the daemon is, and what runs"), mcp_cli_cmd_status },
  { "dashboard", N_ ("Open the daemon’s page in the browser"), mcp_cli_cmd_dashboard },
  { "start", N_ ("Start the daemon"), mcp_cli_cmd_daemon_start },
  { "stop", N_ ("Stop the daemon"), mcp_cli_cmd_daemon_stop },
  { "restart", N_ ("Stop the daemon and start it again"), mcp_cli_cmd_daemon_restart },
  { "create", N_ ("Create a session"), mcp_cli_cmd_create },
  { "list", N_ ("List the sessions"), mcp_cli_cmd_list },
  { "show", N_ ("Show one session"), mcp_cli_cmd_show },
  { "close", N_ ("End sessions"), mcp_cli_cmd_close },
  { "watch", N_ ("Show live what tools are doing"), mcp_cli_cmd_watch },
  { "publish", N_ ("Report progress to the watchers of a session"), mcp_cli_cmd_publish },
  { "connect", N_ ("Give an MCP client the daemon’s tools"), mcp_cli_cmd_connect },
  { "doctor", N_ ("Look for problems"), mcp_cli_cmd_doctor },
  { "history", N_ ("Show which tools were called"), mcp_cli_cmd_history },
  { "consent", N_ ("Answer whether tools may run"), mcp_cli_cmd_consent },
  { "stop-all", N_ ("Stop all tool calls, or allow them again"), mcp_cli_cmd_stop_all },
  { "cancel", N_ ("Cancel calls that run"), mcp_cli_cmd_cancel },
  { "server", N_ ("Add, list, test and remove servers"), mcp_cli_cmd_server },
  { "secret", N_ ("Store secrets that servers need"), mcp_cli_cmd_secret },
  { "run", N_ ("Run a command in a session of its own"), mcp_cli_cmd_run },
  { "stdio", N_ ("Be an MCP server for clients that start their servers"), mcp_cli_cmd_stdio },
  { "tools", N_ ("List the tools of a session"), mcp_cli_cmd_tools },
  { "prompts", N_ ("List prompts, or get one"), mcp_cli_cmd_prompts },
  { "resources", N_ ("List resources"), mcp_cli_cmd_resources },
  { "read", N_ ("Print a resource"), mcp_cli_cmd_read },
  { "complete", N_ ("Show what a server suggests for an argument"), mcp_cli_cmd_complete },
  { "call", N_ ("Call a tool"), mcp_cli_cmd_call },
};

static void
print_help (void)
{
  guint width = 0;

  g_print (_ ("Usage: mcp-session COMMAND [OPTION…]\n"));
  g_print ("\n%s\n\n%s\n", _ ("Sessions and shared tools for AI clients."), _ ("Commands:"));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    width = MAX (width, (guint) strlen (commands[i].name));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-*s  %s\n", (int) width, commands[i].name, _ (commands[i].summary));
  g_print ("\n%s\n", _ ("“mcp-session COMMAND --help” describes a command."));
}

static const McpCliCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static int
report_unknown (const char *name)
{
  const char *names[G_N_ELEMENTS (commands) + 1] = { NULL };
  const char *meant;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i].name;
  meant = mcp_cli_suggest_find (name, names);
  if (meant != NULL)
    mcp_cli_text_print (_ ("There is no command “%s”; did you mean “%s”?"), name, meant);
  else
    mcp_cli_text_print (_ ("There is no command “%s”; “mcp-session --help” lists the commands"),
                        name);
  return MCP_CLI_USAGE;
}

/* A reader that has read enough, as head does, is no error. */
static int
check_output (void)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return MCP_CLI_OK;
  if (errno == EPIPE)
    return MCP_CLI_BROKEN_PIPE;
  mcp_cli_text_print (_ ("The output could not be written"));
  return MCP_CLI_FAILED;
}

static int
run_command (int argc, char **argv)
{
  const McpCliCommand *command = find_command (argv[1]);
  g_autofree char *name = NULL;
  int status;

  if (command == NULL)
    return report_unknown (argv[1]);

  /* The name that its own help and errors show. */
  name = g_strconcat ("mcp-session ", command->name, NULL);
  g_set_prgname (name);
  status = command->run (argc - 1, argv + 1);
  return status == MCP_CLI_OK ? check_output () : status;
}

/* “help COMMAND” is “COMMAND --help”. */
static int
run_help (int argc, char **argv)
{
  char *words[] = { argv[0], argc > 2 ? argv[2] : NULL, (char *) "--help", NULL };

  if (argc > 2)
    return run_command (3, words);
  print_help ();
  return check_output ();
}

int
main (int argc, char **argv)
{
  mcp_gettext_init ();
  mcp_cli_terminal_init ();
  mcp_cli_options_move (argc, argv);

  if (argc < 2 || strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)
    {
      print_help ();
      return check_output ();
    }
  if (strcmp (argv[1], "help") == 0)
    return run_help (argc, argv);
  if (strcmp (argv[1], "--version") == 0)
    {
      g_print ("mcp-session %s\n", MCP_VERSION);
      return MCP_CLI_OK;
    }
  return run_command (argc, argv);
}

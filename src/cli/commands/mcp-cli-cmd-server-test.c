/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-server-trial.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define TEST_TIMEOUT_SECONDS 30

static void
print_cleaned (FILE *file, const char *text)
{
  g_autofree char *clean = mcp_text_clean (text);

  fprintf (file, "  %s\n", clean);
}

static void
print_log (McpCliProbe *probe)
{
  g_auto (GStrv) lines = g_strsplit (g_strchomp (probe->log->str), "\n", -1);

  if (lines[0] == NULL)
    return;
  mcp_cli_text_print (_ ("The log of the server, with its standard error:"));
  for (gsize i = 0; lines[i] != NULL; i++)
    print_cleaned (stderr, lines[i]);
}

static int
print_probe (McpCliProbe *probe, const GError *error)
{
  if (probe->revision != NULL)
    g_print (_ ("Revision: %s\n"), probe->revision);
  if (probe->ready_ms >= 0)
    g_print (_ ("Ready after: %d ms\n"), (int) probe->ready_ms);
  if (error != NULL)
    {
      mcp_cli_text_print_error (error);
      print_log (probe);
      return MCP_CLI_FAILED;
    }

  g_print (_ ("Tools:\n"));
  for (guint i = 0; i < probe->tools->len; i++)
    print_cleaned (stdout, g_ptr_array_index (probe->tools, i));
  g_print (ngettext ("The server works and has %u tool\n", "The server works and has %u tools\n",
                     probe->tools->len),
           probe->tools->len);
  return MCP_CLI_OK;
}

/* Returns: %FALSE: the daemon knows of no login to the server */
static gboolean
test_by_daemon (McpCliConnection *connection, const char *name, guint timeout_seconds, int *status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliProbe) probe =
      mcp_cli_server_trial_run (connection, name, timeout_seconds, &error);

  if (error != NULL)
    *status = mcp_cli_options_report_failure (error);
  else if (probe != NULL)
    {
      mcp_cli_text_print (_ ("The daemon tests this server, since the daemon has the login"));
      *status = print_probe (probe, NULL);
    }
  return error != NULL || probe != NULL;
}

static int
test_server (const char *name, guint timeout_seconds)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliProbe) probe = NULL;
  gboolean is_refused;
  int status;

  if (connection != NULL && test_by_daemon (connection, name, timeout_seconds, &status))
    return status;
  probe = mcp_cli_probe_run (name, timeout_seconds, &error);
  is_refused = error != NULL && strstr (error->message, "HTTP 401") != NULL;
  /* A daemon that did not run may have a login of an earlier time. */
  if (is_refused && connection == NULL)
    connection = mcp_cli_connection_open (NULL);
  if (is_refused && connection != NULL &&
      test_by_daemon (connection, name, timeout_seconds, &status))
    return status;
  status = print_probe (probe, error);
  if (is_refused)
    mcp_cli_text_print (
        _ ("This test does not log in; the daemon does: mcp-session server login %s"), name);
  return status;
}

/**
 * mcp_cli_cmd_server_test:
 * @argc: number of words
 * @argv: the words
 *
 * Starts one configured server and shows what it has.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_test (int argc, char **argv)
{
  int timeout_seconds = TEST_TIMEOUT_SECONDS;
  const GOptionEntry entries[] = {
    { "timeout", 0, 0, G_OPTION_ARG_INT, &timeout_seconds, N_ ("How long the server may take"),
      N_ ("SECONDS") },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary =
        _ ("Starts one configured server in the current directory, as the daemon would. Shows the\n"
           "revision that it speaks, how long it took to be ready, its tools, and its standard\n"
           "error if it fails. A server that the daemon has a login to is tested by the daemon."),
    .min_words = 1,
    .max_words = 1,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (timeout_seconds < 1)
    return mcp_cli_options_report_error (_ ("--timeout must be 1 or more"));
  return test_server (argv[1], (guint) timeout_seconds);
}

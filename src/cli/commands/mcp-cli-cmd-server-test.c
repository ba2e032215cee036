/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-cli-cmd-server-private.h"

#include "cli/files/mcp-cli-servers-file.h"
#include "cli/probe/mcp-cli-probe.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

#define TEST_TIMEOUT_SECONDS 30

static guint
print_tools (McpCliProbe *probe)
{
  McpJsonSlice root, tools, tool;
  McpJsonIter iter;
  guint n_tools = 0;

  if (probe->tools == NULL || !mcp_cli_json_parse_bytes (probe->tools, &root, NULL) ||
      !mcp_json_find_typed (root, "tools", MCP_JSON_ARRAY, &tools))
    return 0;
  mcp_json_iter_init (&iter, tools);
  for (; mcp_json_iter_next_element (&iter, &tool); n_tools++)
    {
      g_autofree char *name = mcp_cli_json_dup_member (tool, "name");
      g_autofree char *clean = mcp_text_clean (name != NULL ? name : "?");

      g_print ("  %s\n", clean);
    }
  return n_tools;
}

static int
print_probe (McpCliProbe *probe, GError *error)
{
  guint n_tools;

  if (probe->name != NULL)
    {
      g_autofree char *clean = mcp_text_clean (probe->name);

      g_print (_ ("Name: %s\n"), clean);
    }
  if (probe->revision != NULL)
    g_print (_ ("Revision: %s\n"), probe->revision);
  if (probe->first_answer_ms >= 0)
    g_print (_ ("First answer after: %d ms\n"), (int) probe->first_answer_ms);
  if (error == NULL)
    {
      g_print (_ ("Tools:\n"));
      n_tools = print_tools (probe);
      g_print (ngettext ("It works, with %u tool\n", "It works, with %u tools\n", n_tools),
               n_tools);
      return MCP_CLI_OK;
    }

  mcp_cli_text_print_error (error);
  if (probe->said != NULL)
    {
      g_auto (GStrv) lines = g_strsplit (g_strchomp (probe->said), "\n", -1);

      g_printerr (_ ("It said on standard error:\n"));
      for (gsize i = 0; lines[i] != NULL; i++)
        {
          g_autofree char *clean = mcp_text_clean (lines[i]);

          g_printerr ("  %s\n", clean);
        }
    }
  return MCP_CLI_FAILED;
}

static int
test_server (const char *name, guint timeout_seconds)
{
  g_autoptr (McpCliProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *entry = mcp_cli_servers_file_get_entry (name, &error);
  McpJsonSlice root;

  if (entry == NULL || !mcp_cli_json_parse (entry, strlen (entry), &root, &error))
    return mcp_cli_cmd_server_report (error);
  probe = mcp_cli_probe_run (root, timeout_seconds, &error);
  return print_probe (probe, error);
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
    { "timeout", 0, 0, G_OPTION_ARG_INT, &timeout_seconds, N_ ("How long it may take"),
      N_ ("SECONDS") },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary =
        _ ("Starts one configured server here, and shows which revision it speaks, how long it\n"
           "took to answer, its tools, and its standard error when it fails."),
    .min_words = 1,
    .max_words = 1,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (timeout_seconds < 1)
    return mcp_cli_options_report_error (_ ("--timeout must be 1 or more"));
  return test_server (argv[1], (guint) timeout_seconds);
}

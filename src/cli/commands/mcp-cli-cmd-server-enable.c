/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server enable, server disable: the member “disabled” of an entry.
 */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-server-change.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>

static gboolean
change (const char *name, gboolean disabled, GError **error)
{
  g_autofree char *before = mcp_cli_server_change_dup_state (name);

  if (!mcp_cli_servers_file_set_disabled (name, disabled, error))
    return FALSE;
  mcp_cli_text_print (disabled ? _ ("“%s” is disabled") : _ ("“%s” is enabled"), name);
  mcp_cli_server_change_await_other (name, before);
  return TRUE;
}

static int
set_disabled (const McpCliUsage *usage, gboolean disabled, int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  for (int i = 1; i < argc; i++)
    if (!change (argv[i], disabled, &error))
      return mcp_cli_options_report_failure (error);
  return MCP_CLI_OK;
}

/**
 * mcp_cli_cmd_server_enable:
 * @argc: number of words
 * @argv: the words
 *
 * Enables servers in mcp.json.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_enable (int argc, char **argv)
{
  const McpCliUsage usage = {
    .parameters = _ ("NAME…"),
    .summary = _ ("Enables a server that is disabled."),
    .min_words = 1,
    .max_words = -1,
  };

  return set_disabled (&usage, FALSE, argc, argv);
}

/**
 * mcp_cli_cmd_server_disable:
 * @argc: number of words
 * @argv: the words
 *
 * Disables servers in mcp.json.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_disable (int argc, char **argv)
{
  const McpCliUsage usage = {
    .parameters = _ ("NAME…"),
    .summary = _ ("Disables a server: its entry stays, its tools go, its processes are stopped."),
    .min_words = 1,
    .max_words = -1,
  };

  return set_disabled (&usage, TRUE, argc, argv);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-entry-check.h"

#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "upstream/config/mcp-launch-rules.h"

#include <glib/gi18n.h>
#include <string.h>

/* Nothing is started: which empty directory a program would have does not matter. */
#define ANY_DIRECTORY "/"

/* @problems: (out) (transfer full) */
static GPtrArray *
parse (const char *name, const char *entry, GPtrArray **problems, GError **error)
{
  g_autoptr (GString) file = g_string_new ("{\"mcpServers\":{");

  mcp_json_append_string (file, name);
  g_string_append_printf (file, ":%s}}", entry);
  return mcp_server_config_parse_file (file->str, file->len, "mcp.json", problems, error);
}

/**
 * mcp_cli_entry_check:
 * @name: of a server
 * @entry: JSON
 * @error: return location
 *
 * Asks the daemon's own parser.
 *
 * Returns: whether the daemon would use the entry, and all of it
 */
gboolean
mcp_cli_entry_check (const char *name, const char *entry, GError **error)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = parse (name, entry, &problems, error);

  if (configs == NULL)
    return FALSE;
  if (problems->len == 0)
    return TRUE;
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       g_ptr_array_index (problems, 0));
  return FALSE;
}

/* Relative, or made of ${cwd}. */
static gboolean
is_in_session (const char *command)
{
  return strchr (command, '/') != NULL &&
         (!g_path_is_absolute (command) || g_str_has_prefix (command, MCP_LAUNCH_RULES_DIRECTORY));
}

/**
 * mcp_cli_entry_check_dup_refusal:
 * @config: of a server
 *
 * Asks the daemon's own rules whether the command may be started where it lies. Arguments do not
 * count: they may be secrets, which the answer must not name.
 *
 * Returns: (transfer full) (nullable): why the daemon would refuse to start the command, and what
 *   to write; %NULL if it would not
 */
char *
mcp_cli_entry_check_dup_refusal (McpServerConfig *config)
{
  g_auto (GStrv) argv =
      config->command != NULL && mcp_server_config_is_bound (config)
          ? mcp_server_config_build_argv (config, MCP_LAUNCH_RULES_DIRECTORY, NULL)
          : NULL;
  g_auto (McpLaunchPlan) plan = { 0 };
  g_autoptr (GError) error = NULL;

  if (argv == NULL || !is_in_session (argv[0]) ||
      mcp_launch_rules_plan (&plan, (const char *[]){ argv[0], NULL }, ANY_DIRECTORY, ANY_DIRECTORY,
                             &error))
    return NULL;
  return g_strdup_printf (_ ("Server “%s”: %s"), config->name, error->message);
}

/**
 * mcp_cli_entry_check_dup_refusal_of:
 * @name: of a server
 * @entry: JSON that mcp_cli_entry_check() accepts
 *
 * Returns: (transfer full) (nullable): as mcp_cli_entry_check_dup_refusal()
 */
char *
mcp_cli_entry_check_dup_refusal_of (const char *name, const char *entry)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = parse (name, entry, &problems, NULL);

  return configs != NULL && configs->len == 1
             ? mcp_cli_entry_check_dup_refusal (g_ptr_array_index (configs, 0))
             : NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-entry-check.h"

#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "upstream/config/mcp-server-config.h"

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
  g_autoptr (GString) file = g_string_new ("{\"mcpServers\":{");
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = NULL;

  mcp_json_append_string (file, name);
  g_string_append_printf (file, ":%s}}", entry);
  configs = mcp_server_config_parse_file (file->str, file->len, "mcp.json", &problems, error);
  if (configs == NULL)
    return FALSE;
  if (problems->len == 0)
    return TRUE;
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       g_ptr_array_index (problems, 0));
  return FALSE;
}

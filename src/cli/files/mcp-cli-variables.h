/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliVariables:
 * @MCP_CLI_VARIABLES_NONE: texts are literal
 * @MCP_CLI_VARIABLES_BRACES: ${NAME} and ${NAME:-default}
 * @MCP_CLI_VARIABLES_DOLLAR: $NAME and ${NAME}
 * @MCP_CLI_VARIABLES_CURLY: {env:NAME}
 * @MCP_CLI_VARIABLES_EDITOR: ${env:NAME}, ${workspaceFolder}, ${userHome}
 *
 * How a client writes variables in the texts of its entries.
 */
typedef enum
{
  MCP_CLI_VARIABLES_NONE,
  MCP_CLI_VARIABLES_BRACES,
  MCP_CLI_VARIABLES_DOLLAR,
  MCP_CLI_VARIABLES_CURLY,
  MCP_CLI_VARIABLES_EDITOR,
} McpCliVariables;

char *mcp_cli_variables_translate (McpCliVariables syntax, const char *text, GError **error);

G_END_DECLS

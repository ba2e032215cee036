/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpCliColour:
 * @MCP_CLI_COLOUR_NONE: the terminal's own
 * @MCP_CLI_COLOUR_GOOD: something works
 * @MCP_CLI_COLOUR_CARE: something needs a look
 * @MCP_CLI_COLOUR_BAD: something failed
 * @MCP_CLI_COLOUR_DIM: less important than the rest
 */
typedef enum
{
  MCP_CLI_COLOUR_NONE,
  MCP_CLI_COLOUR_GOOD,
  MCP_CLI_COLOUR_CARE,
  MCP_CLI_COLOUR_BAD,
  MCP_CLI_COLOUR_DIM,
} McpCliColour;

typedef struct _McpCliTable McpCliTable;

McpCliTable *mcp_cli_table_new (const char *const *titles);
void mcp_cli_table_free (McpCliTable *self);
void mcp_cli_table_add (McpCliTable *self, const char *const *cells);
void mcp_cli_table_spare (McpCliTable *self, const guint *columns, guint n_columns);
void mcp_cli_table_keep (McpCliTable *self, guint column);
void mcp_cli_table_paint (McpCliTable *self, guint column, McpCliColour colour);
char *mcp_cli_table_to_string (McpCliTable *self, guint columns, gboolean with_colour);
void mcp_cli_table_print (McpCliTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliTable, mcp_cli_table_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _McpCliTable McpCliTable;

McpCliTable *mcp_cli_table_new (const char *const *titles);
void mcp_cli_table_free (McpCliTable *self);
void mcp_cli_table_add (McpCliTable *self, const char *const *cells);
char *mcp_cli_table_to_string (McpCliTable *self, guint columns);
void mcp_cli_table_print (McpCliTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliTable, mcp_cli_table_free)

G_END_DECLS

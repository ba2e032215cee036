/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  MCP_CLI_FINDING_OK,
  MCP_CLI_FINDING_WARNING, /* works, not as well as it could */
  MCP_CLI_FINDING_BROKEN,
} McpCliFindingLevel;

typedef struct _McpCliFindings McpCliFindings;

McpCliFindings *mcp_cli_findings_new (void);
void mcp_cli_findings_free (McpCliFindings *self);
void mcp_cli_findings_take (McpCliFindings *self,
                            McpCliFindingLevel level,
                            const char *check,
                            char *text,
                            const char *remedy);
void mcp_cli_findings_name (McpCliFindings *self, const char *subject);
gboolean mcp_cli_findings_is_broken (McpCliFindings *self, const char *subject);
void mcp_cli_findings_print (McpCliFindings *self);
void mcp_cli_findings_print_json (McpCliFindings *self);
gboolean mcp_cli_findings_has_broken (McpCliFindings *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliFindings, mcp_cli_findings_free)

G_END_DECLS

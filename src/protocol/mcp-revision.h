/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpRevision:
 *
 * A revision of the Model Context Protocol, oldest first, so that they compare.
 */
typedef enum
{
  MCP_REVISION_UNKNOWN,
  MCP_REVISION_2025_06_18,
  MCP_REVISION_2025_11_25,
} McpRevision;

#define MCP_REVISION_NEWEST MCP_REVISION_2025_11_25

McpRevision mcp_revision_from_string (const char *text);
const char *mcp_revision_to_string (McpRevision revision);
const char *const *mcp_revision_list (void);

G_END_DECLS

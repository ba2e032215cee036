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
  MCP_REVISION_2024_11_05,
  MCP_REVISION_2025_03_26,
  MCP_REVISION_2025_06_18,
  MCP_REVISION_2025_11_25,
  MCP_REVISION_2026_07_28,
} McpRevision;

#define MCP_REVISION_NEWEST           MCP_REVISION_2026_07_28
/* The newest that begins by `initialize` and has sessions. */
#define MCP_REVISION_NEWEST_HANDSHAKE MCP_REVISION_2025_11_25

gboolean mcp_revision_is_stateless (McpRevision revision);
/* Members of a request's "_meta" (2026-07-28, basic/index, "_meta"). */
#define MCP_META_PREFIX              "io.modelcontextprotocol/"
#define MCP_META_PROTOCOL_VERSION    MCP_META_PREFIX "protocolVersion"
#define MCP_META_CLIENT_CAPABILITIES MCP_META_PREFIX "clientCapabilities"
#define MCP_META_CLIENT_INFO         MCP_META_PREFIX "clientInfo"
#define MCP_META_SERVER_INFO         MCP_META_PREFIX "serverInfo"
#define MCP_META_LOG_LEVEL           MCP_META_PREFIX "logLevel"
#define MCP_META_SUBSCRIPTION_ID     MCP_META_PREFIX "subscriptionId"

McpRevision mcp_revision_from_string (const char *text);
const char *mcp_revision_to_string (McpRevision revision);
const char *const *mcp_revision_list (void);

G_END_DECLS

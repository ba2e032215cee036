/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

#define MCP_SERVER_SOURCES_N (MCP_SERVER_ORIGIN_REGISTERED + 1)

/**
 * McpServerSources:
 *
 * The servers by where the daemon knows them from: the owner's file, files that apps have brought,
 * and apps that have registered. Each name is one server. Embedded; main context only.
 */
typedef struct
{
  /*< private >*/
  GPtrArray *configs[MCP_SERVER_SOURCES_N]; /* (owned) (element-type McpServerConfig) */
} McpServerSources;

void mcp_server_sources_init (McpServerSources *self);
void mcp_server_sources_clear (McpServerSources *self);
void mcp_server_sources_set (McpServerSources *self, McpServerOrigin origin, GPtrArray *configs);
GPtrArray *mcp_server_sources_get (McpServerSources *self, McpServerOrigin origin);
McpServerConfig *
mcp_server_sources_find (McpServerSources *self, McpServerOrigin origin, const char *name);
GPtrArray *mcp_server_sources_merge (McpServerSources *self);

G_END_DECLS

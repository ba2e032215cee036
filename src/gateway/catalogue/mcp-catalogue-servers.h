/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "gateway/catalogue/mcp-catalogue-server.h"

G_BEGIN_DECLS

/**
 * McpCatalogueServersFunc:
 * @server: one part of it was listed, or a listing has ended
 * @changed: which kinds of items are not what they were
 */
typedef void (*McpCatalogueServersFunc) (McpCatalogueServer *server,
                                         McpItemKinds changed,
                                         gpointer user_data);

/**
 * McpCatalogueServers:
 *
 * The servers of the catalogue: which are configured, in order, and what is known of each. Two
 * entries of the configuration that say the same share one. Main context only.
 */
typedef struct _McpCatalogueServers McpCatalogueServers;

McpCatalogueServers *mcp_catalogue_servers_new (McpProviderPool *pool,
                                                const McpLimits *limits,
                                                McpCatalogueServersFunc listed,
                                                gpointer user_data);
void mcp_catalogue_servers_free (McpCatalogueServers *self);
void mcp_catalogue_servers_set_cache (McpCatalogueServers *self, const char *directory);
void mcp_catalogue_servers_set_limits (McpCatalogueServers *self, const McpLimits *limits);
void mcp_catalogue_servers_set_configs (McpCatalogueServers *self, GPtrArray *configs);
void mcp_catalogue_servers_forget_others (McpCatalogueServers *self, GPtrArray *configs);
GPtrArray *mcp_catalogue_servers_get_configs (McpCatalogueServers *self);
McpServerConfig *mcp_catalogue_servers_find_config (McpCatalogueServers *self, const char *name);
McpCatalogueServer *mcp_catalogue_servers_lookup (McpCatalogueServers *self,
                                                  const McpServerConfig *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCatalogueServers, mcp_catalogue_servers_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue-views.h"
#include "gateway/catalogue/mcp-client.h"

G_BEGIN_DECLS

/**
 * McpClientView:
 * @views: (unowned): the catalogue at one moment
 * @client: (unowned): who looks
 * @allowed: (owned): what the client's session may use
 *
 * The part of the catalogue that one client sees. Made on the stack for one question.
 */
typedef struct
{
  McpCatalogueViews *views;
  McpClient *client;
  McpAllowedTools *allowed;
} McpClientView;

McpClientView mcp_client_view_begin (McpCatalogueViews *views, McpClient *client);
void mcp_client_view_end (McpClientView *self);
const McpExposedItem *
mcp_client_view_find (McpClientView *self, McpItemKind kind, const char *name);
McpServerConfig *
mcp_client_view_find_resource (McpClientView *self, const char *uri, const char **own_uri);
char *mcp_client_view_build_instructions (McpClientView *self);
const char *mcp_client_view_get_server_info (McpClientView *self);
const char *mcp_client_view_get_capabilities (McpClientView *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpClientView, mcp_client_view_end)

G_END_DECLS

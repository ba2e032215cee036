/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue-views.h"
#include "gateway/catalogue/mcp-client.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpListBuilder:
 *
 * Builds the lists that clients ask for, in a thread. Clients that may see the same get the
 * same bytes: a list is built once for as long as the catalogue stays as it is, however many
 * ask. Main context only.
 */
#define MCP_TYPE_LIST_BUILDER (mcp_list_builder_get_type ())
G_DECLARE_FINAL_TYPE (McpListBuilder, mcp_list_builder, MCP, LIST_BUILDER, GObject)

McpListBuilder *mcp_list_builder_new (void);
void mcp_list_builder_forget (McpListBuilder *self);
GBytes *mcp_list_builder_get (McpListBuilder *self, McpItemKind kind, McpClient *client);
void mcp_list_builder_build_async (McpListBuilder *self,
                                   McpCatalogueViews *views,
                                   McpItemKind kind,
                                   McpClient *client,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GBytes *mcp_list_builder_build_finish (McpListBuilder *self, GAsyncResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue-server.h"
#include "gateway/catalogue/mcp-catalogue.h"
#include "gateway/catalogue/mcp-item-view.h"
#include "gateway/catalogue/mcp-tool-prints.h"

G_BEGIN_DECLS

/* The object itself, for the files that implement it. */

struct _McpCatalogue
{
  GObject parent_instance;

  McpProviderPool *pool;  /* (owned) */
  McpListingCache *cache; /* (owned) (nullable) */
  McpToolPrints *prints;  /* (owned) */
  McpLimits limits;
  guint first_ms;
  guint refresh_ms;
  GPtrArray *configs;                   /* (owned): McpServerConfig, enabled ones, in order */
  GHashTable *servers;                  /* (owned): fingerprint (owned) -> McpCatalogueServer */
  McpItemView *views[MCP_N_ITEM_KINDS]; /* (owned): of the above */
  GPtrArray *waiters;                   /* (owned): McpCatalogueWaiter (unowned) */
};

McpCatalogueServer *mcp_catalogue_lookup_server (McpCatalogue *self, McpServerConfig *config);
McpItemView *mcp_catalogue_build_view (McpCatalogue *self, McpItemKind kind, McpToolPrints *prints);
void mcp_catalogue_rebuild (McpCatalogue *self, McpItemKinds kinds);
void mcp_catalogue_check_tools (McpCatalogue *self, McpServerConfig *config);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue-views.h"

G_BEGIN_DECLS

McpServerConfig *mcp_resource_finder_find (McpCatalogueViews *views,
                                           McpAllowedTools *allowed,
                                           const char *uri,
                                           const char **own);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue-views.h"
#include "protocol/mcp-revision.h"

G_BEGIN_DECLS

GBytes *mcp_list_writer_build (McpCatalogueViews *views,
                               McpItemKind kind,
                               const char *server,
                               McpAllowedTools *allowed,
                               McpRevision revision);
char *mcp_list_writer_build_instructions (McpCatalogueViews *views, McpAllowedTools *allowed);

G_END_DECLS

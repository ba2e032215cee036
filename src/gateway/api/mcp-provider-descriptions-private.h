/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-services.h"

G_BEGIN_DECLS

/* How servers are described, for their owner. */
GVariant *mcp_provider_descriptions_build (GPtrArray *configs,
                                           GPtrArray *left_out,
                                           McpServices *services,
                                           GHashTable *by_name);

G_END_DECLS

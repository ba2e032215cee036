/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

McpProvider *
mcp_cli_direct_new_provider (McpServerConfig *config, const char *cwd, guint timeout_ms);

G_END_DECLS

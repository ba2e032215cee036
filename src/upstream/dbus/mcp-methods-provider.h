/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"
#include "upstream/dbus/mcp-bus.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

McpProvider *mcp_methods_provider_new (McpServerConfig *config,
                                       McpBus *bus,
                                       const char *cwd,
                                       const McpLimits *limits,
                                       guint timeout_ms);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

gboolean mcp_server_variables_check (McpServerConfig *config,
                                     const char *const *environment,
                                     GError **error);

G_END_DECLS

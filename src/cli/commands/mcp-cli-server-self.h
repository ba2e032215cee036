/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

void mcp_cli_server_self_append (GString *out,
                                 McpCliConnection *connection,
                                 const char *name,
                                 guint width);

G_END_DECLS

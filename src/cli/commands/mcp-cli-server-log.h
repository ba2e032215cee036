/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

GBytes *mcp_cli_server_log_fetch (McpCliConnection *connection,
                                  const char *name,
                                  guint n_lines,
                                  GError **error);
char *mcp_cli_server_log_to_text (GBytes *log);
int mcp_cli_server_log_follow (McpCliConnection *connection, const char *name, GBytes *log);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-session.h"

G_BEGIN_DECLS

/* The client has gone, and all its requests are answered. */
typedef void (*McpCliBridgeFinished) (gpointer user_data);

#define MCP_TYPE_CLI_BRIDGE (mcp_cli_bridge_get_type ())
G_DECLARE_FINAL_TYPE (McpCliBridge, mcp_cli_bridge, MCP, CLI_BRIDGE, GObject)

McpCliBridge *mcp_cli_bridge_new (McpCliConnection *connection,
                                  const McpCliSessionParams *params,
                                  const char *server);
void mcp_cli_bridge_run (McpCliBridge *self,
                         int in_fd,
                         int out_fd,
                         McpCliBridgeFinished finished,
                         gpointer user_data);
void mcp_cli_bridge_close (McpCliBridge *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-session.h"

G_BEGIN_DECLS

/**
 * McpCliHistoryFilter:
 * @limit: how many calls at most; 0: the default of the daemon
 * @before: (nullable): only calls before this one
 * @tool: (nullable): only calls of this tool
 * @state: (nullable): only calls in this state
 *
 * Which calls are wanted.
 */
typedef struct
{
  int limit;
  char *before;
  char *tool;
  char *state;
} McpCliHistoryFilter;

GBytes *mcp_cli_history_fetch_session (McpCliConnection *connection,
                                       const McpCliSession *session,
                                       const McpCliHistoryFilter *filter,
                                       GError **error);
GBytes *mcp_cli_history_fetch_all (McpCliConnection *connection,
                                   const McpCliHistoryFilter *filter,
                                   GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-session.h"
#include "common/mcp-json.h"

G_BEGIN_DECLS

/**
 * McpCliHistoryFilter:
 * @limit: how many calls at most; 0: the default
 * @before: (nullable): only calls before this one
 * @tool: (nullable): only calls of this tool
 * @state: (nullable): only calls in this state
 * @session: (nullable): only calls of this session: its id, the beginning of its id, or its label
 * @session_id: (nullable): the id of that session, if it has not ended
 * @client: (nullable): only calls of a client whose name contains this
 * @since_us: only calls that started after this, real time; 0: all
 *
 * Which calls are wanted. The daemon filters by limit, before, tool, state and a session that has
 * not ended, the command by the others.
 */
typedef struct
{
  int limit;
  char *before;
  char *tool;
  char *state;
  char *session;
  char *session_id;
  char *client;
  gint64 since_us;
} McpCliHistoryFilter;

void mcp_cli_history_filter_clear (McpCliHistoryFilter *filter);
gboolean mcp_cli_history_filter_accepts (const McpCliHistoryFilter *filter, McpJsonSlice call);

char *mcp_cli_history_dup_call_id (const char *text);
GBytes *mcp_cli_history_fetch (McpCliConnection *connection,
                               const McpCliHistoryFilter *filter,
                               GError **error);
GBytes *mcp_cli_history_fetch_one (McpCliConnection *connection, const char *name, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

#define MCP_CLI_ID_VARIABLE    "MCP_SESSION_ID"
#define MCP_CLI_TOKEN_VARIABLE "MCP_SESSION_TOKEN"
#define MCP_CLI_URL_VARIABLE   "MCP_SESSION_URL"

/**
 * McpCliSessionParams:
 * @cwd: (nullable): an absolute path; %NULL: the current directory
 * @label: (nullable): %NULL: the name of the process that started the command
 * @allowed_tools: (nullable) (array zero-terminated=1): globs; %NULL: all tools
 * @idle_seconds: without use, after which the session ends; -1: the default of the daemon
 * @is_bridge: the session is for this process, and also ends soon after it
 *
 * What a new session is to be like. The members are borrowed, except in a copy.
 */
typedef struct
{
  char *cwd;
  char *label;
  char **allowed_tools;
  gint64 idle_seconds;
  gboolean is_bridge;
} McpCliSessionParams;

void mcp_cli_session_params_copy (McpCliSessionParams *copy, const McpCliSessionParams *params);
void mcp_cli_session_params_clear (McpCliSessionParams *copy);

GBytes *mcp_cli_session_create (McpCliConnection *connection,
                                const McpCliSessionParams *params,
                                GError **error);
McpCliSession *mcp_cli_session_copy (const McpCliSession *session);
McpCliSession *mcp_cli_session_from_answer (GBytes *answer, GError **error);
McpCliSession *
mcp_cli_session_find (McpCliConnection *connection, const char *name, GError **error);
McpCliSession *
mcp_cli_session_find_or_create (McpCliConnection *connection, const char *name, GError **error);
McpCliSession *mcp_cli_session_create_temporary (McpCliConnection *connection, GError **error);
gboolean
mcp_cli_session_close (McpCliConnection *connection, const McpCliSession *session, GError **error);
void mcp_cli_session_end (McpCliConnection *connection, McpCliSession *session);
void mcp_cli_session_free (McpCliSession *session);
char *mcp_cli_session_dup_url (GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliSession, mcp_cli_session_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

#define MCP_CLI_ID_VARIABLE    "MCP_SESSION_ID"
#define MCP_CLI_TOKEN_VARIABLE "MCP_SESSION_TOKEN"
#define MCP_CLI_URL_VARIABLE   "MCP_SESSION_URL"

/**
 * McpCliWish:
 * @cwd: (nullable): %NULL: where we are
 * @label: (nullable): %NULL: the name of the process that started us
 * @allowed_tools: (nullable): globs; %NULL: everything
 * @idle_seconds: after which it ends unused; -1: as the daemon has it
 *
 * What a new session is to be like.
 */
typedef struct
{
  const char *cwd;
  const char *label;
  const char *const *allowed_tools;
  gint64 idle_seconds;
} McpCliWish;

GBytes *
mcp_cli_session_create (McpCliConnection *connection, const McpCliWish *wish, GError **error);
McpCliSession *mcp_cli_session_from_answer (GBytes *answer, GError **error);
McpCliSession *
mcp_cli_session_find (McpCliConnection *connection, const char *name, GError **error);
McpCliSession *
mcp_cli_session_find_or_create (McpCliConnection *connection, const char *name, GError **error);
gboolean
mcp_cli_session_close (McpCliConnection *connection, const McpCliSession *session, GError **error);
void mcp_cli_session_end (McpCliConnection *connection, McpCliSession *session);
void mcp_cli_session_free (McpCliSession *session);
char *mcp_cli_session_dup_url (GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliSession, mcp_cli_session_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * McpCliSession:
 * @id: of a session of the daemon
 * @token: (nullable): its token; %NULL: the command acts as the owner
 * @daemon: (nullable): when the daemon was started that had the session last
 * @is_temporary: the session was made for one command, and ends with it
 */
typedef struct
{
  char *id;
  char *token;
  char *daemon;
  gboolean is_temporary;
} McpCliSession;

#define MCP_TYPE_CLI_CONNECTION (mcp_cli_connection_get_type ())
G_DECLARE_FINAL_TYPE (McpCliConnection, mcp_cli_connection, MCP, CLI_CONNECTION, GObject)

McpCliConnection *mcp_cli_connection_open (GError **error);
McpCliConnection *mcp_cli_connection_open_running (GError **error);
gboolean mcp_cli_connection_reopen (McpCliConnection *self, GError **error);
SoupSession *mcp_cli_connection_get_soup (McpCliConnection *self);
void mcp_cli_connection_replace_header (SoupMessageHeaders *headers,
                                        const char *name,
                                        const char *value);
SoupMessage *mcp_cli_connection_new_message (McpCliConnection *self,
                                             const char *method,
                                             const char *path,
                                             const McpCliSession *session,
                                             const char *json);
GBytes *mcp_cli_connection_send (McpCliConnection *self, SoupMessage *message, GError **error);
GBytes *mcp_cli_connection_request (McpCliConnection *self,
                                    const char *method,
                                    const char *path,
                                    const McpCliSession *session,
                                    const char *json,
                                    GError **error);
void mcp_cli_connection_set_error (GError **error, guint status, GBytes *body);

G_END_DECLS

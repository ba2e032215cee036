/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpOauthState:
 * @MCP_OAUTH_STATE_NONE: nothing is known to be needed
 * @MCP_OAUTH_STATE_NEEDS_LOGIN: a person must log in
 * @MCP_OAUTH_STATE_LOGGING_IN: a browser was sent, and has not come back
 * @MCP_OAUTH_STATE_AUTHORIZED: there is a token, as far as is known a good one
 * @MCP_OAUTH_STATE_REFRESHING: the token is being renewed
 * @MCP_OAUTH_STATE_REFUSED: the last login failed
 * @MCP_OAUTH_STATE_KEYRING_LOCKED: the token lies in a keyring that is locked
 */
typedef enum
{
  MCP_OAUTH_STATE_NONE,
  MCP_OAUTH_STATE_NEEDS_LOGIN,
  MCP_OAUTH_STATE_LOGGING_IN,
  MCP_OAUTH_STATE_AUTHORIZED,
  MCP_OAUTH_STATE_REFRESHING,
  MCP_OAUTH_STATE_REFUSED,
  MCP_OAUTH_STATE_KEYRING_LOCKED,
} McpOauthState;

#define MCP_OAUTH_N_STATES (MCP_OAUTH_STATE_KEYRING_LOCKED + 1)

/**
 * McpOauthStatus:
 * @state: of the login
 * @issuer: (nullable): of the authorization server
 * @scope: (nullable): what was allowed, with spaces between
 * @expires_at: UNIX time at which the token ends; 0: unknown
 * @why: (nullable): what went wrong last, for people
 *
 * How it stands with the login to a server. The texts belong to the server, until it changes.
 */
typedef struct
{
  McpOauthState state;
  const char *issuer;
  const char *scope;
  gint64 expires_at;
  const char *why;
} McpOauthStatus;

/**
 * McpOauthServer:
 *
 * The login to one configured server, as an #McpHttpWarrant for its requests. Main context only.
 *
 * Signals:
 *   changed (): the status is another one
 *   needed (): a person must log in; once, until somebody has
 */
#define MCP_TYPE_OAUTH_SERVER (mcp_oauth_server_get_type ())
G_DECLARE_FINAL_TYPE (McpOauthServer, mcp_oauth_server, MCP, OAUTH_SERVER, GObject)

const char *mcp_oauth_server_state_to_string (McpOauthState state);
const char *mcp_oauth_server_get_name (McpOauthServer *self);
void mcp_oauth_server_get_status (McpOauthServer *self, McpOauthStatus *status);
void mcp_oauth_server_forgive (McpOauthServer *self);
gboolean mcp_oauth_server_wants_login (McpOauthServer *self);
void mcp_oauth_server_login_async (McpOauthServer *self,
                                   gboolean wants_device,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
char *mcp_oauth_server_login_finish (McpOauthServer *self,
                                     GAsyncResult *result,
                                     guint *seconds_left,
                                     char **user_code,
                                     GError **error);

G_END_DECLS

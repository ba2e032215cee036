/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpOauthError:
 * @MCP_OAUTH_ERROR_FAILED: what a server said cannot be used
 * @MCP_OAUTH_ERROR_ABSENT: the server has nothing to do with OAuth
 * @MCP_OAUTH_ERROR_REFUSED: an authorization server has said no
 * @MCP_OAUTH_ERROR_LOST: no answer came; the request may have been heard
 * @MCP_OAUTH_ERROR_LOCKED: the keyring is locked
 * @MCP_OAUTH_ERROR_LOGIN_NEEDED: only a person can go on
 * @MCP_OAUTH_ERROR_PENDING: a person has not yet decided
 *
 * Why there is no authorization. The messages are whole sentences for people; they hold no secret,
 * and what they quote of a server is cleaned.
 */
typedef enum
{
  MCP_OAUTH_ERROR_FAILED,
  MCP_OAUTH_ERROR_ABSENT,
  MCP_OAUTH_ERROR_REFUSED,
  MCP_OAUTH_ERROR_LOST,
  MCP_OAUTH_ERROR_LOCKED,
  MCP_OAUTH_ERROR_LOGIN_NEEDED,
  MCP_OAUTH_ERROR_PENDING,
} McpOauthError;

#define MCP_OAUTH_ERROR (mcp_oauth_error_quark ())

GQuark mcp_oauth_error_quark (void);

G_END_DECLS

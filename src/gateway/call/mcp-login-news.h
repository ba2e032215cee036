/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "upstream/oauth/mcp-oauth-server.h"

G_BEGIN_DECLS

/**
 * McpLoginNews:
 *
 * The logins that one client was asked to bring its person to, and that nobody has made yet. Once a
 * login is there, the client hears that its page is of no more use (2025-11-25, client/elicitation,
 * “Completion Notifications for URL Mode Elicitation”). One for each server at most. Main context
 * only.
 */
typedef struct _McpLoginNews McpLoginNews;

/**
 * McpLoginNewsFunc:
 * @notification: for the client
 * @user_data: data
 */
typedef void (*McpLoginNewsFunc) (GBytes *notification, gpointer user_data);

McpLoginNews *mcp_login_news_new (McpLoginNewsFunc func, gpointer user_data);
void mcp_login_news_add (McpLoginNews *self, McpOauthServer *login, McpJsonSlice params);
void mcp_login_news_free (McpLoginNews *self);

G_END_DECLS

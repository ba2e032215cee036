/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-book-private.h"
#include "mcp-oauth-discovery-private.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

/**
 * McpOauthOccasion:
 * @book: what is known of all logins
 * @web: that of the server
 * @config: the server
 * @challenge: (nullable): what the server said when it refused a request
 * @configured: (nullable): the client that a person registered by hand; its method is not settled
 * @scope: (nullable): what is wanted beside what server or person say, with spaces between
 * @wants_device: a person would rather enter a code on another device
 *
 * For whom a login is made, and why. What is to be kept is copied.
 */
typedef struct
{
  McpOauthBook *book;
  McpOauthWeb *web;
  McpServerConfig *config;
  const McpOauthChallenge *challenge;
  McpOauthClient *configured;
  const char *scope;
  gboolean wants_device;
} McpOauthOccasion;

char *mcp_oauth_login_choose_scope (const McpOauthOccasion *occasion,
                                    const McpOauthMetadata *metadata);
McpOauthClient *mcp_oauth_login_settle_client (McpOauthClient *configured,
                                               const McpOauthMetadata *metadata,
                                               const char *redirect_uri);
void mcp_oauth_login_begin_async (const McpOauthOccasion *occasion,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
McpOauthFlow *mcp_oauth_login_begin_finish (GAsyncResult *result, GError **error);
void mcp_oauth_login_complete_async (const McpOauthOccasion *occasion,
                                     McpOauthFlow *flow,
                                     const char *code,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
void mcp_oauth_login_wait_async (const McpOauthOccasion *occasion,
                                 McpOauthFlow *flow,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
McpOauthGrant *mcp_oauth_login_complete_finish (GAsyncResult *result, GError **error);

G_END_DECLS

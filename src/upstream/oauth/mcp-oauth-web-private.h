/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * McpOauthWeb:
 *
 * As much of the web as one configured server may send us to, see McpOauthBounds. Counted by
 * reference. Main context only.
 */
typedef struct _McpOauthWeb McpOauthWeb;

/**
 * McpOauthReply:
 * @status: of HTTP
 * @text: (nullable): the body, if it is text
 * @challenge: (nullable): the fields WWW-Authenticate
 *
 * One answer.
 */
typedef struct
{
  guint status;
  char *text;
  char *challenge;
} McpOauthReply;

McpOauthWeb *mcp_oauth_web_new (GUri *server);
McpOauthWeb *mcp_oauth_web_ref (McpOauthWeb *self);
void mcp_oauth_web_unref (McpOauthWeb *self);
GUri *mcp_oauth_web_get_server (McpOauthWeb *self);
GUri *mcp_oauth_web_parse (McpOauthWeb *self, const char *address, GError **error);

void mcp_oauth_web_get_async (McpOauthWeb *self,
                              const char *address,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
void mcp_oauth_web_post_async (McpOauthWeb *self,
                               const char *address,
                               const char *type,
                               const char *body,
                               const char *authorization,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
McpOauthReply *mcp_oauth_web_finish (GAsyncResult *result, GError **error);
void mcp_oauth_web_free_reply (McpOauthReply *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthWeb, mcp_oauth_web_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthReply, mcp_oauth_web_free_reply)

G_END_DECLS

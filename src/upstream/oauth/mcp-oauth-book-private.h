/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-flows-private.h"
#include "mcp-oauth-grant-private.h"
#include "upstream/oauth/mcp-oauth-listen.h"

G_BEGIN_DECLS

/**
 * McpOauthBook:
 *
 * What is known of all logins: which server uses which grant (a file without secrets), the grants
 * in use, and the logins on their way. Each grant is one object, however many servers use it.
 * Counted by reference. Main context only.
 */
typedef struct _McpOauthBook McpOauthBook;

McpOauthBook *mcp_oauth_book_new (const char *directory, McpSecretStore *store);
McpOauthBook *mcp_oauth_book_ref (McpOauthBook *self);
void mcp_oauth_book_unref (McpOauthBook *self);
McpSecretStore *mcp_oauth_book_get_store (McpOauthBook *self);
McpOauthFlows *mcp_oauth_book_get_flows (McpOauthBook *self);
void mcp_oauth_book_set_port (McpOauthBook *self, guint16 port);
void
mcp_oauth_book_set_listener (McpOauthBook *self, McpOauthListenFunc listen, gpointer user_data);
char *mcp_oauth_book_build_redirect_uri (McpOauthBook *self, guint port);
void mcp_oauth_book_set_document (McpOauthBook *self, const char *address);
const char *mcp_oauth_book_get_document (McpOauthBook *self);

const char *mcp_oauth_book_find (McpOauthBook *self, const char *server, const char *url);
void mcp_oauth_book_note_async (McpOauthBook *self,
                                const char *server,
                                const char *url,
                                McpOauthGrant *grant,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean mcp_oauth_book_note_finish (GAsyncResult *result, GError **error);
void mcp_oauth_book_forget_async (McpOauthBook *self,
                                  const char *server,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean mcp_oauth_book_forget_finish (GAsyncResult *result, GError **error);
void mcp_oauth_book_get_grant_async (McpOauthBook *self,
                                     const char *name,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
McpOauthGrant *mcp_oauth_book_get_grant_finish (GAsyncResult *result, GError **error);
void mcp_oauth_book_add_grant_async (McpOauthBook *self,
                                     McpOauthGrant *grant,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
McpOauthGrant *mcp_oauth_book_add_grant_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthBook, mcp_oauth_book_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection.h"
#include "session/store/mcp-session-store.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _McpHttpAuth McpHttpAuth;

/**
 * McpHttpCredential:
 * @MCP_HTTP_CREDENTIAL_NONE: the request states none
 * @MCP_HTTP_CREDENTIAL_OWNER: the owner key, or none over the Unix socket
 * @MCP_HTTP_CREDENTIAL_SESSION: the token of a session
 * @MCP_HTTP_CREDENTIAL_WRONG: one that nothing knows, or one in the URL
 *
 * What a request shows for itself.
 */
typedef enum
{
  MCP_HTTP_CREDENTIAL_NONE,
  MCP_HTTP_CREDENTIAL_OWNER,
  MCP_HTTP_CREDENTIAL_SESSION,
  MCP_HTTP_CREDENTIAL_WRONG,
} McpHttpCredential;

McpHttpAuth *mcp_http_auth_new (McpSessionStore *store, const char *owner_key);
void mcp_http_auth_free (McpHttpAuth *self);
void mcp_http_auth_set_require_key (McpHttpAuth *self, gboolean require_key);
gboolean mcp_http_auth_key_required (McpHttpAuth *self, McpHttpConnection *connection);
McpHttpCredential mcp_http_auth_identify (McpHttpAuth *self,
                                          SoupServerMessage *msg,
                                          McpHttpConnection *connection,
                                          McpSession **session);
void mcp_http_auth_count_failure (McpHttpAuth *self, const char *method, const char *route);
guint64 mcp_http_auth_get_n_failures (McpHttpAuth *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpAuth, mcp_http_auth_free)

G_END_DECLS

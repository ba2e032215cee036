/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

typedef struct _McpHttpAuth McpHttpAuth;

McpHttpAuth *mcp_http_auth_new (McpSessionStore *store, const char *owner_key);
void mcp_http_auth_free (McpHttpAuth *self);
void mcp_http_auth_set_require_key (McpHttpAuth *self, gboolean require_key);
gboolean mcp_http_auth_key_required (McpHttpAuth *self, McpHttpRequest *request);
McpHttpCredential
mcp_http_auth_identify (McpHttpAuth *self, McpHttpRequest *request, McpSession **session);
void mcp_http_auth_refuse (McpHttpAuth *self, McpHttpRequest *request, const char *route);
void mcp_http_auth_refuse_saying (McpHttpAuth *self,
                                  McpHttpRequest *request,
                                  const char *route,
                                  const char *message);
guint64 mcp_http_auth_get_n_failures (McpHttpAuth *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpAuth, mcp_http_auth_free)

G_END_DECLS

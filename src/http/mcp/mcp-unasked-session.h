/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sessions for clients that come without one. */
#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

gboolean mcp_unasked_session_has_valid_cwd (McpHttpRequest *http);
gboolean mcp_unasked_session_may_begin (McpHttpRequest *http, McpHttpHandler handler);
McpSession *mcp_unasked_session_find (McpHttpRequest *http);
McpSession *mcp_unasked_session_create (McpHttpRequest *http, GError **error);
McpSession *
mcp_unasked_session_get_ambient (McpHttpRequest *http, const char *name, GError **error);

G_END_DECLS

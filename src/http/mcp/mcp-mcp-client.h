/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whose attachment a request on /mcp belongs to.
 */
#include "gateway/client/mcp-attachment.h"
#include "http/request/mcp-http-context.h"

G_BEGIN_DECLS

const char *mcp_mcp_client_get_header (McpHttpRequest *http, const char *name);
void mcp_mcp_client_refuse (McpHttpRequest *http);
gboolean mcp_mcp_client_check_named_session (McpHttpRequest *http);
McpAttachment *
mcp_mcp_client_find_attachment (McpHttpRequest *http, const char *attachment_id, guint *status);

/* For clients that come without a session. */
gboolean mcp_mcp_client_has_valid_cwd (McpHttpRequest *http);
McpAttachment *mcp_mcp_client_attach (McpHttpRequest *http);
McpSession *mcp_mcp_client_get_ambient (McpHttpRequest *http, const char *name, GError **error);

G_END_DECLS

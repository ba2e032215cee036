/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whose attachment a request on /mcp belongs to.
 */
#include "gateway/client/mcp-attachment.h"
#include "http/request/mcp-http-context.h"

G_BEGIN_DECLS

const char *mcp_find_attachment_get_header (McpHttpRequest *http, const char *name);
void mcp_find_attachment_refuse (McpHttpRequest *http);
gboolean mcp_find_attachment_check_named_session (McpHttpRequest *http);
McpAttachment *
mcp_find_attachment_by_id (McpHttpRequest *http, const char *attachment_id, guint *status);

/* For clients that come without a session. */
gboolean mcp_find_attachment_has_valid_cwd (McpHttpRequest *http);
McpAttachment *mcp_find_attachment_create (McpHttpRequest *http);
McpSession *
mcp_find_attachment_get_ambient_session (McpHttpRequest *http, const char *name, GError **error);

G_END_DECLS

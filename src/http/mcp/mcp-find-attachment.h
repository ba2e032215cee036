/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which attachment a request on /mcp belongs to. */
#include "gateway/client/mcp-attachment.h"
#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

gboolean mcp_find_attachment_has_path (McpHttpRequest *http);
gboolean mcp_find_attachment_check_path (McpHttpRequest *http);
gboolean mcp_find_attachment_check_named_session (McpHttpRequest *http);
McpAttachment *
mcp_find_attachment_by_id (McpHttpRequest *http, const char *attachment_id, guint *status);
McpAttachment *mcp_find_attachment_create (McpHttpRequest *http);

G_END_DECLS

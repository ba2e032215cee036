/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/wire/mcp-http-reject.h"
#include "http/wire/mcp-http-span.h"

G_BEGIN_DECLS

gboolean mcp_request_target_parse (McpHttpSpan target,
                                   McpHttpSpan *authority,
                                   McpHttpSpan *path_and_query,
                                   McpHttpReject *reject);
gboolean mcp_request_target_is_own_host (McpHttpSpan host, gboolean is_unix, guint16 port);
gboolean mcp_request_target_is_own_origin (McpHttpSpan origin, gboolean is_unix, guint16 port);

G_END_DECLS

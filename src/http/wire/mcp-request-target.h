/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/wire/mcp-http-reject.h"
#include "http/wire/mcp-http-syntax.h"

G_BEGIN_DECLS

gboolean mcp_request_target_parse (McpHttpSpan target,
                                   McpHttpSpan *authority,
                                   McpHttpSpan *path_and_query,
                                   McpHttpReject *reject);
gboolean mcp_request_host_is_ours (McpHttpSpan host, gboolean is_unix, guint16 port);
gboolean mcp_request_origin_is_ours (McpHttpSpan origin, gboolean is_unix, guint16 port);

G_END_DECLS

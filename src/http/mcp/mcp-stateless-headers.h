/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

gboolean mcp_stateless_headers_present (McpHttpRequest *http);

G_END_DECLS

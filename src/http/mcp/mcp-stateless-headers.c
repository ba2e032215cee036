/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-stateless-headers.h"

#include "common/mcp-names.h"
#include "protocol/mcp-revision.h"

/**
 * mcp_stateless_headers_present:
 * @http: a request on /mcp
 *
 * Returns: whether the request has the headers of 2026-07-28
 */
gboolean
mcp_stateless_headers_present (McpHttpRequest *http)
{
  const char *version = mcp_http_request_get_header (http, MCP_HEADER_PROTOCOL);

  return mcp_revision_is_stateless (mcp_revision_from_string (version)) ||
         mcp_http_request_get_header (http, MCP_HEADER_METHOD) != NULL;
}

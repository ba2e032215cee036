/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/wire/mcp-http-reject.h"
#include "http/wire/mcp-http-span.h"

G_BEGIN_DECLS

/**
 * McpHostClaim:
 * @authority: of an absolute request target; empty: the target is a path
 * @host: the field Host; no data: it is missing
 * @origin: the field Origin; no data: it is missing
 * @fetch_site: the field Sec-Fetch-Site; no data: it is missing
 * @is_return: it is the request of a browser that comes back from a login elsewhere
 *
 * Whom a request is for, and which web page sends it, by its own words.
 */
typedef struct
{
  McpHttpSpan authority;
  McpHttpSpan host;
  McpHttpSpan origin;
  McpHttpSpan fetch_site;
  gboolean is_return;
} McpHostClaim;

gboolean mcp_host_check_accept (const McpHostClaim *claim,
                                gboolean is_unix,
                                guint16 port,
                                McpHttpReject *reject);

G_END_DECLS

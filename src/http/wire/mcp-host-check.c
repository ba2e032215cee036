/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Keeps foreign web pages out, whatever name and address they come by. A page that had its own
 * name resolve to the loopback address still sends that name as Host.
 */
#include "http/wire/mcp-host-check.h"

#include "http/wire/mcp-request-target.h"

/**
 * mcp_host_check_accept:
 * @claim: what a request says
 * @is_unix: whether the request came by the Unix socket
 * @port: the TCP port that the request came by; 0: the Unix socket
 * @reject: (out): why not
 *
 * Checks that a request is meant for this daemon, and comes from no page but the daemon's own.
 *
 * Returns: whether the request is acceptable
 */
gboolean
mcp_host_check_accept (const McpHostClaim *claim,
                       gboolean is_unix,
                       guint16 port,
                       McpHttpReject *reject)
{
  /* RFC 9112 section 3.2: a server answers 400 to a missing Host */
  if (claim->host.data == NULL)
    return mcp_http_reject_set (reject, 400, "The request head has no Host");
  if (!mcp_request_target_is_own_host (claim->host, is_unix, port))
    return mcp_http_reject_set (reject, 403, "The Host is not this daemon's");
  if (claim->authority.length > 0 && !mcp_http_span_same_nocase (claim->authority, claim->host))
    return mcp_http_reject_set (reject, 400, "The request target and Host name different hosts");
  if (claim->origin.data != NULL &&
      !mcp_request_target_is_own_origin (claim->origin, is_unix, port))
    return mcp_http_reject_set (reject, 403, "Requests of foreign web pages are refused");
  /* Fetch Metadata, section 2.3: “none” is what a person typed in */
  if (!claim->is_return && claim->fetch_site.data != NULL &&
      !mcp_http_span_equal (claim->fetch_site, "same-origin") &&
      !mcp_http_span_equal (claim->fetch_site, "none"))
    return mcp_http_reject_set (reject, 403, "Requests of foreign web pages are refused");

  return TRUE;
}

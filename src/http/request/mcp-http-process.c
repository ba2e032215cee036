/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which process sent a request, where that decides: the session that a client without a token has,
 * what a client did not say, and who answers for the owner.
 */
#include "http/request/mcp-http-process.h"

#include "gateway/api/mcp-gateway-consent.h"
#include "http/request/mcp-http-reply.h"

static McpPeerProcess *
get_process (McpHttpRequest *request)
{
  return mcp_http_connection_get_process (mcp_http_request_get_connection (request));
}

/**
 * mcp_http_process_is_known:
 * @request: a request
 *
 * Returns: whether there is nothing to be found out about the process that sent the request
 */
gboolean
mcp_http_process_is_known (McpHttpRequest *request)
{
  return mcp_peer_process_is_known (get_process (request));
}

/**
 * mcp_http_process_get_pid:
 * @request: a request
 *
 * The process may have ended since, and another may have its number.
 *
 * Returns: the process that sent the request; 0: not known, or not known yet: see
 *   mcp_http_process_await()
 */
pid_t
mcp_http_process_get_pid (McpHttpRequest *request)
{
  return mcp_peer_process_get_pid (get_process (request));
}

/* A request that waits for the process that sent it. */
typedef struct
{
  McpHttpRequest *request; /* (owned) */
  McpHttpHandler handler;
} Awaiting;

static void
found_cb (pid_t pid, gpointer user_data)
{
  g_autofree Awaiting *awaiting = user_data;
  g_autoptr (McpHttpRequest) request = awaiting->request;

  if (mcp_http_request_is_open (request))
    awaiting->handler (request);
}

/**
 * mcp_http_process_is_owner:
 * @request: a request that decides for the owner, and whose process is known
 *
 * Answers 403 where it comes from a server, whatever key the request has.
 *
 * Returns: whether the process may decide for the owner; else the request was answered
 */
gboolean
mcp_http_process_is_owner (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (mcp_gateway_consent_check_owner (mcp_http_process_get_pid (request), &error))
    return TRUE;
  mcp_http_reply_error (request, 403, error->message);
  return FALSE;
}

/**
 * mcp_http_process_await:
 * @request: a request that is not answered yet
 * @handler: goes on with the request, once mcp_http_process_is_known(): before this
 *   returns, or later; not at all when the client goes away in the meantime
 *
 * Has the process found that sent the request. For a TCP client it may take a hundred
 * milliseconds, in which anything may change that was known of the request's right: ask again.
 */
void
mcp_http_process_await (McpHttpRequest *request, McpHttpHandler handler)
{
  Awaiting *awaiting = g_new (Awaiting, 1);

  *awaiting = (Awaiting){ mcp_http_request_ref (request), handler };
  mcp_peer_process_find (get_process (request), found_cb, awaiting);
}

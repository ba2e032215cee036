/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-http-sender.h"

#include "http/connection/mcp-http-connection.h"

static pid_t
find_process (gpointer peer)
{
  return mcp_socket_peer_get_pid (peer);
}

/**
 * mcp_http_sender_note:
 * @http: carries the request
 * @request: not started
 *
 * Lets the gateway ask which process sent the request, when it must know.
 */
void
mcp_http_sender_note (McpHttpRequest *http, McpRequest *request)
{
  McpHttpConnection *connection = mcp_http_request_get_connection (http);

  mcp_request_sender_set (request, find_process, mcp_http_connection_dup_peer (connection), g_free);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-http-sender.h"

#include "http/connection/mcp-http-connection.h"

static void
find_process (gpointer process, McpProcessFoundFunc found, gpointer user_data)
{
  mcp_peer_process_find (process, found, user_data);
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
  McpPeerProcess *process = mcp_http_connection_get_process (connection);

  mcp_request_sender_set (request, find_process, mcp_peer_process_ref (process),
                          (GDestroyNotify) mcp_peer_process_unref);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-server-info.h"

#include "config.h"

/* What a client of all servers sees, whichever of them is behind. */
#define OURS "{\"name\":\"mcp-sessiond\",\"version\":\"" MCP_VERSION "\"}"

/**
 * mcp_server_info_dup:
 * @catalogue: knows the servers
 * @client: a client
 *
 * Returns: (transfer full): what the client is told of who answers, an `Implementation` of MCP: the
 *   only server that the client reaches, as far as the server is known; else the daemon
 */
char *
mcp_server_info_dup (McpCatalogue *catalogue, McpClient *client)
{
  const char *own = mcp_catalogue_get_server_info (catalogue, client);

  return g_strdup (own != NULL ? own : OURS);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpOauthPlace:
 * @MCP_OAUTH_PLACE_PUBLIC: anybody can reach it
 * @MCP_OAUTH_PLACE_PRIVATE: a private network, a link, or what no host of the internet has
 * @MCP_OAUTH_PLACE_LOOPBACK: this machine
 *
 * Where an address is.
 */
typedef enum
{
  MCP_OAUTH_PLACE_PUBLIC,
  MCP_OAUTH_PLACE_PRIVATE,
  MCP_OAUTH_PLACE_LOOPBACK,
} McpOauthPlace;

McpOauthPlace mcp_oauth_address_get_place (GInetAddress *address);
McpOauthPlace mcp_oauth_address_get_place_of_host (const char *host);

G_END_DECLS

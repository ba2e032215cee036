/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-address-private.h"

G_BEGIN_DECLS

/**
 * McpOauthBounds:
 * @server: (owned): the address that a person configured
 * @place: where that server is
 *
 * How far one configured server may send this daemon. The addresses of metadata come from a
 * stranger, and must not make the daemon knock at doors that only it can reach: https only, no
 * address of this machine or of a private network. What is at the origin of the configured server
 * is exempt, since a person wrote that address; and where that server itself is on this machine or
 * in a private network, others there may be asked, too. Embedded in its web.
 */
typedef struct
{
  GUri *server;
  McpOauthPlace place;
} McpOauthBounds;

void mcp_oauth_bounds_init (McpOauthBounds *self, GUri *server);
void mcp_oauth_bounds_clear (McpOauthBounds *self);
gboolean mcp_oauth_bounds_check (const McpOauthBounds *self, GUri *uri, GError **error);
gboolean mcp_oauth_bounds_check_peer (McpOauthBounds *self, GUri *uri, GIOStream *stream);

G_END_DECLS

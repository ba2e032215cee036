/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-bounds-private.h"

#include "upstream/fetch/mcp-http-fetch.h"
#include "upstream/oauth/mcp-oauth-error.h"

#include <string.h>

/**
 * mcp_oauth_bounds_init:
 * @self: zeroed memory
 * @server: the address that a person configured
 */
void
mcp_oauth_bounds_init (McpOauthBounds *self, GUri *server)
{
  self->server = g_uri_ref (server);
  self->place = mcp_oauth_address_get_place_of_host (g_uri_get_host (server));
}

/**
 * mcp_oauth_bounds_clear:
 * @self: bounds
 */
void
mcp_oauth_bounds_clear (McpOauthBounds *self)
{
  g_clear_pointer (&self->server, g_uri_unref);
}

static gboolean
is_exempt (const McpOauthBounds *self, GUri *uri)
{
  return mcp_http_fetch_is_same_origin (self->server, uri);
}

/* Returns: (nullable): what is wrong with an address; completes “The address … ” */
static const char *
find_fault (const McpOauthBounds *self, GUri *uri)
{
  McpOauthPlace place;

  if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return "names no host";
  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return "holds a user or a fragment";
  place = mcp_oauth_address_get_place_of_host (g_uri_get_host (uri));
  if (place != MCP_OAUTH_PLACE_PUBLIC && place > self->place && !is_exempt (self, uri))
    return "is not one that a server elsewhere may send this daemon to";
  if (strcmp (g_uri_get_scheme (uri), "https") == 0)
    return NULL;
  if (strcmp (g_uri_get_scheme (uri), "http") == 0 && place == MCP_OAUTH_PLACE_LOOPBACK)
    return NULL;
  return "must begin with https://";
}

/**
 * mcp_oauth_bounds_check:
 * @self: bounds
 * @uri: an address
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_FAILED.
 *
 * Returns: whether the address may be asked, or a browser be sent there, as far as it says
 */
gboolean
mcp_oauth_bounds_check (const McpOauthBounds *self, GUri *uri, GError **error)
{
  const char *fault = find_fault (self, uri);
  g_autofree char *origin = NULL;

  if (fault == NULL)
    return TRUE;
  origin = g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri),
                       g_uri_get_port (uri), "", NULL, NULL);
  g_set_error (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED, "The address %s %s", origin, fault);
  return FALSE;
}

/**
 * mcp_oauth_bounds_check_peer:
 * @self: bounds
 * @uri: an address that was checked
 * @stream: a connection to its host
 *
 * A name says nothing of the address behind it, and may mean another one a moment later: the
 * connection itself is looked at.
 *
 * Returns: whether it leads where it may
 */
gboolean
mcp_oauth_bounds_check_peer (McpOauthBounds *self, GUri *uri, GIOStream *stream)
{
  g_autoptr (GSocketAddress) address = NULL;
  McpOauthPlace place;

  if (!G_IS_SOCKET_CONNECTION (stream))
    return TRUE;
  address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (stream), NULL);
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return TRUE;
  place = mcp_oauth_address_get_place (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  if (!is_exempt (self, uri))
    return place == MCP_OAUTH_PLACE_PUBLIC || place <= self->place;
  /* What a name resolves to is its owner's word: it may open a private network, never this machine.
   */
  self->place = MAX (self->place, MIN (place, MCP_OAUTH_PLACE_PRIVATE));
  return TRUE;
}

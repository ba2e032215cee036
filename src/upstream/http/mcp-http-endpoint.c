/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-http-endpoint-private.h"

#include "common/mcp-names.h"
#include "config.h"

/* A shared server may serve every session of the daemon at once. */
#define MAX_CONNECTIONS         1024
#define CONNECTION_IDLE_SECONDS 15

/* What goes to this machine, secrets in headers included, has no business with a proxy, whatever
   the environment forgets to except. */
static gboolean
is_loopback (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost");
}

/* TLS is verified, since nothing says otherwise; neither cookies nor passwords are kept. */
static SoupSession *
new_soup_session (void)
{
  SoupSession *session = soup_session_new_with_options (
      "max-conns", MAX_CONNECTIONS, "max-conns-per-host", MAX_CONNECTIONS, "timeout", 0U,
      "idle-timeout", CONNECTION_IDLE_SECONDS, NULL);

  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  return session;
}

/**
 * mcp_http_endpoint_clear:
 * @self: an endpoint
 */
void
mcp_http_endpoint_clear (McpHttpEndpoint *self)
{
  mcp_http_endpoint_forget_session (self);
  g_clear_object (&self->soup);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_object (&self->warrant);
  g_clear_pointer (&self->headers, g_strfreev);
}

/**
 * mcp_http_endpoint_prepare:
 * @self: an endpoint
 * @config: the server, which has a URL
 * @cwd: what `${cwd}` stands for
 * @secrets: (array zero-terminated=1) (nullable): "secret:NAME=value"
 * @max_bytes: of one message of the server
 * @error: return location
 *
 * Fills in the variables of address and headers.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether requests can be sent
 */
gboolean
mcp_http_endpoint_prepare (McpHttpEndpoint *self,
                           McpServerConfig *config,
                           const char *cwd,
                           const char *const *secrets,
                           gsize max_bytes,
                           GError **error)
{
  GUri *uri = mcp_server_config_build_url (config, cwd, error);
  char **headers = NULL;

  if (uri != NULL)
    headers = mcp_server_config_build_headers (config, cwd, secrets, error);
  g_clear_pointer (&self->uri, g_uri_unref);
  self->uri = uri;
  g_strfreev (self->headers);
  self->headers = headers;
  self->max_bytes = max_bytes;
  if (self->soup == NULL)
    self->soup = new_soup_session ();
  if (uri != NULL)
    soup_session_set_proxy_resolver (self->soup,
                                     is_loopback (uri) ? NULL : g_proxy_resolver_get_default ());
  return headers != NULL;
}

/**
 * mcp_http_endpoint_forget_session:
 * @self: an endpoint
 *
 * The requests from now on belong to another session, or to none.
 */
void
mcp_http_endpoint_forget_session (McpHttpEndpoint *self)
{
  self->n_session++;
  g_clear_pointer (&self->session_id, g_free);
  g_clear_pointer (&self->post_uri, g_uri_unref);
  self->revision = NULL;
}

/**
 * mcp_http_endpoint_new_fetch:
 * @self: an endpoint
 * @method: of HTTP
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a request with the headers that every request carries
 */
McpHttpFetch *
mcp_http_endpoint_new_fetch (const McpHttpEndpoint *self,
                             const char *method,
                             const McpHttpFetchFuncs *funcs,
                             gpointer user_data)
{
  GUri *uri = self->post_uri != NULL ? self->post_uri : self->uri;
  McpHttpFetch *fetch = mcp_http_fetch_new (method, uri, self->max_bytes, funcs, user_data);

  mcp_http_fetch_set_warrant (fetch, self->warrant);
  mcp_http_fetch_set_header (fetch, "User-Agent", "mcp-sessiond/" MCP_VERSION);
  for (char **at = self->headers; *at != NULL; at += 2)
    mcp_http_fetch_set_header (fetch, at[0], at[1]);
  if (self->session_id != NULL)
    mcp_http_fetch_set_header (fetch, MCP_HEADER_SESSION_ID, self->session_id);
  if (self->revision != NULL)
    mcp_http_fetch_set_header (fetch, MCP_HEADER_PROTOCOL, self->revision);
  return fetch;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The address and the headers of a server that is reached over HTTP. They are
 * checked as written, and again with their variables filled in: what those hold is
 * part of no message, since it may be a secret.
 */
#include "common/mcp-error.h"
#include "upstream/config/mcp-expand.h"
#include "upstream/config/mcp-server-config-inner.h"

#include <libsoup/soup.h>
#include <string.h>

/* RFC 9110 section 5.6.2, "token", beside letters and digits. */
#define TOKEN_MARKS "!#$%&'*+-.^_`|~"

/* What the transport or libsoup says itself. */
static const char *const own_headers[] = {
  "accept",
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  NULL,
};

/* Any byte that may not stand in a line of a head, or not unescaped in a URL. */
static gboolean
has_control (const char *text, gboolean allow_space)
{
  for (const guchar *at = (const guchar *) text; *at != '\0'; at++)
    {
      if (*at == 0x7f || *at < 0x20 || (*at == ' ' && !allow_space))
        {
          if (*at != '\t' || !allow_space)
            return TRUE;
        }
    }
  return FALSE;
}

/**
 * mcp_server_config_parse_url:
 * @text: a URL, its variables filled in
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS; its message completes “url …” and does not hold @text.
 *
 * Returns: (transfer full) (nullable): the address
 */
GUri *
mcp_server_config_parse_url (const char *text, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  const char *problem = NULL;

  if (!has_control (text, FALSE))
    uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);

  if (uri == NULL)
    problem = "is no URL";
  else if (strcmp (g_uri_get_scheme (uri), "http") != 0 &&
           strcmp (g_uri_get_scheme (uri), "https") != 0)
    problem = "must begin with http:// or https://";
  else if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    problem = "names no host";
  else if (g_uri_get_userinfo (uri) != NULL)
    problem = "must not hold a user or a password; use “headers”";
  if (problem == NULL)
    return g_steal_pointer (&uri);

  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, problem);
  return NULL;
}

/**
 * mcp_server_config_is_header_name:
 * @name: of a header
 *
 * Returns: whether it is one (RFC 9110 section 5.1)
 */
gboolean
mcp_server_config_is_header_name (const char *name)
{
  if (*name == '\0')
    return FALSE;
  for (; *name != '\0'; name++)
    {
      if (!g_ascii_isalnum (*name) && strchr (TOKEN_MARKS, *name) == NULL)
        return FALSE;
    }
  return TRUE;
}

/**
 * mcp_server_config_is_own_header:
 * @name: of a header
 *
 * Returns: whether the transport sets it itself, and nobody else may
 */
gboolean
mcp_server_config_is_own_header (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_strv_contains (own_headers, lower);
}

/**
 * mcp_server_config_is_header_value:
 * @value: of a header
 *
 * Returns: whether it stays on its line (RFC 9110 section 5.5)
 */
gboolean
mcp_server_config_is_header_value (const char *value)
{
  return !has_control (value, TRUE);
}

/**
 * mcp_server_config_build_url:
 * @self: the configuration of a server that is reached over HTTP
 * @cwd: what `${cwd}` stands for
 * @error: return location
 *
 * The address, with its variables filled in.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, naming the server and the variable.
 *
 * Returns: (transfer full) (nullable): the address, or %NULL
 */
GUri *
mcp_server_config_build_url (McpServerConfig *self, const char *cwd, GError **error)
{
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *text = NULL;
  GUri *uri = NULL;

  g_return_val_if_fail (self != NULL && self->url != NULL, NULL);
  g_return_val_if_fail (cwd != NULL, NULL);

  text = mcp_expand (self->url, cwd, (const char *const *) environment, error);
  if (text != NULL)
    {
      uri = mcp_server_config_parse_url (text, error);
      if (uri == NULL)
        g_prefix_error (error, "“url” ");
    }
  if (uri == NULL)
    g_prefix_error (error, "Server “%s”: ", self->name);
  return uri;
}

/**
 * mcp_server_config_build_headers:
 * @self: the configuration of a server that is reached over HTTP
 * @cwd: what `${cwd}` stands for
 * @secrets: (array zero-terminated=1) (nullable): "secret:NAME=value"
 * @error: return location
 *
 * The headers for each request, with their variables filled in.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, naming the server and the header or variable.
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): name, value, name, …, or %NULL
 */
char **
mcp_server_config_build_headers (McpServerConfig *self,
                                 const char *cwd,
                                 const char *const *secrets,
                                 GError **error)
{
  g_auto (GStrv) environment = mcp_server_config_add_secrets (g_get_environ (), secrets);
  g_autoptr (GPtrArray) headers = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (cwd != NULL, NULL);

  for (char **at = self->headers; *at != NULL; at += 2)
    {
      char *value = mcp_expand (at[1], cwd, (const char *const *) environment, error);

      if (value == NULL)
        {
          g_prefix_error (error, "Server “%s”: ", self->name);
          return NULL;
        }
      g_ptr_array_add (headers, g_strdup (at[0]));
      g_ptr_array_add (headers, g_strstrip (value));
      if (!mcp_server_config_is_header_value (value))
        {
          g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       "Server “%s”: the header “%s” would hold a control character", self->name,
                       at[0]);
          return NULL;
        }
    }
  g_ptr_array_add (headers, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&headers), FALSE);
}

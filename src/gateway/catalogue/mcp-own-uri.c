/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * URIs that name their server: “sessiond://SERVER/URI”. A resource is exposed under such a
 * URI where another server has the same URI already. The server's own URI (or template) stands
 * in there as it is, so that a client can expand a template.
 */
#include "gateway/catalogue/mcp-own-uri.h"

#include <string.h>

#define BEGINNING "sessiond://"

/**
 * mcp_own_uri_build:
 * @server_name: name of a server
 * @uri: a URI or URI template of the server
 *
 * Any thread.
 *
 * Returns: (transfer full): a URI that names the server
 */
char *
mcp_own_uri_build (const char *server_name, const char *uri)
{
  g_autofree char *escaped = g_uri_escape_string (server_name, NULL, FALSE);

  return g_strconcat (BEGINNING, escaped, "/", uri, NULL);
}

/**
 * mcp_own_uri_split:
 * @uri: as a client sent it
 * @server_name: (out) (transfer full): name of a server, which may not exist
 * @own: (out) (transfer none): the server's own URI, a part of @uri
 *
 * Any thread.
 *
 * Returns: whether the URI names a server; nothing is set if not
 */
gboolean
mcp_own_uri_split (const char *uri, char **server_name, const char **own)
{
  const char *name = uri + strlen (BEGINNING);
  const char *end;
  char *unescaped;

  if (!g_str_has_prefix (uri, BEGINNING) || (end = strchr (name, '/')) == NULL)
    return FALSE;
  unescaped = g_uri_unescape_segment (name, end, NULL);
  if (unescaped == NULL)
    return FALSE;

  *server_name = unescaped;
  *own = end + 1;
  return TRUE;
}

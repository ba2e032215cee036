/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"
#include "upstream/fetch/mcp-http-fetch.h"

G_BEGIN_DECLS

/**
 * McpHttpEndpoint:
 * @soup: (nullable): none before the first start
 * @uri: (nullable): the address of the server
 * @warrant: (nullable): gives the field Authorization
 * @headers: (nullable): as configured; name, value, …
 * @max_bytes: of one message of the server
 * @n_session: counts the sessions with the server
 * @session_id: (nullable): the server's, where it gave one
 * @revision: (nullable): agreed on in this session
 * @post_uri: (nullable): where the server of an HTTP+SSE pair takes messages
 *
 * Where the requests to a server go, and what each of them carries. Embedded in its channel; zeroed
 * memory is an endpoint without an address.
 */
typedef struct
{
  SoupSession *soup;
  GUri *uri;
  McpHttpWarrant *warrant;
  char **headers;
  gsize max_bytes;
  guint n_session;
  char *session_id;
  const char *revision;
  GUri *post_uri;
} McpHttpEndpoint;

void mcp_http_endpoint_clear (McpHttpEndpoint *self);
gboolean mcp_http_endpoint_prepare (McpHttpEndpoint *self,
                                    McpServerConfig *config,
                                    const char *cwd,
                                    const char *const *secrets,
                                    gsize max_bytes,
                                    GError **error);
void mcp_http_endpoint_forget_session (McpHttpEndpoint *self);
McpHttpFetch *mcp_http_endpoint_new_fetch (const McpHttpEndpoint *self,
                                           const char *method,
                                           const McpHttpFetchFuncs *funcs,
                                           gpointer user_data);

G_END_DECLS

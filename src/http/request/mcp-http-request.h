/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection.h"
#include "http/request/mcp-body-scan.h"
#include "http/request/mcp-http-response.h"
#include "http/sse/mcp-sse-stream.h"
#include "http/wire/mcp-request-head.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

typedef struct _McpHttpContext McpHttpContext;

/**
 * McpHttpCredential:
 * @MCP_HTTP_CREDENTIAL_NONE: the request shows none
 * @MCP_HTTP_CREDENTIAL_OWNER: the owner key, or none over the Unix socket
 * @MCP_HTTP_CREDENTIAL_SESSION: the token of a session
 * @MCP_HTTP_CREDENTIAL_WRONG: a credential that nothing knows, or one in the URL
 *
 * What a request shows for itself.
 */
typedef enum
{
  MCP_HTTP_CREDENTIAL_NONE,
  MCP_HTTP_CREDENTIAL_OWNER,
  MCP_HTTP_CREDENTIAL_SESSION,
  MCP_HTTP_CREDENTIAL_WRONG,
} McpHttpCredential;

/**
 * McpHttpRequest:
 * @context: (unowned): what the routes work with
 * @method: (unowned): the method
 * @path: (unowned): the path, as it was sent
 * @query: (unowned) (nullable): what follows the “?”, as it was sent
 * @body: (owned): the whole body, possibly empty
 * @scan: (owned) (nullable): what a thread says of the body, set by the router
 * @route: 1 + the place of the route in the router's table; 0: none was found; set by the router
 * @parameter: (owned) (nullable): the variable part of the path, set by the router
 * @credential: what the request shows for itself, set by the router
 * @session: (owned) (nullable): the session of the route, for /mcp that of the credential
 * @directory: (owned) (nullable): of the session to be made, once it is found: see
 *   mcp_http_directory_is_known()
 *
 * One request as a route sees it, and the way for its answer: exactly one of
 * mcp_http_request_reply() and mcp_http_request_stream(), now or later. Which carrier has brought
 * the request and takes the answer, the route does not see. Main context only.
 */
typedef struct
{
  McpHttpContext *context;
  const char *method;
  const char *path;
  const char *query;
  GBytes *body;
  McpBodyScan *scan;
  guint route;
  char *parameter;
  McpHttpCredential credential;
  McpSession *session;
  char *directory;
} McpHttpRequest;

typedef void (*McpHttpHandler) (McpHttpRequest *request);
typedef void (*McpHttpFieldFunc) (const char *name, const char *value, gpointer user_data);
typedef void (*McpHttpGoneFunc) (McpHttpRequest *request, gpointer user_data);

McpHttpRequest *mcp_http_request_ref (McpHttpRequest *self);
void mcp_http_request_unref (McpHttpRequest *self);
const char *mcp_http_request_get_header (McpHttpRequest *self, const char *name);
void
mcp_http_request_foreach_header (McpHttpRequest *self, McpHttpFieldFunc func, gpointer user_data);
gboolean mcp_http_request_is_unix (McpHttpRequest *self);

void mcp_http_request_set_reply_header (McpHttpRequest *self, const char *name, const char *value);
void mcp_http_request_set_static_reply_header (McpHttpRequest *request,
                                               const char *name,
                                               const char *value);
void mcp_http_request_reply (McpHttpRequest *self, guint status, GBytes *body);
McpSseStream *mcp_http_request_stream (McpHttpRequest *self,
                                       McpSseFillFunc fill,
                                       gpointer user_data,
                                       GDestroyNotify closed);
void mcp_http_request_set_gone (McpHttpRequest *self,
                                McpHttpGoneFunc gone,
                                gpointer user_data,
                                GDestroyNotify destroy);
gboolean mcp_http_request_is_open (McpHttpRequest *self);

/* For carriers. */

/**
 * McpHttpCarrierFuncs:
 * @reply: sends the whole of mcp_http_request_get_response()
 * @stream: sends its head as that of an event stream, then calls mcp_http_request_head_sent()
 *
 * What carries requests and answers. One of the two is called, at most once, and neither after
 * mcp_http_request_client_gone().
 */
typedef struct
{
  void (*reply) (gpointer carrier);
  void (*stream) (gpointer carrier);
} McpHttpCarrierFuncs;

McpHttpRequest *mcp_http_request_new (McpHttpContext *context,
                                      McpHttpConnection *connection,
                                      McpRequestHead *head,
                                      GBytes *body);
void mcp_http_request_set_carrier (McpHttpRequest *self,
                                   const McpHttpCarrierFuncs *funcs,
                                   gpointer carrier);
McpHttpConnection *mcp_http_request_get_connection (McpHttpRequest *self);
const McpRequestHead *mcp_http_request_get_head (McpHttpRequest *self);
const McpHttpResponse *mcp_http_request_get_response (McpHttpRequest *self);
void mcp_http_request_head_sent (McpHttpRequest *self);
void mcp_http_request_client_gone (McpHttpRequest *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpRequest, mcp_http_request_unref)

G_END_DECLS

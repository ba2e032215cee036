/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-http-endpoint-private.h"
#include "mcp-http-inbox-private.h"

G_BEGIN_DECLS

typedef struct _McpHttpPost McpHttpPost;

/**
 * McpHttpPostFuncs:
 * @inbox: what the answer brings
 * @ended: the answer has ended, and will not be asked for again; @error is %NULL where it came
 * whole, whatever its status. The caller holds @self
 */
typedef struct
{
  McpHttpInboxFuncs inbox;
  void (*ended) (McpHttpPost *self, const GError *error, gpointer user_data);
} McpHttpPostFuncs;

/**
 * McpHttpPostKind:
 * @MCP_HTTP_POST_MESSAGE: a notification or a response
 * @MCP_HTTP_POST_REQUEST: a request in a session, whose broken stream is resumed
 * @MCP_HTTP_POST_HANDSHAKE: `initialize`: the head of its answer names the session, which a stream
 *   that is resumed does not do
 * @MCP_HTTP_POST_STATELESS: a request that says all there is to know (2026-07-28), and cannot be
 *   resumed
 */
typedef enum
{
  MCP_HTTP_POST_MESSAGE,
  MCP_HTTP_POST_REQUEST,
  MCP_HTTP_POST_HANDSHAKE,
  MCP_HTTP_POST_STATELESS,
} McpHttpPostKind;

McpHttpPost *mcp_http_post_new (const McpHttpEndpoint *endpoint,
                                gint64 id,
                                McpHttpPostKind kind,
                                GBytes *message,
                                const McpHttpPostFuncs *funcs,
                                gpointer user_data);
McpHttpPost *mcp_http_post_ref (McpHttpPost *self);
void mcp_http_post_unref (McpHttpPost *self);
void mcp_http_post_take_headers (McpHttpPost *self, char **headers);
void mcp_http_post_send (McpHttpPost *self, guint timeout_ms, guint resume_ms);
void mcp_http_post_stop (McpHttpPost *self);

gint64 mcp_http_post_get_id (McpHttpPost *self);
McpHttpPostKind mcp_http_post_get_kind (McpHttpPost *self);
guint mcp_http_post_get_status (McpHttpPost *self);
const char *mcp_http_post_get_header (McpHttpPost *self, const char *name);
McpJsonrpcMessage *mcp_http_post_get_refusal (McpHttpPost *self);
gboolean mcp_http_post_is_refused (McpHttpPost *self);
gboolean mcp_http_post_is_session_lost (McpHttpPost *self, gboolean is_repeated);
gboolean mcp_http_post_is_of_session (McpHttpPost *self);
char *mcp_http_post_describe_end (McpHttpPost *self, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpPost, mcp_http_post_unref)

G_END_DECLS

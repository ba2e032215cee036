/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-request.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpHttpMember:
 * @key: the member's name
 * @set: checks the value and takes it into @target
 *
 * One member that an object from a client may have.
 */
typedef struct
{
  const char *key;
  gboolean (*set) (McpJsonSlice value, gpointer target, GError **error);
} McpHttpMember;

gboolean mcp_http_body_is_json (McpHttpRequest *request);
gboolean mcp_http_body_scan (McpHttpRequest *request, McpJsonSlice *root);
McpJsonrpcLimits mcp_http_body_get_jsonrpc_limits (const McpLimits *limits);
gboolean mcp_http_body_read_object (McpJsonSlice value,
                                    const McpHttpMember *members,
                                    gsize n_members,
                                    gpointer target,
                                    GError **error);
gboolean mcp_http_body_read_members (McpHttpRequest *request,
                                     const McpHttpMember *members,
                                     gsize n_members,
                                     gpointer target);
gboolean
mcp_http_body_read_string (McpJsonSlice value, const char *key, char **text, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"

G_BEGIN_DECLS

/**
 * McpSessionQuota:
 *
 * What is in flight in one session, and how much may be: tool calls, and the requests of its MCP
 * clients until they are answered. Belongs to an #McpSession; all zero but the limits is a quota of
 * which nothing is used. Main context only.
 */
typedef struct
{
  guint max_calls;
  guint n_calls;
  guint max_requests;
  guint n_requests;
  gsize max_request_bytes;
  gsize n_request_bytes;
} McpSessionQuota;

void mcp_session_quota_init (McpSessionQuota *self);
void mcp_session_quota_set_limits (McpSessionQuota *self, const McpLimits *limits);
gboolean mcp_session_quota_take_call (McpSessionQuota *self, GError **error);
void mcp_session_quota_return_call (McpSessionQuota *self);
gboolean mcp_session_quota_take_request (McpSessionQuota *self, gsize n_bytes, GError **error);
void mcp_session_quota_return_request (McpSessionQuota *self, gsize n_bytes);

G_END_DECLS

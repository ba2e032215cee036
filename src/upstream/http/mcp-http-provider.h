/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "upstream/config/mcp-server-config.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

#define MCP_TYPE_HTTP_PROVIDER (mcp_http_provider_get_type ())
G_DECLARE_FINAL_TYPE (McpHttpProvider, mcp_http_provider, MCP, HTTP_PROVIDER, GObject)

/**
 * McpHttpProviderTimes:
 * @start_ms: until the handshake must be done
 * @probe_ms: until a server that does not answer server/discover is asked initialize as well
 * @post_ms: until a notification or a response must have been taken
 * @close_ms: until the server must have let its session be ended
 * @resume_ms: before a broken stream is asked for again, where the server names no time
 * @backoff_min_ms: after a first failed start, or the end of the server's own stream; doubles
 * @backoff_max_ms: at most
 * @idle_ms: without a request before the server is left; 0: never
 */
typedef struct
{
  guint start_ms;
  guint probe_ms;
  guint post_ms;
  guint close_ms;
  guint resume_ms;
  guint backoff_min_ms;
  guint backoff_max_ms;
  guint idle_ms;
} McpHttpProviderTimes;

McpProvider *mcp_http_provider_new (McpServerConfig *config,
                                    const char *cwd,
                                    const McpLimits *limits,
                                    guint timeout_ms);
const McpHttpProviderTimes *mcp_http_provider_get_times (McpHttpProvider *self);
void mcp_http_provider_set_times (McpHttpProvider *self, const McpHttpProviderTimes *times);
gint64 mcp_http_provider_get_started_at (McpHttpProvider *self);
guint mcp_http_provider_get_n_restarts (McpHttpProvider *self);
const char *mcp_http_provider_get_last_error (McpHttpProvider *self);

G_END_DECLS

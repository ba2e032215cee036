/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "upstream/config/mcp-server-config.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

#define MCP_TYPE_STDIO_PROVIDER (mcp_stdio_provider_get_type ())
G_DECLARE_FINAL_TYPE (McpStdioProvider, mcp_stdio_provider, MCP, STDIO_PROVIDER, GObject)

/**
 * McpStdioProviderTimes:
 * @start_ms: until a started server must have answered the handshake; the first run of npx or
 *   uvx downloads packages
 * @probe_ms: from its start until a server that does not answer server/discover is asked
 *   initialize as well
 * @probe_spoken_ms: the same, from the first byte that it wrote, where that is earlier
 * @stop_grace_ms: from the end of a server's input to SIGTERM
 * @kill_grace_ms: from SIGTERM to SIGKILL
 * @backoff_min_ms: after a first failed start; doubles with each
 * @backoff_max_ms: at most
 * @idle_ms: without a request before the server is ended; 0: never
 */
typedef struct
{
  guint start_ms;
  guint probe_ms;
  guint probe_spoken_ms;
  guint stop_grace_ms;
  guint kill_grace_ms;
  guint backoff_min_ms;
  guint backoff_max_ms;
  guint idle_ms;
} McpStdioProviderTimes;

McpProvider *mcp_stdio_provider_new (McpServerConfig *config,
                                     const char *cwd,
                                     const char *keeper_path,
                                     const McpLimits *limits,
                                     guint timeout_ms);
void mcp_stdio_provider_set_cgroup (McpStdioProvider *self, const char *cgroup);
const McpStdioProviderTimes *mcp_stdio_provider_get_times (McpStdioProvider *self);
void mcp_stdio_provider_set_times (McpStdioProvider *self, const McpStdioProviderTimes *times);
int mcp_stdio_provider_get_pid (McpStdioProvider *self);
gint64 mcp_stdio_provider_get_started_at (McpStdioProvider *self);
guint mcp_stdio_provider_get_n_restarts (McpStdioProvider *self);
const char *mcp_stdio_provider_get_last_error (McpStdioProvider *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * McpLifecycle:
 * @MCP_LIFECYCLE_UNKNOWN: to be found out
 * @MCP_LIFECYCLE_HANDSHAKE: begins by `initialize`
 * @MCP_LIFECYCLE_HTTP_SSE: the same over the HTTP+SSE pair (2024-11-05)
 * @MCP_LIFECYCLE_STATELESS: gets all facts with each request (2026-07-28)
 *
 * How a server is begun with.
 */
typedef enum
{
  MCP_LIFECYCLE_UNKNOWN,
  MCP_LIFECYCLE_HANDSHAKE,
  MCP_LIFECYCLE_HTTP_SSE,
  MCP_LIFECYCLE_STATELESS,
} McpLifecycle;

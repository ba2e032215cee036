/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * McpEra:
 * @MCP_ERA_UNKNOWN: to be found out
 * @MCP_ERA_LEGACY: begins by `initialize`
 * @MCP_ERA_PAIR: the same over the HTTP+SSE pair (2024-11-05)
 * @MCP_ERA_MODERN: is told everything with each request (2026-07-28)
 *
 * How a server is begun with.
 */
typedef enum
{
  MCP_ERA_UNKNOWN,
  MCP_ERA_LEGACY,
  MCP_ERA_PAIR,
  MCP_ERA_MODERN,
} McpEra;

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * McpSubscriberKind:
 * @MCP_SUBSCRIBER_STREAM: an event stream of this session: is counted and limited, and keeps the
 *   session from ending by itself
 * @MCP_SUBSCRIBER_INTERNAL: a part of the daemon that follows every session (the bus)
 */
typedef enum
{
  MCP_SUBSCRIBER_STREAM,
  MCP_SUBSCRIBER_INTERNAL,
} McpSubscriberKind;
#define MCP_N_SUBSCRIBER_KINDS (MCP_SUBSCRIBER_INTERNAL + 1)

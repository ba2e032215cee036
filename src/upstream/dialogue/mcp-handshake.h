/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How it is found out what a server speaks, over whichever transport (MCP 2026-07-28,
 * basic/versioning, “Backward Compatibility”): it is asked `server/discover`; who does
 * not understand that, or keeps silent, is asked `initialize`.
 */
#include "upstream/dialogue/mcp-server-facts.h"

G_BEGIN_DECLS

/**
 * McpHandshake:
 * @discover_id: of `server/discover`; 0: not asked, or answered
 * @initialize_id: of `initialize`; the same
 * @has_discovered: `server/discover` was asked
 */
typedef struct
{
  gint64 discover_id;
  gint64 initialize_id;
  gboolean has_discovered;
} McpHandshake;

/**
 * McpHandshakeStep:
 * @MCP_HANDSHAKE_WAIT: for the other answer
 * @MCP_HANDSHAKE_INITIALIZE: ask `initialize`
 * @MCP_HANDSHAKE_DISCOVER: ask `server/discover`
 * @MCP_HANDSHAKE_READY: it is known what the server speaks
 * @MCP_HANDSHAKE_FAILED: it cannot be talked to
 */
typedef enum
{
  MCP_HANDSHAKE_WAIT,
  MCP_HANDSHAKE_INITIALIZE,
  MCP_HANDSHAKE_DISCOVER,
  MCP_HANDSHAKE_READY,
  MCP_HANDSHAKE_FAILED,
} McpHandshakeStep;

GBytes *mcp_handshake_discover (McpHandshake *self, gint64 id);
GBytes *mcp_handshake_initialize (McpHandshake *self, gint64 id);
gboolean mcp_handshake_owns (const McpHandshake *self, gint64 id);
McpHandshakeStep mcp_handshake_take_answer (McpHandshake *self,
                                            McpServerFacts *facts,
                                            gint64 id,
                                            McpJsonrpcMessage *answer,
                                            GError **error);
McpHandshakeStep mcp_handshake_take_silence (McpHandshake *self);

G_END_DECLS

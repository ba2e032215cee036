/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How it is found out what a server speaks, over every transport (MCP 2026-07-28,
 * basic/versioning, “Backward Compatibility”): the server is asked `server/discover`. If it does
 * not understand that, or keeps silent, it is asked `initialize`.
 */
#include "upstream/dialogue/mcp-server-facts.h"

G_BEGIN_DECLS

/**
 * McpHandshakeFuncs:
 * @send: send the request of that id
 * @ready: the answer to request @id has settled what the server speaks; request @other_id was asked
 *   as well, and its answer is of no interest (0: none was)
 * @failed: the server cannot be talked to; @how goes on after “it”
 * @silent: (nullable): the server has not answered `server/discover` in time, and is asked
 *   `initialize` as well
 */
typedef struct
{
  void (*send) (gint64 id, const char *method, GBytes *message, gpointer user_data);
  void (*ready) (gint64 id, gint64 other_id, gpointer user_data);
  void (*failed) (const char *how, gpointer user_data);
  void (*silent) (gpointer user_data);
} McpHandshakeFuncs;

/**
 * McpHandshake:
 *
 * Embedded in the link to its server. The members up to @has_discovered may be read.
 */
typedef struct
{
  gint64 discover_id;      /* of `server/discover`; 0: not asked, or answered */
  gint64 initialize_id;    /* of `initialize`; the same */
  gboolean has_discovered; /* `server/discover` was asked */

  const McpHandshakeFuncs *funcs;
  gpointer user_data;
  McpServerFacts *facts; /* (unowned) */
  gint64 *last_id;       /* (unowned): to mint from */
  guint start_ms;
  guint probe_ms;
  GSource *start_timer;  /* (owned) (nullable) */
  GSource *probe_timer;  /* (owned) (nullable): while only server/discover was asked */
  gint64 probe_until_us; /* monotonic */
} McpHandshake;

void mcp_handshake_init (McpHandshake *self,
                         McpServerFacts *facts,
                         gint64 *last_id,
                         const McpHandshakeFuncs *funcs,
                         gpointer user_data);
void mcp_handshake_begin (McpHandshake *self, guint start_ms, guint probe_ms);
void mcp_handshake_ask (McpHandshake *self);
void mcp_handshake_discover (McpHandshake *self);
void mcp_handshake_initialize (McpHandshake *self);
void mcp_handshake_expect_answer_in (McpHandshake *self, guint ms);
void mcp_handshake_stop (McpHandshake *self);
gboolean mcp_handshake_owns (const McpHandshake *self, gint64 id);
gboolean mcp_handshake_owns_error (const McpHandshake *self, McpJsonrpcMessage *message);
void mcp_handshake_take_answer (McpHandshake *self, gint64 id, McpJsonrpcMessage *answer);
void mcp_handshake_take_no_answer (McpHandshake *self, gint64 id, const char *how);

G_END_DECLS

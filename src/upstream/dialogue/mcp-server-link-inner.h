/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a transport gives to McpServerLink, and may call in turn.
 *
 * The states of a link, and what leads from one to the next:
 *
 *   STOPPED --a request--> STARTING --handshake done--> READY
 *   STARTING --fail()--> STOPPED          READY --fail()--> STOPPED
 *   READY --begin_again()--> STARTING     the server has forgotten the session
 *   READY --left()--> STOPPED             the server has ended, and was asked nothing
 *   STARTING, READY --close, idle--> CLOSING --stopped()--> STOPPED
 *   CLOSING --stopped(), requests wait--> STARTING
 *
 * Lifetimes: each request in flight holds a reference to the link by its GTask. Timers and the
 * transport's sources do not, and are stopped when the link is disposed. A function below that may
 * call foreign code (a callback of a request, a handler of notify::state) needs a caller who holds
 * a reference.
 */
#include "upstream/dialogue/mcp-pending-requests.h"
#include "upstream/dialogue/mcp-server-dialogue.h"
#include "upstream/dialogue/mcp-server-link.h"

G_BEGIN_DECLS

void mcp_server_link_construct (McpServerLink *self,
                                McpServerConfig *config,
                                const char *cwd,
                                const McpLimits *limits,
                                guint timeout_ms,
                                const McpServerTimes *times);

McpProviderState mcp_server_link_get_state (McpServerLink *self);
gboolean mcp_server_link_is_open (McpServerLink *self);
guint mcp_server_link_get_timeout_ms (McpServerLink *self, const McpProviderRequest *request);
McpPendingRequests *mcp_server_link_get_pending (McpServerLink *self);
McpServerDialogue *mcp_server_link_get_dialogue (McpServerLink *self);

/* Parts of the dialogue, and what it knows. */

static inline McpServerFacts *
mcp_server_link_get_facts (McpServerLink *self)
{
  return &mcp_server_link_get_dialogue (self)->facts;
}

static inline McpHandshake *
mcp_server_link_get_handshake (McpServerLink *self)
{
  return &mcp_server_link_get_dialogue (self)->handshake;
}

static inline McpSubscription *
mcp_server_link_get_subscription (McpServerLink *self)
{
  return &mcp_server_link_get_dialogue (self)->subscription;
}

static inline gboolean
mcp_server_link_is_stateless (McpServerLink *self)
{
  return mcp_server_dialogue_is_stateless (mcp_server_link_get_dialogue (self));
}

static inline gint64
mcp_server_link_mint_id (McpServerLink *self)
{
  return mcp_server_dialogue_mint_id (mcp_server_link_get_dialogue (self));
}

static inline GBytes *
mcp_server_link_build_request (McpServerLink *self, gint64 id, const McpProviderRequest *request)
{
  return mcp_server_dialogue_build_request (mcp_server_link_get_dialogue (self), id, request);
}

/* What the server says, or fails to say. */
void mcp_server_link_take_ready (McpServerLink *self);
void mcp_server_link_forget_request (McpServerLink *self, gint64 id);
void mcp_server_link_fail_locked (McpServerLink *self, const char *how);
void mcp_server_link_note_answered (McpServerLink *self);
void mcp_server_link_fail_request (McpServerLink *self, gint64 id, const char *how);
void mcp_server_link_repeat_or_fail (McpServerLink *self, gint64 id, const char *how);
void mcp_server_link_forget_revision (McpServerLink *self);
void mcp_server_link_begin_again (McpServerLink *self, const char *how);
void mcp_server_link_deliver_waiting (McpServerLink *self);
void mcp_server_link_fail (McpServerLink *self, const char *how);
void mcp_server_link_take_left (McpServerLink *self);
void mcp_server_link_take_stopped (McpServerLink *self);
void mcp_server_link_count_stray (McpServerLink *self, const char *what);
void mcp_server_link_tell (McpServerLink *self, const char *text);
void mcp_server_link_log (McpServerLink *self, const char *text);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-handshake.h"
#include "upstream/dialogue/mcp-subscription.h"

G_BEGIN_DECLS

/**
 * McpServerDialogue:
 * @facts: what is known of the server
 * @handshake: finds out what the server speaks
 * @subscription: how a server of 2026-07-28 reports changes
 * @last_id: minted; no id is used twice, so that a late answer fits nothing
 *
 * What is spoken with a server, over all its runs. Embedded in the link to the server. The members
 * may be read, and their own functions may be called.
 */
typedef struct
{
  McpServerFacts facts;
  McpHandshake handshake;
  McpSubscription subscription;
  gint64 last_id;
} McpServerDialogue;

void mcp_server_dialogue_init (McpServerDialogue *self,
                               const McpHandshakeFuncs *handshake_funcs,
                               const McpSubscriptionFuncs *subscription_funcs,
                               gpointer user_data);
void mcp_server_dialogue_clear (McpServerDialogue *self);
void mcp_server_dialogue_begin (McpServerDialogue *self, guint start_ms, guint probe_ms);
void mcp_server_dialogue_follow_changes (McpServerDialogue *self, McpProvider *provider);
void mcp_server_dialogue_stop (McpServerDialogue *self);
void mcp_server_dialogue_watch (McpServerDialogue *self, const char *uri);
void mcp_server_dialogue_unwatch (McpServerDialogue *self, const char *uri);
gint64 mcp_server_dialogue_mint_id (McpServerDialogue *self);
gboolean mcp_server_dialogue_is_stateless (const McpServerDialogue *self);
GBytes *mcp_server_dialogue_build_request (const McpServerDialogue *self,
                                           gint64 id,
                                           const McpProviderRequest *request);

G_END_DECLS

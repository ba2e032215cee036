/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-server-dialogue.h"

#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-stateless-messages.h"

/**
 * mcp_server_dialogue_init:
 * @self: uninitialised memory, which stays where it is
 * @handshake_funcs: static
 * @subscription_funcs: static
 * @user_data: for both
 */
void
mcp_server_dialogue_init (McpServerDialogue *self,
                          const McpHandshakeFuncs *handshake_funcs,
                          const McpSubscriptionFuncs *subscription_funcs,
                          gpointer user_data)
{
  self->last_id = 0;
  mcp_server_facts_init (&self->facts);
  mcp_handshake_init (&self->handshake, &self->facts, &self->last_id, handshake_funcs, user_data);
  mcp_subscription_init (&self->subscription, &self->facts, &self->last_id, subscription_funcs,
                         user_data);
}

/**
 * mcp_server_dialogue_clear:
 * @self: a dialogue that was stopped
 */
void
mcp_server_dialogue_clear (McpServerDialogue *self)
{
  mcp_server_facts_clear (&self->facts);
}

/**
 * mcp_server_dialogue_begin:
 * @self: a dialogue
 * @start_ms: until the handshake must be done
 * @probe_ms: until a server that does not answer server/discover is asked initialize as well
 *
 * A run of the server begins. The handshake waits for mcp_handshake_ask() or its kind.
 */
void
mcp_server_dialogue_begin (McpServerDialogue *self, guint start_ms, guint probe_ms)
{
  self->facts.n_run++;
  mcp_handshake_begin (&self->handshake, start_ms, probe_ms);
}

/**
 * mcp_server_dialogue_follow_changes:
 * @self: a dialogue with a server that is ready now
 * @provider: of the server
 *
 * Asks the server to report changes, as far as somebody wants to know of them.
 */
void
mcp_server_dialogue_follow_changes (McpServerDialogue *self, McpProvider *provider)
{
  if (mcp_server_dialogue_is_stateless (self))
    mcp_subscription_start (&self->subscription);
  else
    mcp_server_facts_subscribe_again (&self->facts, provider);
}

/**
 * mcp_server_dialogue_stop:
 * @self: a dialogue
 *
 * Nothing more is asked, and no timer runs.
 */
void
mcp_server_dialogue_stop (McpServerDialogue *self)
{
  mcp_handshake_stop (&self->handshake);
  mcp_subscription_stop (&self->subscription);
}

/**
 * mcp_server_dialogue_watch:
 * @self: a dialogue
 * @uri: of a resource whose updates are wanted, over all runs of the server
 */
void
mcp_server_dialogue_watch (McpServerDialogue *self, const char *uri)
{
  if (mcp_server_facts_watch (&self->facts, uri))
    mcp_subscription_update (&self->subscription);
}

/**
 * mcp_server_dialogue_unwatch:
 * @self: a dialogue
 * @uri: of a resource whose updates nobody wants any more
 */
void
mcp_server_dialogue_unwatch (McpServerDialogue *self, const char *uri)
{
  if (mcp_server_facts_unwatch (&self->facts, uri))
    mcp_subscription_update (&self->subscription);
}

/**
 * mcp_server_dialogue_mint_id:
 * @self: a dialogue
 *
 * Returns: an id for a request that this dialogue has not used before
 */
gint64
mcp_server_dialogue_mint_id (McpServerDialogue *self)
{
  return ++self->last_id;
}

/**
 * mcp_server_dialogue_is_stateless:
 * @self: a dialogue with a server that is ready
 *
 * Returns: whether each request carries everything that the server has to know of its client
 */
gboolean
mcp_server_dialogue_is_stateless (const McpServerDialogue *self)
{
  return self->facts.lifecycle == MCP_LIFECYCLE_STATELESS;
}

/**
 * mcp_server_dialogue_build_request:
 * @self: a dialogue with a server that is ready
 * @id: minted
 * @request: what to ask
 *
 * Returns: (transfer full): the message, in the form that the server's revision has
 */
GBytes *
mcp_server_dialogue_build_request (const McpServerDialogue *self,
                                   gint64 id,
                                   const McpProviderRequest *request)
{
  return mcp_server_dialogue_is_stateless (self)
             ? mcp_stateless_messages_build_request (id, request)
             : mcp_provider_messages_build_request (id, request);
}

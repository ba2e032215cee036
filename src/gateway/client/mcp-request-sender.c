/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which process sent a request. The search may take a while and few must know, so that whoever
 * carries the request leaves the way to find out.
 */
#include "gateway/client/mcp-request-sender.h"

typedef struct
{
  McpRequestSenderFunc find;
  gpointer sender;
  GDestroyNotify destroy; /* (nullable) */
} Sender;

static G_DEFINE_QUARK (mcp - request - sender, sender)

    static void sender_free (gpointer data)
{
  Sender *self = data;

  if (self->destroy != NULL)
    self->destroy (self->sender);
  g_free (self);
}

/**
 * mcp_request_sender_set:
 * @request: not started
 * @find: called when somebody must know; as long as the request lives
 * @sender: for @find
 * @destroy: (nullable): frees @sender
 */
void
mcp_request_sender_set (McpRequest *request,
                        McpRequestSenderFunc find,
                        gpointer sender,
                        GDestroyNotify destroy)
{
  Sender *self = g_new0 (Sender, 1);

  self->find = find;
  self->sender = sender;
  self->destroy = destroy;
  g_object_set_qdata_full (G_OBJECT (request), sender_quark (), self, sender_free);
}

/**
 * mcp_request_sender_find:
 * @request: a request
 * @found: called once with the process that sent the request; 0: not known; before this returns, or
 *   later, also when the request is no more
 * @user_data: for @found; must live until then
 *
 * May search /proc, in a thread: ask only when the answer is needed.
 */
void
mcp_request_sender_find (McpRequest *request, McpProcessFoundFunc found, gpointer user_data)
{
  const Sender *self = g_object_get_qdata (G_OBJECT (request), sender_quark ());

  if (self != NULL)
    self->find (self->sender, found, user_data);
  else
    found (0, user_data);
}

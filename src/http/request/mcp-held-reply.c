/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-held-reply.h"

#include "http/request/mcp-http-reply.h"

struct _McpHeldReply
{
  SoupServerMessage *msg;        /* (owned) (nullable): until it is answered or over */
  McpHttpConnection *connection; /* (owned) (nullable): as long as @msg */
};

static void
forget_message (McpHeldReply *self)
{
  g_autoptr (SoupServerMessage) msg = g_steal_pointer (&self->msg);
  g_autoptr (McpHttpConnection) connection = g_steal_pointer (&self->connection);

  if (msg == NULL)
    return;

  g_signal_handlers_disconnect_by_data (connection, self);
  g_signal_handlers_disconnect_by_data (msg, self);
}

static void
message_over_cb (SoupServerMessage *msg, gpointer user_data)
{
  forget_message (user_data);
}

/* What was asked for happens all the same; only nobody is told. */
static void
peer_gone_cb (McpHttpConnection *connection, gpointer user_data)
{
  McpHeldReply *self = user_data;
  g_autoptr (SoupServerMessage) msg = g_object_ref (self->msg);

  forget_message (self);
  mcp_http_reply_error (msg, 503, "The client has gone");
  soup_server_message_unpause (msg);
}

/**
 * mcp_held_reply_new:
 * @request: a request in its handler
 *
 * Holds the answer back.
 *
 * Returns: (transfer full): ended by mcp_held_reply_end()
 */
McpHeldReply *
mcp_held_reply_new (McpHttpRequest *request)
{
  McpHeldReply *self = g_new0 (McpHeldReply, 1);

  self->msg = g_object_ref (request->msg);
  self->connection = g_object_ref (request->connection);
  g_signal_connect (self->msg, "finished", G_CALLBACK (message_over_cb), self);
  g_signal_connect (self->msg, "disconnected", G_CALLBACK (message_over_cb), self);
  g_signal_connect (self->connection, "peer-gone", G_CALLBACK (peer_gone_cb), self);
  soup_server_message_pause (self->msg);
  return self;
}

/**
 * mcp_held_reply_get_message:
 * @self: a hold
 *
 * Returns: (transfer none) (nullable): what to answer; %NULL where nobody waits any more
 */
SoupServerMessage *
mcp_held_reply_get_message (McpHeldReply *self)
{
  return self->msg;
}

/**
 * mcp_held_reply_end:
 * @self: (transfer full): a hold, whose message was answered if there is one
 *
 * Lets the answer go.
 */
void
mcp_held_reply_end (McpHeldReply *self)
{
  g_autoptr (SoupServerMessage) msg = self->msg != NULL ? g_object_ref (self->msg) : NULL;

  forget_message (self);
  g_free (self);
  if (msg != NULL)
    soup_server_message_unpause (msg);
}

static void
settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  mcp_held_reply_end (user_data);
}

/**
 * mcp_held_reply_until_settled:
 * @request: a request in its handler, which was answered
 *
 * Holds the answer back until what was done to the sessions survives the daemon.
 */
void
mcp_held_reply_until_settled (McpHttpRequest *request)
{
  mcp_session_store_settle_async (request->context->store, settled_cb,
                                  mcp_held_reply_new (request));
}

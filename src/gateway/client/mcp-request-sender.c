/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which process sent a request. The search may take milliseconds and few must know, so that whoever
 * carries the request leaves the way to find out.
 */
#include "gateway/client/mcp-request-sender.h"

typedef struct
{
  McpRequestSenderFunc find;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} Sender;

static G_DEFINE_QUARK (mcp - request - sender, sender)

    static void sender_free (gpointer data)
{
  Sender *sender = data;

  if (sender->destroy != NULL)
    sender->destroy (sender->user_data);
  g_free (sender);
}

/**
 * mcp_request_sender_set:
 * @request: not started
 * @find: called when somebody must know; as long as the request lives
 * @user_data: for @find
 * @destroy: (nullable): frees @user_data
 */
void
mcp_request_sender_set (McpRequest *request,
                        McpRequestSenderFunc find,
                        gpointer user_data,
                        GDestroyNotify destroy)
{
  Sender *sender = g_new0 (Sender, 1);

  sender->find = find;
  sender->user_data = user_data;
  sender->destroy = destroy;
  g_object_set_qdata_full (G_OBJECT (request), sender_quark (), sender, sender_free);
}

/**
 * mcp_request_sender_find:
 * @request: a request
 *
 * May search /proc: ask only when the answer is needed.
 *
 * Returns: the process that sent it; 0: not known
 */
pid_t
mcp_request_sender_find (McpRequest *request)
{
  const Sender *sender = g_object_get_qdata (G_OBJECT (request), sender_quark ());

  return sender != NULL ? sender->find (sender->user_data) : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-message-backlog.h"

static void
message_free (gpointer data)
{
  McpBacklogMessage *message = data;

  g_clear_pointer (&message->data, g_bytes_unref);
  g_free (message);
}

static gsize
get_size (const McpBacklogMessage *message)
{
  return sizeof *message + (message->data != NULL ? g_bytes_get_size (message->data) : 0);
}

/* Notes that more is kept, or less. */
static void
add_bytes (McpMessageBacklog *self, gssize n_bytes)
{
  self->n_bytes += (gsize) n_bytes;
  if (self->shared != NULL)
    self->shared->n_bytes += (gsize) n_bytes;
}

/**
 * mcp_message_backlog_init:
 * @self: (out caller-allocates): a backlog
 * @shared: (nullable): what the streams of the client share; outlives the backlog, or
 *   mcp_message_backlog_orphan() is called first. %NULL: the client cannot come back
 */
void
mcp_message_backlog_init (McpMessageBacklog *self, McpMessageStreams *shared)
{
  *self = (McpMessageBacklog){ .shared = shared };
  g_queue_init (&self->messages);
}

/**
 * mcp_message_backlog_clear:
 * @self: a backlog
 *
 * Frees what the backlog holds.
 */
void
mcp_message_backlog_clear (McpMessageBacklog *self)
{
  add_bytes (self, -(gssize) self->n_bytes);
  g_queue_clear_full (&self->messages, message_free);
}

/**
 * mcp_message_backlog_push:
 * @self: a backlog
 * @message: copied; its id is set here
 *
 * Adds a message behind all others.
 */
void
mcp_message_backlog_push (McpMessageBacklog *self, const McpBacklogMessage *message)
{
  McpBacklogMessage *copy = g_memdup2 (message, sizeof *message);

  copy->id = self->shared != NULL ? ++self->shared->last_id : 0;
  if (copy->data != NULL)
    g_bytes_ref (copy->data);
  add_bytes (self, (gssize) get_size (copy));
  self->n_unsent += get_size (copy);
  g_queue_push_tail (&self->messages, copy);
  if (self->next == NULL)
    self->next = self->messages.tail;
}

/**
 * mcp_message_backlog_peek:
 * @self: a backlog
 *
 * Returns: (transfer none) (nullable): the first message that was not sent; valid until the next
 *   call
 */
const McpBacklogMessage *
mcp_message_backlog_peek (const McpMessageBacklog *self)
{
  return self->next != NULL ? self->next->data : NULL;
}

static void
drop (McpMessageBacklog *self, GList *link)
{
  McpBacklogMessage *message = link->data;

  add_bytes (self, -(gssize) get_size (message));
  self->dropped = message->id;
  if (self->next == link)
    {
      self->next = link->next;
      self->n_unsent -= get_size (message);
    }
  g_queue_delete_link (&self->messages, link);
  message_free (message);
}

/**
 * mcp_message_backlog_advance:
 * @self: a backlog with a message that was not sent
 *
 * Notes that the first of these messages is sent.
 *
 * Returns: the bytes of that message
 */
gsize
mcp_message_backlog_advance (McpMessageBacklog *self)
{
  GList *link = self->next;
  gsize size = get_size (link->data);

  self->next = link->next;
  self->n_unsent -= size;
  if (self->shared == NULL)
    drop (self, link);
  return size;
}

/**
 * mcp_message_backlog_rewind:
 * @self: a backlog
 * @after: id of the last message that the client has
 *
 * Has all that came after that message sent again.
 */
void
mcp_message_backlog_rewind (McpMessageBacklog *self, guint64 after)
{
  self->next = self->messages.head;
  self->n_unsent = self->n_bytes;
  while (self->next != NULL && ((McpBacklogMessage *) self->next->data)->id <= after)
    {
      self->n_unsent -= get_size (self->next->data);
      self->next = self->next->next;
    }
}

/**
 * mcp_message_backlog_drop_oldest:
 * @self: a backlog
 * @unsent_too: also what was never sent
 *
 * Returns: whether there was anything to forget
 */
gboolean
mcp_message_backlog_drop_oldest (McpMessageBacklog *self, gboolean unsent_too)
{
  GList *oldest = self->messages.head;

  if (oldest == NULL || (oldest == self->next && !unsent_too))
    return FALSE;

  drop (self, oldest);
  return TRUE;
}

/**
 * mcp_message_backlog_drop_unsent:
 * @self: a backlog
 *
 * Forgets all that was not sent.
 */
void
mcp_message_backlog_drop_unsent (McpMessageBacklog *self)
{
  while (self->next != NULL)
    drop (self, self->next);
}

/**
 * mcp_message_backlog_orphan:
 * @self: a backlog
 *
 * The client cannot come back any more: what is sent from now on is not kept.
 */
void
mcp_message_backlog_orphan (McpMessageBacklog *self)
{
  if (self->shared != NULL)
    self->shared->n_bytes -= self->n_bytes;
  self->shared = NULL;
}

/**
 * mcp_message_backlog_knows:
 * @self: a backlog
 * @id: of a message that a client says it has
 *
 * Returns: whether the message is of this stream
 */
gboolean
mcp_message_backlog_knows (const McpMessageBacklog *self, guint64 id)
{
  if (self->dropped == id && id > 0)
    return TRUE;
  for (const GList *link = self->messages.head; link != NULL; link = link->next)
    if (((const McpBacklogMessage *) link->data)->id == id)
      return TRUE;
  return FALSE;
}

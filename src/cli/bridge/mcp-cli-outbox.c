/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The client's messages: those that wait in the client's order, and those in flight. Requests run
 * side by side, but one leaves after the other, so that their order stays.
 */
#include "cli/bridge/mcp-cli-outbox.h"

struct _McpCliOutbox
{
  GQueue queue;              /* (owned) (element-type McpCliBridgeItem): by sequence */
  GPtrArray *in_flight;      /* (owned) (element-type McpCliBridgeItem) */
  McpCliBridgeItem *sending; /* (unowned) (nullable): in flight, and its request has not left yet */
  guint64 last_sequence;
};

/**
 * mcp_cli_outbox_new:
 *
 * Returns: (transfer full): an empty outbox
 */
McpCliOutbox *
mcp_cli_outbox_new (void)
{
  McpCliOutbox *self = g_new0 (McpCliOutbox, 1);

  g_queue_init (&self->queue);
  self->in_flight = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_cli_bridge_item_free);
  return self;
}

/**
 * mcp_cli_outbox_free:
 * @self: (transfer full): an outbox; what is in flight is cancelled
 */
void
mcp_cli_outbox_free (McpCliOutbox *self)
{
  g_queue_clear_full (&self->queue, (GDestroyNotify) mcp_cli_bridge_item_free);
  g_ptr_array_unref (self->in_flight);
  g_free (self);
}

/**
 * mcp_cli_outbox_add:
 * @self: an outbox
 * @item: (transfer full): the newest message of the client
 */
void
mcp_cli_outbox_add (McpCliOutbox *self, McpCliBridgeItem *item)
{
  item->sequence = ++self->last_sequence;
  g_queue_push_tail (&self->queue, item);
}

/**
 * mcp_cli_outbox_return:
 * @self: an outbox
 * @item: (transfer full): an item that was in this outbox; it gets its old place
 */
void
mcp_cli_outbox_return (McpCliOutbox *self, McpCliBridgeItem *item)
{
  g_queue_insert_sorted (&self->queue, item, mcp_cli_bridge_item_compare, NULL);
}

/**
 * mcp_cli_outbox_begin_next:
 * @self: an outbox
 *
 * Puts the first item of the queue in flight.
 *
 * Returns: (transfer none) (nullable): the item, which is to be sent now; %NULL if none waits, or
 * if the request of the last one has not left yet
 */
McpCliBridgeItem *
mcp_cli_outbox_begin_next (McpCliOutbox *self)
{
  if (self->sending != NULL || g_queue_is_empty (&self->queue))
    return NULL;
  self->sending = g_queue_pop_head (&self->queue);
  g_ptr_array_add (self->in_flight, self->sending);
  return self->sending;
}

/**
 * mcp_cli_outbox_note_sent:
 * @self: an outbox
 * @item: an item whose request has left
 *
 * Returns: whether the next one may be sent now
 */
gboolean
mcp_cli_outbox_note_sent (McpCliOutbox *self, McpCliBridgeItem *item)
{
  if (self->sending != item)
    return FALSE;
  self->sending = NULL;
  return TRUE;
}

/**
 * mcp_cli_outbox_steal:
 * @self: an outbox
 * @item: one in flight
 *
 * Returns: (transfer full) (nullable): the item, as if it had not been sent
 */
McpCliBridgeItem *
mcp_cli_outbox_steal (McpCliOutbox *self, McpCliBridgeItem *item)
{
  guint index;

  if (!g_ptr_array_find (self->in_flight, item, &index))
    return NULL;
  if (self->sending == item)
    self->sending = NULL;
  g_ptr_array_steal_index (self->in_flight, index);
  mcp_cli_bridge_item_reset (item);
  return item;
}

/**
 * mcp_cli_outbox_requeue:
 * @self: an outbox
 * @item: one in flight, which is to be sent again
 */
void
mcp_cli_outbox_requeue (McpCliOutbox *self, McpCliBridgeItem *item)
{
  if (mcp_cli_outbox_steal (self, item) != NULL)
    mcp_cli_outbox_return (self, item);
}

/**
 * mcp_cli_outbox_remove:
 * @self: an outbox
 * @item: one in flight; it is freed
 */
void
mcp_cli_outbox_remove (McpCliOutbox *self, McpCliBridgeItem *item)
{
  if (self->sending == item)
    self->sending = NULL;
  g_ptr_array_remove (self->in_flight, item);
}

/**
 * mcp_cli_outbox_remove_responses:
 * @self: an outbox
 *
 * Removes the queued answers of the client: the requests that they answer have gone.
 */
void
mcp_cli_outbox_remove_responses (McpCliOutbox *self)
{
  for (GList *link = self->queue.head; link != NULL;)
    {
      GList *next = link->next;

      if (mcp_cli_bridge_item_is_response (link->data))
        {
          mcp_cli_bridge_item_free (link->data);
          g_queue_delete_link (&self->queue, link);
        }
      link = next;
    }
}

/**
 * mcp_cli_outbox_steal_queued:
 * @self: an outbox
 *
 * Returns: (transfer full) (nullable): the first item of the queue
 */
McpCliBridgeItem *
mcp_cli_outbox_steal_queued (McpCliOutbox *self)
{
  return g_queue_pop_head (&self->queue);
}

/**
 * mcp_cli_outbox_remove_queued:
 * @self: an outbox
 * @id: of a request
 *
 * Returns: whether the request was in the queue; it is not any more
 */
gboolean
mcp_cli_outbox_remove_queued (McpCliOutbox *self, McpJsonSlice id)
{
  for (GList *link = self->queue.head; link != NULL; link = link->next)
    {
      if (!mcp_cli_bridge_item_has_id (link->data, id))
        continue;
      mcp_cli_bridge_item_free (link->data);
      g_queue_delete_link (&self->queue, link);
      return TRUE;
    }
  return FALSE;
}

/**
 * mcp_cli_outbox_find_in_flight:
 * @self: an outbox
 * @id: of a request
 *
 * Returns: (transfer none) (nullable): the request, if it is in flight
 */
McpCliBridgeItem *
mcp_cli_outbox_find_in_flight (McpCliOutbox *self, McpJsonSlice id)
{
  for (guint i = 0; i < self->in_flight->len; i++)
    {
      McpCliBridgeItem *item = g_ptr_array_index (self->in_flight, i);

      if (mcp_cli_bridge_item_has_id (item, id))
        return item;
    }
  return NULL;
}

/**
 * mcp_cli_outbox_is_done:
 * @self: an outbox
 *
 * Returns: whether nothing waits for an answer; a client that listens waits for none
 */
gboolean
mcp_cli_outbox_is_done (McpCliOutbox *self)
{
  for (guint i = 0; i < self->in_flight->len; i++)
    {
      if (!mcp_cli_bridge_item_is_listening (g_ptr_array_index (self->in_flight, i)))
        return FALSE;
    }
  return g_queue_is_empty (&self->queue);
}

/**
 * mcp_cli_outbox_forget_sending:
 * @self: an outbox
 *
 * The daemon has gone: the request that was leaving holds up no other.
 */
void
mcp_cli_outbox_forget_sending (McpCliOutbox *self)
{
  self->sending = NULL;
}

/**
 * mcp_cli_outbox_lose_streams:
 * @self: an outbox
 *
 * Another daemon has the attachment: see mcp_cli_bridge_item_lose_stream().
 */
void
mcp_cli_outbox_lose_streams (McpCliOutbox *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_copy (self->in_flight, NULL, NULL);

  /* each may leave the list, and takes no other with it */
  g_ptr_array_set_free_func (items, NULL);
  for (guint i = 0; i < items->len; i++)
    mcp_cli_bridge_item_lose_stream (g_ptr_array_index (items, i));
}

/**
 * mcp_cli_outbox_clear_in_flight:
 * @self: an outbox
 *
 * Cancels what is in flight.
 */
void
mcp_cli_outbox_clear_in_flight (McpCliOutbox *self)
{
  self->sending = NULL;
  g_ptr_array_set_size (self->in_flight, 0);
}

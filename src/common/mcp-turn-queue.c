/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-turn-queue.h"

#include "common/mcp-timer.h"

/* How long pieces of work are done without a break for others. A single one may take longer. */
#define SLICE_US (2 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  McpTurnFunc func;
  gpointer item;
} Piece;

struct _McpTurnQueue
{
  const char *name;
  GQueue pieces; /* (element-type Piece) */
  GSource *turn; /* (owned) (nullable): while there are pieces */
};

/**
 * mcp_turn_queue_new:
 * @name: a literal: what the work is, for instance "body-taken"
 *
 * Returns: (transfer full): an empty queue
 */
McpTurnQueue *
mcp_turn_queue_new (const char *name)
{
  McpTurnQueue *self = g_new0 (McpTurnQueue, 1);

  self->name = name;
  g_queue_init (&self->pieces);
  return self;
}

/**
 * mcp_turn_queue_free:
 * @self: (transfer full): an empty queue
 */
void
mcp_turn_queue_free (McpTurnQueue *self)
{
  g_assert (self->pieces.length == 0);
  mcp_timer_clear (&self->turn);
  g_free (self);
}

/* Returns: whether @self has more to do; otherwise it may be gone */
static gboolean
do_piece (McpTurnQueue *self)
{
  Piece *piece = g_queue_pop_head (&self->pieces);
  McpTurnFunc func = piece->func;
  gpointer item = piece->item;
  gboolean has_more = self->pieces.length > 0;

  g_free (piece);
  if (!has_more)
    mcp_timer_clear (&self->turn);
  func (item);
  return has_more;
}

static gboolean
turn_cb (gpointer user_data)
{
  McpTurnQueue *self = user_data;
  gint64 until_us = g_get_monotonic_time () + SLICE_US;

  while (do_piece (self))
    if (g_get_monotonic_time () >= until_us)
      return G_SOURCE_CONTINUE;
  return G_SOURCE_REMOVE;
}

/**
 * mcp_turn_queue_push:
 * @self: a queue
 * @func: is called with @item in one of the next turns of the main context
 * @item: (transfer full): the piece of work
 */
void
mcp_turn_queue_push (McpTurnQueue *self, McpTurnFunc func, gpointer item)
{
  Piece *piece = g_new (Piece, 1);

  *piece = (Piece){ func, item };
  g_queue_push_tail (&self->pieces, piece);
  if (self->turn == NULL)
    self->turn = mcp_timer_new_idle (self->name, G_PRIORITY_DEFAULT, turn_cb, self);
}

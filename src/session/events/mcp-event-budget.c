/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/events/mcp-event-budget.h"

struct _McpEventBudget
{
  gsize max_bytes;
  gsize n_bytes;
  GSequence *shares; /* (owned) (element-type McpEventShare) (unowned): the largest first */
};

struct _McpEventShare
{
  McpEventBudget *budget; /* (owned) */
  GSequenceIter *place;   /* (unowned) */
  gsize n_bytes;
  McpEventBudgetFunc drop_oldest;
  gpointer user_data;
};

static int
compare_shares (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const McpEventShare *first = a;
  const McpEventShare *second = b;

  return first->n_bytes < second->n_bytes ? 1 : first->n_bytes > second->n_bytes ? -1 : 0;
}

/**
 * mcp_event_budget_new:
 *
 * Returns: (transfer full): a budget without a limit
 */
McpEventBudget *
mcp_event_budget_new (void)
{
  McpEventBudget *self = g_rc_box_new0 (McpEventBudget);

  self->max_bytes = G_MAXSIZE;
  self->shares = g_sequence_new (NULL);
  return self;
}

/**
 * mcp_event_budget_ref:
 * @self: a budget
 *
 * Returns: (transfer full): @self
 */
McpEventBudget *
mcp_event_budget_ref (McpEventBudget *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  g_sequence_free (((McpEventBudget *) data)->shares);
}

/**
 * mcp_event_budget_unref:
 * @self: (transfer full): a budget
 */
void
mcp_event_budget_unref (McpEventBudget *self)
{
  g_rc_box_release_full (self, clear);
}

/**
 * mcp_event_budget_set_max_bytes:
 * @self: a budget
 * @max_bytes: of all events that are kept from now on
 */
void
mcp_event_budget_set_max_bytes (McpEventBudget *self, gsize max_bytes)
{
  self->max_bytes = max_bytes;
}

/**
 * mcp_event_budget_get_n_bytes:
 * @self: a budget
 *
 * Returns: what all events take together
 */
gsize
mcp_event_budget_get_n_bytes (McpEventBudget *self)
{
  return self->n_bytes;
}

/**
 * mcp_event_budget_join:
 * @self: a budget
 * @drop_oldest: (scope notified): called when the events of this share have to make room
 * @user_data: for @drop_oldest; must live until mcp_event_budget_leave()
 *
 * Returns: (transfer full): a share of which nothing is used
 */
McpEventShare *
mcp_event_budget_join (McpEventBudget *self, McpEventBudgetFunc drop_oldest, gpointer user_data)
{
  McpEventShare *share = g_new0 (McpEventShare, 1);

  share->budget = mcp_event_budget_ref (self);
  share->drop_oldest = drop_oldest;
  share->user_data = user_data;
  share->place = g_sequence_append (self->shares, share);
  return share;
}

/**
 * mcp_event_budget_leave:
 * @share: (transfer full): a share
 */
void
mcp_event_budget_leave (McpEventShare *share)
{
  share->budget->n_bytes -= share->n_bytes;
  g_sequence_remove (share->place);
  mcp_event_budget_unref (share->budget);
  g_free (share);
}

/* A session that publishes often is mostly where it belongs already. */
static gboolean
is_in_place (McpEventShare *share)
{
  GSequenceIter *next = g_sequence_iter_next (share->place);
  McpEventShare *before = g_sequence_get (g_sequence_iter_prev (share->place));

  /* The first is before itself. */
  return compare_shares (before, share, NULL) <= 0 &&
         (g_sequence_iter_is_end (next) ||
          compare_shares (share, g_sequence_get (next), NULL) <= 0);
}

/**
 * mcp_event_budget_charge:
 * @share: a share
 * @n_bytes: what its events take now
 */
void
mcp_event_budget_charge (McpEventShare *share, gsize n_bytes)
{
  share->budget->n_bytes += n_bytes - share->n_bytes;
  share->n_bytes = n_bytes;
  if (!is_in_place (share))
    g_sequence_sort_changed (share->place, compare_shares, NULL);
}

/**
 * mcp_event_budget_settle:
 * @share: a share that was charged
 *
 * Has events dropped until the budget suffices: each time one of whoever keeps most.
 */
void
mcp_event_budget_settle (McpEventShare *share)
{
  McpEventBudget *self = share->budget;

  while (self->n_bytes > self->max_bytes)
    {
      McpEventShare *largest = g_sequence_get (g_sequence_get_begin_iter (self->shares));
      gsize n_before = self->n_bytes;

      largest->drop_oldest (largest->user_data);
      g_return_if_fail (self->n_bytes < n_before);
    }
}

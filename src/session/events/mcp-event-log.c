/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The last events of one session, for subscribers that come later: a ring in which event n lies at
 * n % MCP_EVENT_LOG_LENGTH. The log also owns the number of the last event.
 */
#include "session/events/mcp-event-log.h"

struct _McpEventLog
{
  guint64 last_sequence;
  guint64 oldest_kept; /* last_sequence + 1: none is kept */
  gsize max_bytes;
  gsize n_bytes;        /* of the events that are kept */
  McpEventShare *share; /* (owned) (nullable): of the budget of all sessions */
  McpProgressEvent *kept[MCP_EVENT_LOG_LENGTH];
};

/**
 * mcp_event_log_new:
 *
 * Returns: (transfer full): an empty log without a limit of bytes; used from one thread
 */
McpEventLog *
mcp_event_log_new (void)
{
  McpEventLog *self = g_new0 (McpEventLog, 1);

  self->oldest_kept = 1;
  self->max_bytes = G_MAXSIZE;
  return self;
}

/**
 * mcp_event_log_free:
 * @self: (transfer full): a log
 */
void
mcp_event_log_free (McpEventLog *self)
{
  mcp_event_log_clear (self);
  g_clear_pointer (&self->share, mcp_event_budget_leave);
  g_free (self);
}

/**
 * mcp_event_log_set_max_bytes:
 * @self: a log
 * @max_bytes: of the events that are kept from now on; one that is larger is not kept
 */
void
mcp_event_log_set_max_bytes (McpEventLog *self, gsize max_bytes)
{
  self->max_bytes = max_bytes;
}

/**
 * mcp_event_log_start_after:
 * @self: an empty log
 * @last_sequence: the number of the last event before this log was made
 */
void
mcp_event_log_start_after (McpEventLog *self, guint64 last_sequence)
{
  self->last_sequence = last_sequence;
  self->oldest_kept = last_sequence + 1;
}

/**
 * mcp_event_log_get_last_sequence:
 * @self: a log
 *
 * Returns: the number of the last event, kept or not; 0: there was none
 */
guint64
mcp_event_log_get_last_sequence (McpEventLog *self)
{
  return self->last_sequence;
}

static gboolean
is_empty (McpEventLog *self)
{
  return self->oldest_kept > self->last_sequence;
}

static void
drop_oldest (McpEventLog *self)
{
  McpProgressEvent **slot = &self->kept[self->oldest_kept % MCP_EVENT_LOG_LENGTH];

  self->n_bytes -= mcp_progress_event_get_size (*slot);
  g_clear_pointer (slot, mcp_progress_event_unref);
  self->oldest_kept++;
  if (self->share != NULL)
    mcp_event_budget_charge (self->share, self->n_bytes);
}

static void
drop_oldest_cb (gpointer user_data)
{
  drop_oldest (user_data);
}

/**
 * mcp_event_log_set_budget:
 * @self: an empty log
 * @budget: what its events are charged to, beside the log's own limit
 */
void
mcp_event_log_set_budget (McpEventLog *self, McpEventBudget *budget)
{
  g_clear_pointer (&self->share, mcp_event_budget_leave);
  self->share = mcp_event_budget_join (budget, drop_oldest_cb, self);
}

static gboolean
is_full (McpEventLog *self, gsize n_bytes)
{
  return self->last_sequence + 1 - self->oldest_kept >= MCP_EVENT_LOG_LENGTH ||
         self->n_bytes + n_bytes > self->max_bytes;
}

/**
 * mcp_event_log_append:
 * @self: a log
 * @event: the event after the last one
 *
 * Keeps an event; the oldest ones go where there is no room. An event for which there is no room in
 * an empty log counts as one that has gone already.
 */
void
mcp_event_log_append (McpEventLog *self, McpProgressEvent *event)
{
  gsize n_bytes = mcp_progress_event_get_size (event);

  g_return_if_fail (mcp_progress_event_get_sequence (event) == self->last_sequence + 1);

  while (!is_empty (self) && is_full (self, n_bytes))
    drop_oldest (self);
  self->last_sequence++;
  if (n_bytes > self->max_bytes)
    {
      self->oldest_kept = self->last_sequence + 1;
      return;
    }
  self->n_bytes += n_bytes;
  self->kept[self->last_sequence % MCP_EVENT_LOG_LENGTH] = mcp_progress_event_ref (event);
  if (self->share != NULL)
    {
      mcp_event_budget_charge (self->share, self->n_bytes);
      mcp_event_budget_settle (self->share);
    }
}

/**
 * mcp_event_log_replay:
 * @self: a log
 * @queue: of a new subscriber
 * @after: the number of the last event that the subscriber has
 *
 * Fills the queue with the events after @after; those that are not kept any more are counted there
 * as missed. A number that was never given out gets all that is kept.
 */
void
mcp_event_log_replay (McpEventLog *self, McpEventQueue *queue, guint64 after)
{
  guint64 first = self->oldest_kept;

  if (after <= self->last_sequence)
    first = MAX (after + 1, self->oldest_kept);
  if (after < first - 1)
    mcp_event_queue_add_missed (queue, first - 1 - after);

  for (guint64 sequence = first; sequence <= self->last_sequence; sequence++)
    mcp_event_queue_push (queue,
                          mcp_progress_event_ref (self->kept[sequence % MCP_EVENT_LOG_LENGTH]));
}

/**
 * mcp_event_log_clear:
 * @self: a log
 *
 * Forgets the events; the number of the last one stays.
 */
void
mcp_event_log_clear (McpEventLog *self)
{
  while (!is_empty (self))
    drop_oldest (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-session-events.h"

#include "common/mcp-error.h"
#include "session/events/mcp-subscriber-list.h"

struct _McpSessionEvents
{
  McpEventLog *log;               /* (owned) */
  McpSubscriberList *subscribers; /* (owned): those of kind MCP_SUBSCRIBER_STREAM are counted */
  guint max_streams;
  gsize max_queue_bytes;                          /* of the events that wait for one subscriber */
  McpEventCounts *counts[MCP_N_SUBSCRIBER_KINDS]; /* (owned) (nullable): those of the store */
  guint64 durable; /* no number up to this one is given out again, whatever happens */
  guint64 low;     /* from this number on, more numbers should be reserved */
};

/**
 * mcp_session_events_new:
 *
 * Returns: (transfer full): no event, no subscriber, no limit
 */
McpSessionEvents *
mcp_session_events_new (void)
{
  McpSessionEvents *self = g_new0 (McpSessionEvents, 1);

  self->log = mcp_event_log_new ();
  self->subscribers = mcp_subscriber_list_new ();
  self->max_streams = G_MAXUINT;
  self->max_queue_bytes = G_MAXSIZE;
  self->durable = G_MAXUINT64;
  self->low = G_MAXUINT64;
  return self;
}

/**
 * mcp_session_events_free:
 * @self: (transfer full): the events of a session
 */
void
mcp_session_events_free (McpSessionEvents *self)
{
  mcp_event_log_free (self->log);
  mcp_subscriber_list_free (self->subscribers);
  for (guint i = 0; i < G_N_ELEMENTS (self->counts); i++)
    g_clear_pointer (&self->counts[i], mcp_event_counts_unref);
  g_free (self);
}

/**
 * mcp_session_events_set_limits:
 * @self: the events of a session
 * @limits: what holds for subscribers and events from now on
 */
void
mcp_session_events_set_limits (McpSessionEvents *self, const McpLimits *limits)
{
  self->max_streams = limits->subscribers_per_session;
  self->max_queue_bytes = limits->event_queue_bytes;
  mcp_event_log_set_max_bytes (self->log, limits->event_queue_bytes);
}

/**
 * mcp_session_events_set_budget:
 * @self: the events of a session that has none yet
 * @budget: what its kept events are charged to
 */
void
mcp_session_events_set_budget (McpSessionEvents *self, McpEventBudget *budget)
{
  mcp_event_log_set_budget (self->log, budget);
}

/**
 * mcp_session_events_set_counts:
 * @self: the events of a session
 * @counts: one for each kind of subscriber: what those that come from now on take and miss is
 *   counted there
 */
void
mcp_session_events_set_counts (McpSessionEvents *self, McpEventCounts *const *counts)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->counts); i++)
    {
      g_clear_pointer (&self->counts[i], mcp_event_counts_unref);
      self->counts[i] = mcp_event_counts_ref (counts[i]);
    }
}

/**
 * mcp_session_events_start_after:
 * @self: the events of a session that has none yet
 * @last_sequence: the number of its last event before the daemon's start
 */
void
mcp_session_events_start_after (McpSessionEvents *self, guint64 last_sequence)
{
  mcp_event_log_start_after (self->log, last_sequence);
}

/**
 * mcp_session_events_get_last_sequence:
 * @self: the events of a session
 *
 * Returns: the number of the last event; 0: there was none
 */
guint64
mcp_session_events_get_last_sequence (McpSessionEvents *self)
{
  return mcp_event_log_get_last_sequence (self->log);
}

/**
 * mcp_session_events_set_mark:
 * @self: the events of a session
 * @durable: no number up to this one is given out again, even after a crash
 * @low: from this number on, mcp_session_events_is_mark_low() asks for more, once
 */
void
mcp_session_events_set_mark (McpSessionEvents *self, guint64 durable, guint64 low)
{
  self->durable = durable;
  self->low = low;
}

static gsize
get_event_size (gpointer event)
{
  return mcp_progress_event_get_size (event);
}

/**
 * mcp_session_events_subscribe:
 * @self: the events of a session
 * @kind: who subscribes
 * @after: (nullable): the number of the last event that the subscriber has; %NULL: only events from
 *   now on
 * @error: return location
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: (transfer full) (nullable): a queue with the events after @after that are kept
 */
McpEventQueue *
mcp_session_events_subscribe (McpSessionEvents *self,
                              McpSubscriberKind kind,
                              const guint64 *after,
                              GError **error)
{
  gboolean counted = kind == MCP_SUBSCRIBER_STREAM;
  guint n_streams = mcp_session_events_get_n_streams (self);
  McpEventQueue *queue;

  if (counted && n_streams >= self->max_streams)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "%u event streams of this session are open already; close one, or raise "
                   "SubscribersPerSession",
                   n_streams);
      return NULL;
    }

  queue = mcp_event_queue_new (MCP_EVENT_QUEUE_LENGTH, (GDestroyNotify) mcp_progress_event_unref);
  mcp_event_queue_limit_bytes (queue, self->max_queue_bytes, get_event_size);
  mcp_event_queue_set_counts (queue, self->counts[kind]);
  if (after != NULL)
    mcp_event_log_replay (self->log, queue, *after);
  mcp_subscriber_list_add (self->subscribers, queue, counted);
  return queue;
}

/**
 * mcp_session_events_unsubscribe:
 * @self: the events of a session
 * @queue: of a subscriber, or any other queue
 *
 * Returns: whether one event stream less is open
 */
gboolean
mcp_session_events_unsubscribe (McpSessionEvents *self, McpEventQueue *queue)
{
  guint n_before = mcp_session_events_get_n_streams (self);

  mcp_subscriber_list_remove (self->subscribers, queue);
  return mcp_session_events_get_n_streams (self) != n_before;
}

/**
 * mcp_session_events_get_n_streams:
 * @self: the events of a session
 *
 * Returns: how many event streams are open
 */
guint
mcp_session_events_get_n_streams (McpSessionEvents *self)
{
  return mcp_subscriber_list_get_n_counted (self->subscribers);
}

/**
 * mcp_session_events_get_n_pending:
 * @self: the events of a session
 * @kind: of subscribers
 *
 * Returns: how many events wait for all subscribers of that kind
 */
guint
mcp_session_events_get_n_pending (McpSessionEvents *self, McpSubscriberKind kind)
{
  return mcp_subscriber_list_get_n_pending (self->subscribers, kind == MCP_SUBSCRIBER_STREAM);
}

/**
 * mcp_session_events_push:
 * @self: the events of a session
 * @event: has the number after the last one
 *
 * Keeps the event and pushes it to every subscriber.
 */
void
mcp_session_events_push (McpSessionEvents *self, McpProgressEvent *event)
{
  mcp_event_log_append (self->log, event);
  mcp_subscriber_list_push (self->subscribers, event);
}

/**
 * mcp_session_events_is_mark_low:
 * @self: the events of a session
 *
 * Returns: whether more numbers should be reserved now; %TRUE once after each
 *   mcp_session_events_set_mark()
 */
gboolean
mcp_session_events_is_mark_low (McpSessionEvents *self)
{
  if (mcp_session_events_get_last_sequence (self) < self->low)
    return FALSE;
  self->low = G_MAXUINT64;
  return TRUE;
}

/**
 * mcp_session_events_has_room:
 * @self: the events of a session
 * @n_events: how many are to be pushed
 *
 * Returns: whether no subscriber that keeps up would lose one of them, and numbers for all of them
 *   are reserved on the disk
 */
gboolean
mcp_session_events_has_room (McpSessionEvents *self, guint n_events)
{
  guint64 last_sequence = mcp_session_events_get_last_sequence (self);

  return n_events <= self->durable - MIN (last_sequence, self->durable) &&
         mcp_subscriber_list_has_room (self->subscribers, n_events);
}

/**
 * mcp_session_events_close:
 * @self: the events of a session
 * @reason: in the subscribers' last event
 *
 * Forgets the events, and closes the queues of all subscribers.
 */
void
mcp_session_events_close (McpSessionEvents *self, const char *reason)
{
  mcp_event_log_clear (self->log);
  mcp_subscriber_list_close (self->subscribers, reason);
}

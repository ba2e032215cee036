/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-session.h"

#include "common/mcp-error.h"
#include "mcp-session-private.h"

G_DEFINE_FINAL_TYPE (McpSession, mcp_session, G_TYPE_OBJECT)

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_SEQUENCE_LOW,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

typedef enum
{
  PROP_N_SUBSCRIBERS = 1,
  PROP_CALLS_IN_FLIGHT,
} McpSessionProp;
static GParamSpec *props[PROP_CALLS_IN_FLIGHT + 1];

static void
forget_events (McpSession *self)
{
  for (guint i = 0; i < MCP_SESSION_KEPT_EVENTS; i++)
    g_clear_pointer (&self->kept[i], mcp_progress_event_unref);
}

static void
mcp_session_finalize (GObject *object)
{
  McpSession *self = MCP_SESSION (object);

  g_free (self->id);
  g_free (self->cwd);
  g_free (self->label);
  g_free (self->ambient_client);
  g_strfreev (self->allowed_tools);
  g_clear_pointer (&self->allowed_specs, g_ptr_array_unref);
  mcp_subscriber_list_free (self->subscribers);
  for (guint i = 0; i < G_N_ELEMENTS (self->counts); i++)
    g_clear_pointer (&self->counts[i], mcp_event_counts_unref);
  forget_events (self);
  g_free (self->close_reason);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (mcp_session_parent_class)->finalize (object);
}

static void
mcp_session_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  McpSession *self = MCP_SESSION (object);

  switch ((McpSessionProp) prop_id)
    {
    case PROP_N_SUBSCRIBERS:
      g_value_set_uint (value, mcp_session_get_n_subscribers (self));
      break;
    case PROP_CALLS_IN_FLIGHT:
      g_value_set_uint (value, self->n_calls);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mcp_session_class_init (McpSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mcp_session_get_property;
  object_class->finalize = mcp_session_finalize;

  /**
   * McpSession:n-subscribers:
   *
   * How many event streams of its own are open.
   */
  props[PROP_N_SUBSCRIBERS] =
      g_param_spec_uint ("n-subscribers", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * McpSession:calls-in-flight:
   *
   * How many tool calls run.
   */
  props[PROP_CALLS_IN_FLIGHT] =
      g_param_spec_uint ("calls-in-flight", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * McpSession::progress:
   * @self: the session
   * @event: the event, already in every subscriber's queue
   *
   * Emitted by mcp_session_publish(), from the main context.
   */
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", MCP_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, MCP_TYPE_PROGRESS_EVENT);

  /* For the persistence: see mcp_session_set_sequence_mark(). */
  signals[SIGNAL_SEQUENCE_LOW] = g_signal_new ("sequence-low", MCP_TYPE_SESSION, G_SIGNAL_RUN_LAST,
                                               0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mcp_session_init (McpSession *self)
{
  self->subscribers = mcp_subscriber_list_new ();
  self->cancellable = g_cancellable_new ();
  self->created_at = g_get_real_time ();
  self->last_active_at = self->created_at;
  self->oldest_kept = 1;
  self->durable_sequence = G_MAXUINT64;
  self->low_sequence = G_MAXUINT64;
  self->max_subscribers = G_MAXUINT;
  self->max_event_bytes = G_MAXSIZE;
  self->max_calls = G_MAXUINT;
  self->max_requests = G_MAXUINT;
  self->max_request_bytes = G_MAXSIZE;
}

/* Makes a session of checked values; @token_hash NULL: nobody holds a token of it. */
McpSession *
mcp_session_new (const char *id,
                 const char *cwd,
                 const char *label,
                 const char *const *allowed_tools,
                 guint idle_seconds,
                 const McpTokenHash *token_hash)
{
  McpSession *self = g_object_new (MCP_TYPE_SESSION, NULL);

  self->id = g_strdup (id);
  self->cwd = g_strdup (cwd);
  self->label = g_strdup (label);
  self->idle_seconds = idle_seconds;
  if (token_hash != NULL)
    mcp_session_set_token_hash (self, token_hash);
  if (allowed_tools != NULL)
    {
      self->allowed_tools = g_strdupv ((char **) allowed_tools);
      self->allowed_specs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_pattern_spec_free);
      for (guint i = 0; allowed_tools[i] != NULL; i++)
        g_ptr_array_add (self->allowed_specs, g_pattern_spec_new (allowed_tools[i]));
    }
  return self;
}

void
mcp_session_set_limits (McpSession *self, const McpLimits *limits)
{
  self->max_subscribers = limits->subscribers_per_session;
  self->max_event_bytes = limits->event_queue_bytes;
  self->max_calls = limits->calls_per_session;
  self->max_requests = limits->requests_per_session;
  self->max_request_bytes = limits->request_bytes_per_session;
}

void
mcp_session_set_token_hash (McpSession *self, const McpTokenHash *token_hash)
{
  self->token_hash = *token_hash;
  self->has_token = TRUE;
}

/* NULL: nobody holds a token. */
const McpTokenHash *
mcp_session_get_token_hash (McpSession *self)
{
  return self->has_token ? &self->token_hash : NULL;
}

/**
 * mcp_session_has_token:
 * @self: a session
 *
 * Returns: whether anybody holds a token of it
 */
gboolean
mcp_session_has_token (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  return self->has_token;
}

/**
 * mcp_session_token_matches:
 * @self: a session
 * @token: what somebody presents; any text
 *
 * Returns: whether it is the session's token; never for a session without one
 */
gboolean
mcp_session_token_matches (McpSession *self, const char *token)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  g_return_val_if_fail (token != NULL, FALSE);
  return self->has_token && mcp_token_matches (&self->token_hash, token);
}

/**
 * mcp_session_allows_tool:
 * @self: a session
 * @exposed_name: a tool's exposed name
 *
 * Returns: whether the session may list and call it
 */
gboolean
mcp_session_allows_tool (McpSession *self, const char *exposed_name)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  g_return_val_if_fail (exposed_name != NULL, FALSE);

  if (self->allowed_specs == NULL)
    return TRUE;
  for (guint i = 0; i < self->allowed_specs->len; i++)
    if (g_pattern_spec_match_string (self->allowed_specs->pdata[i], exposed_name))
      return TRUE;
  return FALSE;
}

/**
 * mcp_session_touch:
 * @self: a session
 *
 * Notes that it is in use now. Main context only.
 */
void
mcp_session_touch (McpSession *self)
{
  g_return_if_fail (MCP_IS_SESSION (self));
  self->last_active_at = g_get_real_time ();
}

/**
 * mcp_session_hold:
 * @self: a session, closed or not
 *
 * Somebody is there who may be silent for long: it does not expire before
 * mcp_session_release(). Main context only.
 */
void
mcp_session_hold (McpSession *self)
{
  g_return_if_fail (MCP_IS_SESSION (self));

  self->n_holds++;
}

/**
 * mcp_session_release:
 * @self: a session, closed or not
 *
 * Ends what mcp_session_hold() began; from now on its idle time runs. Main context only.
 */
void
mcp_session_release (McpSession *self)
{
  g_return_if_fail (MCP_IS_SESSION (self));
  g_return_if_fail (self->n_holds > 0);

  self->n_holds--;
  mcp_session_touch (self);
}

static gboolean
fail_closed (McpSession *self, GError **error)
{
  g_set_error (error, MCP_ERROR, MCP_ERROR_CLOSED, "Session “%s” has ended", self->id);
  return FALSE;
}

/**
 * mcp_session_begin_call:
 * @self: a session
 * @error: return location
 *
 * Counts a tool call in flight, which holds off expiry; mcp_session_end_call() follows exactly
 * once. Main context only.
 *
 * Errors: %MCP_ERROR_CLOSED, %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: whether the call may go on
 */
gboolean
mcp_session_begin_call (McpSession *self, GError **error)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);

  if (self->close_reason != NULL)
    return fail_closed (self, error);
  if (self->n_calls >= self->max_calls)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "%u calls are in flight in this session already; wait for one to end, or raise "
                   "CallsPerSession",
                   self->n_calls);
      return FALSE;
    }
  self->n_calls++;
  mcp_session_touch (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CALLS_IN_FLIGHT]);
  return TRUE;
}

/**
 * mcp_session_end_call:
 * @self: a session, closed or not
 *
 * Ends what mcp_session_begin_call() began. Main context only.
 */
void
mcp_session_end_call (McpSession *self)
{
  g_return_if_fail (MCP_IS_SESSION (self));
  g_return_if_fail (self->n_calls > 0);

  self->n_calls--;
  mcp_session_touch (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CALLS_IN_FLIGHT]);
}

static gsize
get_event_size (gpointer event)
{
  return g_bytes_get_size (mcp_progress_event_get_json (event));
}

static void
drop_oldest (McpSession *self)
{
  McpProgressEvent **slot = &self->kept[self->oldest_kept % MCP_SESSION_KEPT_EVENTS];

  self->n_kept_bytes -= get_event_size (*slot);
  g_clear_pointer (slot, mcp_progress_event_unref);
  self->oldest_kept++;
}

/* For those who come later. */
static void
keep_event (McpSession *self, McpProgressEvent *event)
{
  gsize n_bytes = get_event_size (event);
  guint64 sequence = mcp_progress_event_get_sequence (event);

  while (self->oldest_kept < sequence && (sequence - self->oldest_kept >= MCP_SESSION_KEPT_EVENTS ||
                                          self->n_kept_bytes + n_bytes > self->max_event_bytes))
    drop_oldest (self);
  self->n_kept_bytes += n_bytes;
  self->kept[sequence % MCP_SESSION_KEPT_EVENTS] = mcp_progress_event_ref (event);
}

/* Fills the queue with the kept events after the one given; what is not kept any more was missed.
 */
static void
replay (McpSession *self, McpEventQueue *queue, guint64 after)
{
  guint64 oldest = self->oldest_kept;
  guint64 first;

  /* A number that was never given out: all that is there is new to the subscriber. */
  if (after > self->last_sequence)
    first = oldest;
  else
    first = MAX (after + 1, oldest);
  if (after < first - 1)
    mcp_event_queue_add_missed (queue, first - 1 - after);

  for (guint64 sequence = first; sequence <= self->last_sequence; sequence++)
    mcp_event_queue_push (queue,
                          mcp_progress_event_ref (self->kept[sequence % MCP_SESSION_KEPT_EVENTS]));
}

/**
 * mcp_session_subscribe:
 * @self: a session
 * @kind: who subscribes
 * @after: (nullable): the sequence number of the last event that the subscriber has; %NULL: from
 *   now on
 * @error: return location
 *
 * Adds a subscriber with a queue of %MCP_EVENT_QUEUE_LENGTH events, filled with those
 * kept after @after. Its items are #McpProgressEvent. When the session ends, the queue is
 * closed with the reason. Main context only.
 *
 * Errors: %MCP_ERROR_CLOSED, %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: (transfer full) (nullable): the queue; mcp_session_unsubscribe() ends it
 */
McpEventQueue *
mcp_session_subscribe (McpSession *self,
                       McpSubscriberKind kind,
                       const guint64 *after,
                       GError **error)
{
  gboolean counted = kind == MCP_SUBSCRIBER_STREAM;
  McpEventQueue *queue;

  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);

  if (self->close_reason != NULL)
    {
      fail_closed (self, error);
      return NULL;
    }
  if (counted && mcp_session_get_n_subscribers (self) >= self->max_subscribers)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "%u event streams of this session are open already; close one, or raise "
                   "SubscribersPerSession",
                   mcp_session_get_n_subscribers (self));
      return NULL;
    }

  queue = mcp_event_queue_new (MCP_EVENT_QUEUE_LENGTH, (GDestroyNotify) mcp_progress_event_unref);
  mcp_event_queue_limit_bytes (queue, self->max_event_bytes, get_event_size);
  mcp_event_queue_set_counts (queue, self->counts[kind]);
  if (after != NULL)
    replay (self, queue, *after);
  mcp_subscriber_list_add (self->subscribers, queue, counted);
  if (counted)
    {
      mcp_session_touch (self);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SUBSCRIBERS]);
    }
  return queue;
}

/**
 * mcp_session_unsubscribe:
 * @self: a session, closed or not
 * @queue: of a subscriber; one that is none any more is passed over
 *
 * What the queue holds stays, and it is not closed. Main context only.
 */
void
mcp_session_unsubscribe (McpSession *self, McpEventQueue *queue)
{
  guint n_before;

  g_return_if_fail (MCP_IS_SESSION (self));
  g_return_if_fail (queue != NULL);

  n_before = mcp_session_get_n_subscribers (self);
  mcp_subscriber_list_remove (self->subscribers, queue);
  if (mcp_session_get_n_subscribers (self) == n_before)
    return;

  mcp_session_touch (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SUBSCRIBERS]);
}

/**
 * mcp_session_publish:
 * @self: a session
 * @fields: what happened; numbers finite
 *
 * Gives an event the next sequence number, keeps it, and pushes it to every
 * subscriber; then #McpSession::progress and #McpSessionStore::progress are
 * emitted. Without a subscriber it is kept all the same. A queue's notify must not publish.
 * Main context only.
 *
 * Returns: %FALSE where the session has ended
 */
gboolean
mcp_session_publish (McpSession *self, const McpProgressFields *fields)
{
  g_autoptr (McpSession) keep_self = NULL;
  g_autoptr (McpProgressEvent) event = NULL;
  gint64 now_us;

  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  g_return_val_if_fail (fields != NULL, FALSE);

  if (self->is_silent)
    return FALSE;

  now_us = g_get_real_time ();
  event = mcp_progress_event_new (fields, self->id, self->last_sequence + 1, now_us);
  g_return_val_if_fail (event != NULL, FALSE);
  self->last_active_at = now_us;
  self->last_sequence++;

  keep_event (self, event);

  /* Whoever is told may end the session, or let go of it. */
  keep_self = g_object_ref (self);
  mcp_subscriber_list_push (self->subscribers, event);
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, event);
  if (self->last_sequence >= self->low_sequence)
    {
      self->low_sequence = G_MAXUINT64;
      g_signal_emit (self, signals[SIGNAL_SEQUENCE_LOW], 0);
    }
  return TRUE;
}

/**
 * mcp_session_has_room:
 * @self: a session
 * @n_events: how many are to be published; more than a queue holds count as all it holds
 *
 * Whether every subscriber that keeps up can take so many more events. Who publishes
 * many at once asks, and lets the readers run meanwhile; those that lag already are not
 * waited for. Main context only.
 *
 * Returns: whether publishing them would make nobody lag anew
 */
gboolean
mcp_session_has_room (McpSession *self, guint n_events)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), TRUE);

  /* nor does an array run ahead of the numbers that are promised on the disk */
  return n_events <= self->durable_sequence - MIN (self->last_sequence, self->durable_sequence) &&
         mcp_subscriber_list_has_room (self->subscribers, n_events);
}

/* Whether nothing has used the session for its idle time, and nothing does. */
gboolean
mcp_session_is_expired (McpSession *self, gint64 now_real_us)
{
  return self->idle_seconds > 0 && self->n_calls == 0 && self->n_holds == 0 &&
         mcp_session_get_n_subscribers (self) == 0 &&
         now_real_us - self->last_active_at >= (gint64) self->idle_seconds * G_USEC_PER_SEC;
}

/* Ends it for everybody who holds on to it; from then on it has no subscribers. */
void
mcp_session_close (McpSession *self, const char *reason)
{
  guint n_streams = mcp_session_get_n_subscribers (self);

  if (self->close_reason != NULL)
    return;

  self->close_reason = g_strdup (reason);
  /* Calls say their end to the watchers before those hear of the session's. */
  g_cancellable_cancel (self->cancellable);
  self->is_silent = TRUE;
  forget_events (self);
  mcp_subscriber_list_close (self->subscribers, reason);
  if (n_streams > 0)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SUBSCRIBERS]);
}

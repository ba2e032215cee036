/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-session.h"

#include "common/mcp-error.h"
#include "session/session/mcp-session-events.h"
#include "session/session/mcp-session-expiry.h"
#include "session/session/mcp-session-inner.h"
#include "session/session/mcp-session-lifetime.h"
#include "session/session/mcp-session-quota.h"
#include "session/session/mcp-tool-globs.h"

struct _McpSession
{
  GObject parent_instance;

  char *id;
  char *cwd;
  char *label;                 /* (nullable) */
  char *ambient_client;        /* (nullable): the client whose ambient session this is */
  McpToolGlobs *allowed_tools; /* (owned) (nullable): %NULL allows every tool */
  gboolean is_client_made;
  gint64 created_at; /* us since 1970 UTC */
  const McpSessionFuncs *funcs;
  gpointer store;       /* (unowned): for @funcs */
  gboolean is_use_told; /* to the store, since it was noted */
  gboolean has_token;
  McpTokenHash token_hash;

  McpSessionExpiry expiry;
  McpSessionQuota quota;
  McpSessionEvents *events; /* (owned) */

  char *close_reason; /* (nullable): %NULL while the session is open */
  gboolean is_silent; /* closed, and the last events of its calls are published */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (McpSession, mcp_session, G_TYPE_OBJECT)

typedef enum
{
  PROP_N_SUBSCRIBERS = 1,
  PROP_CALLS_IN_FLIGHT,
  PROP_LABEL,
  PROP_ALLOWED_TOOLS,
} McpSessionProp;
static GParamSpec *props[PROP_ALLOWED_TOOLS + 1];

static void
mcp_session_finalize (GObject *object)
{
  McpSession *self = MCP_SESSION (object);

  g_free (self->id);
  g_free (self->cwd);
  g_free (self->label);
  g_free (self->ambient_client);
  g_clear_pointer (&self->allowed_tools, mcp_tool_globs_free);
  mcp_session_events_free (self->events);
  mcp_session_expiry_clear (&self->expiry);
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
      g_value_set_uint (value, self->quota.n_calls);
      break;
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;
    case PROP_ALLOWED_TOOLS:
      g_value_set_boxed (value, mcp_session_get_allowed_tools (self));
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

  /**
   * McpSession:label:
   *
   * A text for people.
   */
  props[PROP_LABEL] =
      g_param_spec_string ("label", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * McpSession:allowed-tools:
   *
   * Globs over exposed names of tools; %NULL allows all.
   */
  props[PROP_ALLOWED_TOOLS] =
      g_param_spec_boxed ("allowed-tools", NULL, NULL, G_TYPE_STRV,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

/* Of a session that no store has. */
static void
ignore_event (McpSession *session, McpProgressEvent *event, gpointer store)
{
}

static void
ignore (McpSession *session, gpointer store)
{
}

static const McpSessionFuncs no_store = { ignore_event, ignore, ignore, ignore };

/**
 * mcp_session_set_store:
 * @self: the session
 * @funcs: (nullable): what the store is told; %NULL: the session leaves its store
 * @store: (unowned) (nullable): for @funcs
 */
void
mcp_session_set_store (McpSession *self, const McpSessionFuncs *funcs, gpointer store)
{
  self->funcs = funcs != NULL ? funcs : &no_store;
  self->store = store;
}

static void
tell_use (McpSession *self)
{
  if (self->is_use_told)
    return;
  self->is_use_told = TRUE;
  self->funcs->used (self, self->store);
}

static void
mcp_session_init (McpSession *self)
{
  self->funcs = &no_store;
  self->events = mcp_session_events_new ();
  self->cancellable = g_cancellable_new ();
  self->created_at = g_get_real_time ();
  mcp_session_expiry_touch (&self->expiry, self->created_at);
  mcp_session_quota_init (&self->quota);
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
  self->expiry.idle_seconds = idle_seconds;
  if (token_hash != NULL)
    mcp_session_set_token_hash (self, token_hash);
  if (allowed_tools != NULL)
    self->allowed_tools = mcp_tool_globs_new (allowed_tools);
  return self;
}

void
mcp_session_set_limits (McpSession *self, const McpLimits *limits)
{
  mcp_session_events_set_limits (self->events, limits);
  mcp_session_quota_set_limits (&self->quota, limits);
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
 * mcp_session_get_id:
 * @self: a session
 *
 * Returns: (transfer none): a UUID, version 4
 */
const char *
mcp_session_get_id (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->id;
}

/**
 * mcp_session_get_cwd:
 * @self: a session
 *
 * Returns: (transfer none): its working directory, absolute, in UTF-8
 */
const char *
mcp_session_get_cwd (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->cwd;
}

/**
 * mcp_session_get_label:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): a text for people
 */
const char *
mcp_session_get_label (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->label;
}

/**
 * mcp_session_get_ambient_client:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): the MCP client whose ambient session it is, as it calls
 * itself
 */
const char *
mcp_session_get_ambient_client (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->ambient_client;
}

/**
 * mcp_session_get_created_at:
 * @self: a session
 *
 * Returns: when it was made, in microseconds since 1970 UTC
 */
gint64
mcp_session_get_created_at (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return self->created_at;
}

/**
 * mcp_session_get_last_active_at:
 * @self: a session
 *
 * Returns: when it was last used, in microseconds since 1970 UTC
 */
gint64
mcp_session_get_last_active_at (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return self->expiry.last_active_at;
}

/**
 * mcp_session_is_used:
 * @self: a session
 *
 * Returns: whether anybody has used the session since it was made
 */
gboolean
mcp_session_is_used (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  return self->expiry.last_active_at > self->created_at || self->expiry.n_holds > 0;
}

/**
 * mcp_session_get_allowed_tools:
 * @self: a session
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): globs over exposed
 *   names; %NULL allows everything, an empty list nothing
 */
const char *const *
mcp_session_get_allowed_tools (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->allowed_tools != NULL ? mcp_tool_globs_get_strings (self->allowed_tools) : NULL;
}

/**
 * mcp_session_get_idle_seconds:
 * @self: a session
 *
 * Returns: after how long without use it ends; 0: never
 */
guint
mcp_session_get_idle_seconds (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return self->expiry.idle_seconds;
}

/**
 * mcp_session_get_n_subscribers:
 * @self: a session
 *
 * Returns: how many event streams of its own are open
 */
guint
mcp_session_get_n_subscribers (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return mcp_session_events_get_n_streams (self->events);
}

/**
 * mcp_session_get_calls_in_flight:
 * @self: a session
 *
 * Returns: how many tool calls run
 */
guint
mcp_session_get_calls_in_flight (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return self->quota.n_calls;
}

/**
 * mcp_session_is_client_made:
 * @self: a session
 *
 * Returns: whether it was made for an MCP client that asked for none
 */
gboolean
mcp_session_is_client_made (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  return self->is_client_made;
}

/**
 * mcp_session_is_closed:
 * @self: a session
 *
 * Returns: whether it has ended
 */
gboolean
mcp_session_is_closed (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), TRUE);
  return self->close_reason != NULL;
}

/**
 * mcp_session_get_cancellable:
 * @self: a session
 *
 * Its handlers may still publish: what they say are the session's last events.
 *
 * Returns: (transfer none): cancelled when the session ends
 */
GCancellable *
mcp_session_get_cancellable (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->cancellable;
}

void
mcp_session_set_label (McpSession *self, const char *label)
{
  if (g_strcmp0 (self->label, label) == 0)
    return;
  g_free (self->label);
  self->label = g_strdup (label);
  self->funcs->changed (self, self->store);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LABEL]);
}

static gboolean
are_equal (const char *const *a, const char *const *b)
{
  return a == b || (a != NULL && b != NULL && g_strv_equal (a, b));
}

void
mcp_session_set_allowed_tools (McpSession *self, const char *const *allowed_tools)
{
  if (are_equal (mcp_session_get_allowed_tools (self), allowed_tools))
    return;
  g_clear_pointer (&self->allowed_tools, mcp_tool_globs_free);
  if (allowed_tools != NULL)
    self->allowed_tools = mcp_tool_globs_new (allowed_tools);
  self->funcs->changed (self, self->store);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ALLOWED_TOOLS]);
}

void
mcp_session_set_client_made (McpSession *self, const char *ambient_client)
{
  self->is_client_made = TRUE;
  self->ambient_client = g_strdup (ambient_client);
}

/* For a session of an earlier daemon. */
void
mcp_session_restore_past (McpSession *self,
                          gint64 created_at,
                          gint64 last_active_at,
                          guint64 last_sequence)
{
  self->created_at = created_at;
  mcp_session_expiry_touch (&self->expiry, last_active_at);
  mcp_session_events_start_after (self->events, last_sequence);
}

guint64
mcp_session_get_last_sequence (McpSession *self)
{
  return mcp_session_events_get_last_sequence (self->events);
}

/*
 * Up to @durable, no number comes twice, whatever happens to the daemon; from @low on,
 * the store is asked for more, once.
 */
void
mcp_session_set_sequence_mark (McpSession *self, guint64 durable, guint64 low)
{
  mcp_session_events_set_mark (self->events, durable, low);
}

/* The session ends soon after the processes that use it. */
void
mcp_session_follow_processes (McpSession *self)
{
  mcp_session_expiry_follow_processes (&self->expiry);
}

/* NULL: the session does not end with any process. */
McpSessionProcesses *
mcp_session_get_processes (McpSession *self)
{
  return self->expiry.processes;
}

/* The events that the session keeps are charged to the budget of all sessions. */
void
mcp_session_set_budget (McpSession *self, McpEventBudget *budget)
{
  mcp_session_events_set_budget (self->events, budget);
}

/* Subscribers that come from now on are counted there: one entry for each kind of subscriber. */
void
mcp_session_set_counts (McpSession *self, McpEventCounts *const *counts)
{
  mcp_session_events_set_counts (self->events, counts);
}

/**
 * mcp_session_get_n_pending:
 * @self: a session
 * @kind: of subscribers
 *
 * Returns: how many events wait for its subscribers of that kind, all together
 */
guint
mcp_session_get_n_pending (McpSession *self, McpSubscriberKind kind)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return mcp_session_events_get_n_pending (self->events, kind);
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

  return self->allowed_tools == NULL || mcp_tool_globs_match (self->allowed_tools, exposed_name);
}

/**
 * mcp_session_touch:
 * @self: a session
 *
 * Notes that the session is used now. Main context only.
 */
void
mcp_session_touch (McpSession *self)
{
  g_return_if_fail (MCP_IS_SESSION (self));
  mcp_session_expiry_touch (&self->expiry, g_get_real_time ());
  tell_use (self);
}

/* For the persistence, which has noted when the session was last used. */
void
mcp_session_note_use (McpSession *self)
{
  self->is_use_told = FALSE;
}

/**
 * mcp_session_hold:
 * @self: a session, closed or not
 *
 * Keeps the session from ending by itself until mcp_session_release(), for a client that is
 * connected but may be silent for long. Main context only.
 */
void
mcp_session_hold (McpSession *self)
{
  g_return_if_fail (MCP_IS_SESSION (self));

  mcp_session_expiry_hold (&self->expiry);
}

/**
 * mcp_session_release:
 * @self: a session, closed or not
 *
 * Ends what mcp_session_hold() began; the idle time starts now. Main context only.
 */
void
mcp_session_release (McpSession *self)
{
  g_return_if_fail (MCP_IS_SESSION (self));

  mcp_session_expiry_release (&self->expiry, g_get_real_time ());
  tell_use (self);
}

/**
 * mcp_session_ends_with_processes:
 * @self: a session
 *
 * Returns: whether the session ends soon after the processes that use it, so that
 *   mcp_session_note_process() wants to know of them
 */
gboolean
mcp_session_ends_with_processes (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  return self->expiry.processes != NULL;
}

/**
 * mcp_session_note_process:
 * @self: a session that mcp_session_ends_with_processes()
 * @pid: the process that uses the session now; 0: not known
 * @has_stream: whether it holds a stream open
 *
 * Main context only.
 */
void
mcp_session_note_process (McpSession *self, pid_t pid, gboolean has_stream)
{
  g_return_if_fail (MCP_IS_SESSION (self));
  g_return_if_fail (self->expiry.processes != NULL);

  mcp_session_processes_note (self->expiry.processes, pid, has_stream);
}

/**
 * mcp_session_is_used_by:
 * @self: a session that mcp_session_ends_with_processes()
 * @pid: a process that runs
 *
 * Returns: whether that process has used the session
 */
gboolean
mcp_session_is_used_by (McpSession *self, pid_t pid)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  g_return_val_if_fail (self->expiry.processes != NULL, FALSE);

  return mcp_session_processes_has (self->expiry.processes, pid);
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
  if (!mcp_session_quota_take_call (&self->quota, error))
    return FALSE;
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

  mcp_session_quota_return_call (&self->quota);
  mcp_session_touch (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CALLS_IN_FLIGHT]);
}

/**
 * mcp_session_begin_request:
 * @self: a session
 * @n_bytes: length of the request's text
 * @error: return location
 *
 * Charges the session for a request of one of its MCP clients, until the request is answered:
 * mcp_session_end_request() follows exactly once. A request that is alone may have any length.
 * Main context only.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: whether the request is accepted
 */
gboolean
mcp_session_begin_request (McpSession *self, gsize n_bytes, GError **error)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  return mcp_session_quota_take_request (&self->quota, n_bytes, error);
}

/**
 * mcp_session_end_request:
 * @self: a session, closed or not
 * @n_bytes: the same length as the request began with
 *
 * Ends what mcp_session_begin_request() began. Main context only.
 */
void
mcp_session_end_request (McpSession *self, gsize n_bytes)
{
  g_return_if_fail (MCP_IS_SESSION (self));
  mcp_session_quota_return_request (&self->quota, n_bytes);
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
  McpEventQueue *queue;

  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);

  if (self->close_reason != NULL)
    {
      fail_closed (self, error);
      return NULL;
    }
  queue = mcp_session_events_subscribe (self->events, kind, after, error);
  if (queue != NULL && kind == MCP_SUBSCRIBER_STREAM)
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
  g_return_if_fail (MCP_IS_SESSION (self));
  g_return_if_fail (queue != NULL);

  if (!mcp_session_events_unsubscribe (self->events, queue))
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
 * subscriber; then #McpSessionStore::progress is emitted. Without a subscriber it is kept all the
 * same. A queue's notify must not publish. Main context only.
 *
 * Returns: %FALSE where the session has ended
 */
gboolean
mcp_session_publish (McpSession *self, const McpProgressFields *fields)
{
  g_autoptr (McpSession) keep_self = NULL;
  g_autoptr (McpProgressEvent) event = NULL;
  guint64 sequence;
  gint64 now_us;

  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  g_return_val_if_fail (fields != NULL, FALSE);

  if (self->is_silent)
    return FALSE;

  now_us = g_get_real_time ();
  sequence = mcp_session_events_get_last_sequence (self->events) + 1;
  event = mcp_progress_event_new (fields, self->id, sequence, now_us);
  g_return_val_if_fail (event != NULL, FALSE);
  mcp_session_expiry_touch (&self->expiry, now_us);
  /* A handler may end the session, or drop the last reference. */
  keep_self = g_object_ref (self);
  tell_use (self);
  mcp_session_events_push (self->events, event);
  self->funcs->progress (self, event, self->store);
  if (mcp_session_events_is_mark_low (self->events))
    self->funcs->sequence_low (self, self->store);
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
 * Returns: whether no subscriber that keeps up would lose one of the events
 */
gboolean
mcp_session_has_room (McpSession *self, guint n_events)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), TRUE);
  return mcp_session_events_has_room (self->events, n_events);
}

/* Whether the session is to end by itself now; mcp-session-expiry.c decides on its idle time. */
gboolean
mcp_session_is_expired (McpSession *self, gint64 now_real_us)
{
  if (mcp_session_get_n_subscribers (self) > 0)
    return FALSE;
  return mcp_session_expiry_is_abandoned (&self->expiry, now_real_us) ||
         (self->quota.n_calls == 0 && mcp_session_expiry_is_due (&self->expiry, now_real_us));
}

/**
 * mcp_session_get_wait:
 * @self: a session
 * @now_real_us: in microseconds since 1970 UTC
 *
 * Returns: after how many seconds it is worth asking the store whether the session has expired; 0:
 *   it does not end by itself
 */
guint
mcp_session_get_wait (McpSession *self, gint64 now_real_us)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return mcp_session_expiry_get_wait (&self->expiry, now_real_us);
}

/* Closes the session for everybody who still has a reference; it has no subscribers afterwards. */
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
  mcp_session_events_close (self->events, reason);
  if (n_streams > 0)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SUBSCRIBERS]);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-store.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"
#include "common/mcp-names.h"
#include "common/mcp-text-clean.h"
#include "session/session/mcp-session-inner.h"
#include "session/store/mcp-cwd.h"
#include "session/store/mcp-session-admission.h"
#include "session/store/mcp-session-by-token.h"
#include "session/store/mcp-session-shares.h"
#include "session/store/mcp-session-table.h"

#include <string.h>

#define DEFAULT_IDLE_SECONDS (24 * 60 * 60)

/* Of a label that is made from a client's name. */
#define MAX_NAME_CHARACTERS 50
/* So many sessions of one name get a number each. */
#define MAX_NUMBERED        100

struct _McpSessionStore
{
  GObject parent_instance;

  McpLimits limits; /* of each session */
  guint idle_seconds;
  McpSessionAdmission admission;
  McpSessionTable *table;                         /* (owned) */
  McpSessionShares *shares;                       /* (owned): of the same sessions */
  McpCwdFinder *cwd_finder;                       /* (owned) */
  McpEventCounts *counts[MCP_N_SUBSCRIBER_KINDS]; /* (owned) */
  McpEventBudget *budget;                         /* (owned): of the events that they keep */
  guint64 n_events;                               /* of all sessions, since the daemon's start */
  McpSessionDb *db;                               /* (owned) (nullable): where they are kept */
};

G_DEFINE_FINAL_TYPE (McpSessionStore, mcp_session_store, G_TYPE_OBJECT)

typedef enum
{
  PROP_N_SESSIONS = 1,
} McpSessionStoreProp;
static GParamSpec *props[PROP_N_SESSIONS + 1];

enum
{
  SIGNAL_SESSION_ADDED,
  SIGNAL_SESSION_REMOVED,
  SIGNAL_TOKEN_CHANGED,
  SIGNAL_PROGRESS,
  SIGNAL_SESSION_USED,
  SIGNAL_SEQUENCE_LOW,
  SIGNAL_SESSION_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
mcp_session_store_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  McpSessionStore *self = MCP_SESSION_STORE (object);

  switch ((McpSessionStoreProp) prop_id)
    {
    case PROP_N_SESSIONS:
      g_value_set_uint (value, mcp_session_store_get_n_sessions (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
forward_progress (McpSession *session, McpProgressEvent *event, gpointer store)
{
  McpSessionStore *self = store;

  self->n_events++;
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, session, event);
}

static void
forward_used (McpSession *session, gpointer store)
{
  g_signal_emit (store, signals[SIGNAL_SESSION_USED], 0, session);
}

static void
forward_sequence_low (McpSession *session, gpointer store)
{
  g_signal_emit (store, signals[SIGNAL_SEQUENCE_LOW], 0, session);
}

static void
forward_changed (McpSession *session, gpointer store)
{
  g_signal_emit (store, signals[SIGNAL_SESSION_CHANGED], 0, session);
}

static const McpSessionFuncs session_funcs = {
  .progress = forward_progress,
  .used = forward_used,
  .sequence_low = forward_sequence_low,
  .changed = forward_changed,
};

/* Closes the sessions that are left without telling anybody: call
 * mcp_session_store_close_all() first where their streams are to get a last event. */
static void
mcp_session_store_dispose (GObject *object)
{
  McpSessionStore *self = MCP_SESSION_STORE (object);
  g_autoptr (GPtrArray) list = mcp_session_store_list (self);

  g_clear_object (&self->db);
  mcp_session_table_remove_all (self->table);
  for (guint i = 0; i < list->len; i++)
    {
      mcp_session_set_store (list->pdata[i], NULL, NULL);
      mcp_session_close (list->pdata[i], MCP_REASON_SHUTDOWN);
    }

  G_OBJECT_CLASS (mcp_session_store_parent_class)->dispose (object);
}

static void
mcp_session_store_finalize (GObject *object)
{
  McpSessionStore *self = MCP_SESSION_STORE (object);

  mcp_session_table_free (self->table);
  mcp_session_shares_free (self->shares);
  mcp_cwd_finder_unref (self->cwd_finder);
  mcp_event_budget_unref (self->budget);
  for (guint i = 0; i < G_N_ELEMENTS (self->counts); i++)
    mcp_event_counts_unref (self->counts[i]);

  G_OBJECT_CLASS (mcp_session_store_parent_class)->finalize (object);
}

/* The general one takes four times as long, and events are frequent. */
static void
marshal_progress (GClosure *closure,
                  GValue *return_value,
                  guint n_values,
                  const GValue *values,
                  gpointer hint,
                  gpointer marshal_data)
{
  typedef void (*Handler) (gpointer first, gpointer session, gpointer event, gpointer last);
  GCClosure *c_closure = (GCClosure *) closure;
  gpointer store = g_value_peek_pointer (&values[0]);
  gboolean is_swapped = G_CCLOSURE_SWAP_DATA (closure);
  Handler handler = (Handler) (marshal_data != NULL ? marshal_data : c_closure->callback);

  g_return_if_fail (n_values == 3);

  handler (is_swapped ? closure->data : store, g_value_peek_pointer (&values[1]),
           g_value_peek_pointer (&values[2]), is_swapped ? store : closure->data);
}

static guint
new_signal (const char *name, guint n_params, GType second)
{
  return g_signal_new (name, MCP_TYPE_SESSION_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, n_params, MCP_TYPE_SESSION, second);
}

static void
install_signals (void)
{
  /**
   * McpSessionStore::session-added:
   * @self: the store
   * @session: the new session, already found by its id
   *
   * Emitted from the main context.
   */
  signals[SIGNAL_SESSION_ADDED] = new_signal ("session-added", 1, G_TYPE_INVALID);

  /**
   * McpSessionStore::session-removed:
   * @self: the store
   * @session: the session, closed, no longer found by its id
   * @reason: why it ended
   *
   * Emitted from the main context. A handler may close further sessions.
   */
  signals[SIGNAL_SESSION_REMOVED] = new_signal ("session-removed", 2, G_TYPE_STRING);

  /**
   * McpSessionStore::token-changed:
   * @self: the store
   * @session: the session, which has its new token
   *
   * Emitted from the main context.
   */
  signals[SIGNAL_TOKEN_CHANGED] = new_signal ("token-changed", 1, G_TYPE_INVALID);

  /**
   * McpSessionStore::progress:
   * @self: the store
   * @session: the session
   * @event: the event, already in every subscriber's queue
   *
   * Emitted from the main context for each event of each session.
   */
  signals[SIGNAL_PROGRESS] = g_signal_new (
      "progress", MCP_TYPE_SESSION_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, marshal_progress,
      G_TYPE_NONE, 2, MCP_TYPE_SESSION, MCP_TYPE_PROGRESS_EVENT | G_SIGNAL_TYPE_STATIC_SCOPE);
}

/* What a store on disk has to keep up with. */
static void
install_signals_of_change (void)
{
  /**
   * McpSessionStore::session-used:
   * @self: the store
   * @session: the session
   *
   * For the persistence: the first use since mcp_session_note_use().
   */
  signals[SIGNAL_SESSION_USED] = new_signal ("session-used", 1, G_TYPE_INVALID);

  /**
   * McpSessionStore::sequence-low:
   * @self: the store
   * @session: the session
   *
   * For the persistence: see mcp_session_set_sequence_mark().
   */
  signals[SIGNAL_SEQUENCE_LOW] = new_signal ("sequence-low", 1, G_TYPE_INVALID);

  /**
   * McpSessionStore::session-changed:
   * @self: the store
   * @session: the session, with another label or other allowed tools
   *
   * Emitted from the main context.
   */
  signals[SIGNAL_SESSION_CHANGED] = new_signal ("session-changed", 1, G_TYPE_INVALID);
}

static void
mcp_session_store_class_init (McpSessionStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mcp_session_store_get_property;
  object_class->dispose = mcp_session_store_dispose;
  object_class->finalize = mcp_session_store_finalize;

  /**
   * McpSessionStore:n-sessions:
   *
   * How many sessions there are.
   */
  props[PROP_N_SESSIONS] = g_param_spec_uint ("n-sessions", NULL, NULL, 0, G_MAXUINT, 0,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  install_signals ();
  install_signals_of_change ();
}

static void
mcp_session_store_init (McpSessionStore *self)
{
  self->idle_seconds = DEFAULT_IDLE_SECONDS;
  self->table = mcp_session_table_new ();
  self->shares = mcp_session_shares_new ();
  self->cwd_finder = mcp_cwd_finder_new ();
  self->budget = mcp_event_budget_new ();
  for (guint i = 0; i < G_N_ELEMENTS (self->counts); i++)
    self->counts[i] = mcp_event_counts_new ();
}

/**
 * mcp_session_store_new:
 * @limits: copied
 *
 * All functions of a store, and its signals, belong to the main context.
 *
 * Returns: (transfer full): an empty store
 */
McpSessionStore *
mcp_session_store_new (const McpLimits *limits)
{
  McpSessionStore *self;

  g_return_val_if_fail (limits != NULL, NULL);

  self = g_object_new (MCP_TYPE_SESSION_STORE, NULL);
  mcp_session_store_set_limits (self, limits);
  return self;
}

/**
 * mcp_session_store_set_limits:
 * @self: the store
 * @limits: copied
 *
 * Changes what may be added from now on; what is there already stays.
 */
void
mcp_session_store_set_limits (McpSessionStore *self, const McpLimits *limits)
{
  g_autoptr (GPtrArray) list = NULL;

  g_return_if_fail (MCP_IS_SESSION_STORE (self));
  g_return_if_fail (limits != NULL);

  self->limits = *limits;
  mcp_session_admission_set_limits (&self->admission, limits);
  mcp_event_budget_set_max_bytes (self->budget, limits->kept_event_bytes);
  list = mcp_session_table_list (self->table);
  for (guint i = 0; i < list->len; i++)
    mcp_session_set_limits (list->pdata[i], limits);
}

/**
 * mcp_session_store_set_idle_seconds:
 * @self: the store
 * @idle_seconds: 0: never
 *
 * After how long without use a session ends that is made from now on and says nothing itself.
 */
void
mcp_session_store_set_idle_seconds (McpSessionStore *self, guint idle_seconds)
{
  g_return_if_fail (MCP_IS_SESSION_STORE (self));
  self->idle_seconds = idle_seconds;
}

/* Adds a session, and tells everybody. */
static void
add_session (McpSessionStore *self, McpSession *session, pid_t creator)
{
  mcp_session_set_limits (session, &self->limits);
  mcp_session_set_budget (session, self->budget);
  mcp_session_set_counts (session, self->counts);
  mcp_session_set_store (session, &session_funcs, self);
  mcp_session_table_add (self->table, session);
  mcp_session_shares_add (self->shares, session, creator);

  /* In this order a session that a handler ends at once is never told as added after its end. */
  g_signal_emit (self, signals[SIGNAL_SESSION_ADDED], 0, session);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SESSIONS]);
}

/* The store is complete again before any handler is called. */
static void
remove_session (McpSessionStore *self, McpSession *session, const char *reason)
{
  g_autoptr (McpSession) keep = g_object_ref (session);
  g_autoptr (McpSessionStore) keep_self = g_object_ref (self);

  mcp_session_table_remove (self->table, session);
  mcp_session_shares_remove (self->shares, session);
  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .session = mcp_session_get_id (session) },
           "session %s ends: %s", mcp_session_get_id (session), reason);
  mcp_session_close (session, reason);
  mcp_session_set_store (session, NULL, NULL);

  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SESSIONS]);
  g_signal_emit (self, signals[SIGNAL_SESSION_REMOVED], 0, session, reason);
}

/**
 * mcp_session_store_get_cwd_finder:
 * @self: the store
 *
 * Returns: (transfer none): finds the directories that sessions are made for
 */
McpCwdFinder *
mcp_session_store_get_cwd_finder (McpSessionStore *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  return self->cwd_finder;
}

static char *
tidy_cwd (const char *wanted, GError **error)
{
  g_autofree char *cwd = mcp_cwd_choose (wanted, NULL, error);

  return cwd != NULL ? mcp_cwd_tidy (cwd) : NULL;
}

/* Where there are as many sessions as there may be, one that nobody has used ends: a program that
 * makes sessions in a loop must not lock out the others. */
static void
make_room (McpSessionStore *self)
{
  McpSession *unused;

  if (mcp_session_table_get_size (self->table) < self->limits.sessions)
    return;
  unused = mcp_session_shares_find_unused (self->shares, g_get_real_time ());
  if (unused != NULL)
    remove_session (self, unused, MCP_REASON_EXPIRED);
}

/**
 * mcp_session_store_create:
 * @self: the store
 * @params: the properties of the session
 * @token: (out) (optional) (nullable) (transfer full): its token, which cannot be asked for again;
 * %NULL where
 *   @params asks for none
 * @error: return location
 *
 * Makes a session; #McpSessionStore::session-added has been emitted when this returns. Does not
 * look at the file system: the finder of the store has found the session's directory.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, %MCP_ERROR_LIMIT_EXCEEDED, %MCP_ERROR_CLOSED where a
 * handler ended it, #GIOErrorEnum where the kernel gives no random bytes.
 *
 * Returns: (transfer none) (nullable): the session
 */
McpSession *
mcp_session_store_create (McpSessionStore *self,
                          const McpSessionParams *params,
                          char **token,
                          GError **error)
{
  g_autoptr (McpSession) session = NULL;
  g_autofree char *cwd = NULL;
  g_autofree char *secret = NULL;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (params != NULL, NULL);

  if (token != NULL)
    *token = NULL;
  if (!mcp_session_params_check (params, error))
    return NULL;
  cwd = tidy_cwd (params->cwd, error);
  if (cwd == NULL)
    return NULL;
  make_room (self);
  if (!mcp_session_admission_take (&self->admission, mcp_session_table_get_size (self->table),
                                   error))
    return NULL;
  session = mcp_session_params_make_session (params, cwd, self->idle_seconds, &secret, error);
  if (session == NULL)
    return NULL;

  if (params->ends_with_processes)
    {
      mcp_session_follow_processes (session);
      mcp_session_note_process (session, params->creator, FALSE);
    }
  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .session = mcp_session_get_id (session) },
           "session %s begins", mcp_session_get_id (session));
  add_session (self, session, params->creator);
  if (mcp_session_is_closed (session))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_CLOSED, "The session was ended at once");
      return NULL;
    }
  if (token != NULL)
    *token = g_steal_pointer (&secret);
  return session;
}

/**
 * mcp_session_store_lookup:
 * @self: the store
 * @session_id: any text
 *
 * Returns: (transfer none) (nullable): the session of that id, or %NULL
 */
McpSession *
mcp_session_store_lookup (McpSessionStore *self, const char *session_id)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (session_id != NULL, NULL);
  return mcp_session_table_lookup (self->table, session_id);
}

/**
 * mcp_session_store_authenticate:
 * @self: the store
 * @session_id: any text
 * @token: any text
 * @error: return location
 *
 * Errors: %MCP_ERROR_AUTHENTICATION_FAILED, alike for an unknown session and a wrong token.
 *
 * Returns: (transfer none) (nullable): the session of that id, if the token is its own
 */
McpSession *
mcp_session_store_authenticate (McpSessionStore *self,
                                const char *session_id,
                                const char *token,
                                GError **error)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (session_id != NULL && token != NULL, NULL);
  return mcp_session_table_authenticate (self->table, session_id, token, error);
}

/**
 * mcp_session_store_find_by_token:
 * @self: the store
 * @token: any text
 *
 * Returns: (transfer none) (nullable): the session whose token it is
 */
McpSession *
mcp_session_store_find_by_token (McpSessionStore *self, const char *token)
{
  McpTokenHash token_hash;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (token != NULL, NULL);
  mcp_token_hash (token, &token_hash);
  return mcp_session_table_find_by_token_hash (self->table, &token_hash);
}

/**
 * mcp_session_store_find_by_token_hash:
 * @self: the store
 * @token_hash: of any text, by mcp_token_hash()
 *
 * Returns: (transfer none) (nullable): the session whose token it is
 */
McpSession *
mcp_session_store_find_by_token_hash (McpSessionStore *self, const McpTokenHash *token_hash)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (token_hash != NULL, NULL);
  return mcp_session_table_find_by_token_hash (self->table, token_hash);
}

/**
 * mcp_session_store_rotate_token:
 * @self: the store
 * @session: one of its sessions, with or without a token
 * @error: return location
 *
 * Gives a session a new token; the old one ends at once.
 *
 * Errors: %MCP_ERROR_CLOSED, #GIOErrorEnum where the kernel gives no random bytes; the old
 * token stays then.
 *
 * Returns: (transfer full) (nullable): the new token
 */
char *
mcp_session_store_rotate_token (McpSessionStore *self, McpSession *session, GError **error)
{
  char *token;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (MCP_IS_SESSION (session), NULL);

  if (mcp_session_is_closed (session))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_CLOSED, "The session has ended");
      return NULL;
    }
  token = mcp_session_table_renew_token (self->table, session, error);
  if (token == NULL)
    return NULL;
  mcp_session_touch (session);
  g_signal_emit (self, signals[SIGNAL_TOKEN_CHANGED], 0, session);
  return token;
}

static gboolean
has_label (GPtrArray *sessions, McpSession *except, const char *label)
{
  for (guint i = 0; i < sessions->len; i++)
    if (sessions->pdata[i] != except &&
        g_strcmp0 (mcp_session_get_label (sessions->pdata[i]), label) == 0)
      return TRUE;
  return FALSE;
}

/**
 * mcp_session_store_name_session:
 * @self: the store
 * @session: one of its sessions, whose label nobody chose
 * @name: what the client calls itself; any UTF-8
 *
 * Gives the session the name of its client as its label; where another session has that label, with
 * a number.
 */
void
mcp_session_store_name_session (McpSessionStore *self, McpSession *session, const char *name)
{
  g_autoptr (GPtrArray) sessions = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *clipped = NULL;
  g_autofree char *label = NULL;

  g_return_if_fail (MCP_IS_SESSION_STORE (self));
  g_return_if_fail (MCP_IS_SESSION (session));
  g_return_if_fail (name != NULL);

  clean = mcp_text_clean (name);
  clipped = g_utf8_substring (clean, 0, MIN (g_utf8_strlen (clean, -1), MAX_NAME_CHARACTERS));
  if (*g_strstrip (clipped) == '\0')
    return;
  sessions = mcp_session_table_list (self->table);
  label = g_strdup (clipped);
  for (guint n = 2; has_label (sessions, session, label) && n <= MAX_NUMBERED; n++)
    {
      g_free (label);
      label = g_strdup_printf ("%s %u", clipped, n);
    }
  mcp_session_set_label (session, label);
}

/**
 * mcp_session_store_change_session:
 * @self: the store
 * @session: one of its sessions
 * @change: what is to be different
 * @error: return location
 *
 * Changes what the owner may change of a session.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS: nothing was changed.
 *
 * Returns: whether the session is so now
 */
gboolean
mcp_session_store_change_session (McpSessionStore *self,
                                  McpSession *session,
                                  const McpSessionChange *change,
                                  GError **error)
{
  const McpSessionParams params = { .label = change->label,
                                    .allowed_tools = change->allowed_tools };

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), FALSE);
  g_return_val_if_fail (MCP_IS_SESSION (session), FALSE);

  if (!mcp_session_params_check (&params, error))
    return FALSE;
  if (change->sets_label)
    mcp_session_set_label (session, change->label);
  if (change->sets_allowed_tools)
    mcp_session_set_allowed_tools (session, change->allowed_tools);
  return TRUE;
}

/**
 * mcp_session_store_list:
 * @self: the store
 *
 * Returns: (transfer full) (element-type McpSession): all sessions, oldest first
 */
GPtrArray *
mcp_session_store_list (McpSessionStore *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  return mcp_session_table_list (self->table);
}

/**
 * mcp_session_store_close:
 * @self: the store
 * @session_id: any text
 * @reason: what the last event of its streams says
 * @error: return location
 *
 * Ends a session: its queues are closed, its cancellable is cancelled, and it is
 * found no more when #McpSessionStore::session-removed is emitted.
 *
 * Errors: %MCP_ERROR_NOT_FOUND.
 *
 * Returns: whether there was such a session
 */
gboolean
mcp_session_store_close (McpSessionStore *self,
                         const char *session_id,
                         const char *reason,
                         GError **error)
{
  McpSession *session;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), FALSE);
  g_return_val_if_fail (session_id != NULL && reason != NULL, FALSE);

  session = mcp_session_table_lookup (self->table, session_id);
  if (session == NULL)
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no session of that id");
      return FALSE;
    }
  remove_session (self, session, reason);
  return TRUE;
}

/**
 * mcp_session_store_close_all:
 * @self: the store
 * @reason: what the last event of all streams says
 *
 * Ends every session that is there now.
 */
void
mcp_session_store_close_all (McpSessionStore *self, const char *reason)
{
  mcp_session_store_close_some (self, reason, G_MAXUINT);
}

/**
 * mcp_session_store_close_some:
 * @self: the store
 * @reason: what the last event of the streams says
 * @max_sessions: how many sessions end at most, so that the call does not take long
 *
 * Ends the oldest sessions.
 *
 * Returns: how many have ended; 0: there is none left
 */
guint
mcp_session_store_close_some (McpSessionStore *self, const char *reason, guint max_sessions)
{
  g_autoptr (GPtrArray) list = NULL;
  guint n_closed = 0;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), 0);
  g_return_val_if_fail (reason != NULL, 0);

  /* A handler may have closed one of them meanwhile. */
  list = mcp_session_store_list (self);
  for (guint i = 0; i < list->len && n_closed < max_sessions; i++)
    if (!mcp_session_is_closed (list->pdata[i]))
      {
        remove_session (self, list->pdata[i], reason);
        n_closed++;
      }
  return n_closed;
}

/**
 * mcp_session_store_expire:
 * @self: the store
 * @now_real_us: the time, in microseconds since 1970 UTC
 *
 * Ends the sessions that were not used for their idle time: no call in flight, no
 * event stream of their own, nobody who listens in silence, nothing asked. A handler that uses one
 * of them meanwhile saves it.
 *
 * Returns: how many
 */
guint
mcp_session_store_expire (McpSessionStore *self, gint64 now_real_us)
{
  return mcp_session_store_expire_some (self, now_real_us, G_MAXUINT);
}

/**
 * mcp_session_store_expire_some:
 * @self: the store
 * @now_real_us: the time, in microseconds since 1970 UTC
 * @max_sessions: how many sessions end at most, so that the call does not take long
 *
 * Returns: how many have ended; where that is @max_sessions, there may be more
 */
guint
mcp_session_store_expire_some (McpSessionStore *self, gint64 now_real_us, guint max_sessions)
{
  g_autoptr (GPtrArray) list = NULL;
  guint n_expired = 0;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), 0);

  /* A handler may have closed or used another one. */
  list = mcp_session_table_list (self->table);
  for (guint i = 0; i < list->len && n_expired < max_sessions; i++)
    if (!mcp_session_is_closed (list->pdata[i]) &&
        mcp_session_is_expired (list->pdata[i], now_real_us))
      {
        remove_session (self, list->pdata[i], MCP_REASON_EXPIRED);
        n_expired++;
      }
  return n_expired;
}

/**
 * mcp_session_store_get_n_sessions:
 * @self: the store
 *
 * Returns: how many sessions there are
 */
guint
mcp_session_store_get_n_sessions (McpSessionStore *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), 0);
  return mcp_session_table_get_size (self->table);
}

/**
 * mcp_session_store_get_n_events:
 * @self: the store
 *
 * Returns: how many events all sessions have published since the store was made
 */
guint64
mcp_session_store_get_n_events (McpSessionStore *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), 0);
  return self->n_events;
}

/**
 * mcp_session_store_get_counts:
 * @self: the store
 * @kind: of subscribers
 *
 * Returns: (transfer none): what all subscribers of that kind have taken and missed
 */
McpEventCounts *
mcp_session_store_get_counts (McpSessionStore *self, McpSubscriberKind kind)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  return self->counts[kind];
}

/**
 * mcp_session_store_get_wait_seconds:
 * @self: the store, which refused a session by %MCP_ERROR_LIMIT_EXCEEDED just now
 *
 * Returns: after how many seconds it is worth trying again, at least 1; 0: where sessions must end
 * first, which no time brings about
 */
guint
mcp_session_store_get_wait_seconds (McpSessionStore *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), 0);
  return mcp_session_admission_get_wait_seconds (&self->admission,
                                                 mcp_session_table_get_size (self->table));
}

/* In another boot of the machine the processes cannot be told apart from others: then the session
 * ends by its idle time alone. */
static void
restore_processes (McpSession *session, const McpSessionRecord *record)
{
  g_autofree char *boot_id = NULL;

  if (record->processes == NULL || record->boot_id == NULL)
    return;
  boot_id = mcp_session_processes_dup_boot_id ();
  if (strcmp (boot_id, record->boot_id) != 0)
    return;
  mcp_session_follow_processes (session);
  if (!mcp_session_processes_restore (mcp_session_get_processes (session), record->processes))
    mcp_session_note_process (session, 0, FALSE);
}

/**
 * mcp_session_store_restore:
 * @self: the store
 * @record: a session of an earlier daemon
 *
 * Puts a session back with its token and its past, as if it had been there all
 * along; no limit keeps it out. #McpSessionStore::session-added has been emitted when this returns.
 *
 * Returns: (transfer none) (nullable): the session; %NULL where there is one of that id, or a
 *   handler ended it
 */
McpSession *
mcp_session_store_restore (McpSessionStore *self, const McpSessionRecord *record)
{
  g_autoptr (McpSession) session = NULL;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (record != NULL, NULL);

  if (mcp_session_table_lookup (self->table, record->id) != NULL)
    return NULL;
  session = mcp_session_new (record->id, record->cwd, record->label,
                             (const char *const *) record->allowed_tools, record->idle_seconds,
                             record->has_token ? &record->token_hash : NULL);
  mcp_session_restore_past (session, record->created_at, record->last_active_at,
                            record->sequence_mark);
  if (record->is_client_made)
    mcp_session_set_client_made (session, record->ambient_client);
  restore_processes (session, record);
  add_session (self, session, 0);
  return mcp_session_is_closed (session) ? NULL : session;
}

/**
 * mcp_session_store_set_db:
 * @self: the store
 * @db: (nullable): where somebody keeps its sessions
 *
 * Says what mcp_session_store_settle_async() waits for.
 */
void
mcp_session_store_set_db (McpSessionStore *self, McpSessionDb *db)
{
  g_return_if_fail (MCP_IS_SESSION_STORE (self));

  g_set_object (&self->db, db);
}

/**
 * mcp_session_store_settle_async:
 * @self: the store
 * @callback: (scope async): when it is so
 * @user_data: for @callback
 *
 * Waits until what was done to the sessions so far survives the daemon: whoever
 * learns of it afterwards can rely on it. Where there is no database, or it
 * cannot be written, nothing is waited for; the log has said so then.
 */
void
mcp_session_store_settle_async (McpSessionStore *self,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MCP_IS_SESSION_STORE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_session_store_settle_async);
  if (self->db != NULL)
    {
      mcp_session_db_sync_async (self->db, task);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * mcp_session_store_settle_finish:
 * @self: the store
 * @result: what the callback got
 * @error: return location
 *
 * Returns: %TRUE
 */
gboolean
mcp_session_store_settle_finish (McpSessionStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

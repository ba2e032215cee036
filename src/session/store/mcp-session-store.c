/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-store.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"
#include "common/mcp-names.h"
#include "mcp-session-store-private.h"
#include "session/session/mcp-session-inner.h"
#include "session/session/mcp-token.h"
#include "session/store/mcp-cwd.h"
#include "session/store/mcp-session-params.h"

#include <string.h>

#define DEFAULT_IDLE_SECONDS (24 * 60 * 60)

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
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* The hash is one already: any of its bytes will do. */
static guint
hash_token_hash (gconstpointer key)
{
  guint value;

  memcpy (&value, ((const McpTokenHash *) key)->bytes, sizeof value);
  return value;
}

static gboolean
equal_token_hash (gconstpointer a, gconstpointer b)
{
  return mcp_token_hash_equal (a, b);
}

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
forward_progress_cb (McpSession *session, McpProgressEvent *event, McpSessionStore *self)
{
  self->n_events++;
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, session, event);
}

/* Those left end without a word: who wants their streams to hear of it calls close_all() first. */
static void
mcp_session_store_dispose (GObject *object)
{
  McpSessionStore *self = MCP_SESSION_STORE (object);
  g_autoptr (GPtrArray) list = mcp_session_store_list (self);

  g_clear_object (&self->db);
  g_hash_table_remove_all (self->by_token);
  g_hash_table_remove_all (self->sessions);
  for (guint i = 0; i < list->len; i++)
    {
      g_signal_handlers_disconnect_by_data (list->pdata[i], self);
      mcp_session_close (list->pdata[i], MCP_REASON_SHUTDOWN);
    }

  G_OBJECT_CLASS (mcp_session_store_parent_class)->dispose (object);
}

static void
mcp_session_store_finalize (GObject *object)
{
  McpSessionStore *self = MCP_SESSION_STORE (object);

  g_hash_table_unref (self->by_token);
  g_hash_table_unref (self->sessions);
  for (guint i = 0; i < G_N_ELEMENTS (self->counts); i++)
    mcp_event_counts_unref (self->counts[i]);

  G_OBJECT_CLASS (mcp_session_store_parent_class)->finalize (object);
}

static guint
new_signal (const char *name, guint n_params, GType second)
{
  return g_signal_new (name, MCP_TYPE_SESSION_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, n_params, MCP_TYPE_SESSION, second);
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
  signals[SIGNAL_PROGRESS] = new_signal ("progress", 2, MCP_TYPE_PROGRESS_EVENT);
}

static void
mcp_session_store_init (McpSessionStore *self)
{
  self->idle_seconds = DEFAULT_IDLE_SECONDS;
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->by_token = g_hash_table_new (hash_token_hash, equal_token_hash);
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
  self->limits = *limits;
  return self;
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

/* Takes a session in, and tells everybody. */
void
mcp_session_store_add (McpSessionStore *self, McpSession *session)
{
  const McpTokenHash *token_hash = mcp_session_get_token_hash (session);

  mcp_session_set_limits (session, &self->limits);
  mcp_session_set_counts (session, self->counts);
  g_signal_connect (session, "progress", G_CALLBACK (forward_progress_cb), self);
  g_hash_table_insert (self->sessions, (gpointer) mcp_session_get_id (session),
                       g_object_ref (session));
  if (token_hash != NULL)
    g_hash_table_insert (self->by_token, (gpointer) token_hash, session);

  /* In this order a session that a handler ends at once is never told as added after its end. */
  g_signal_emit (self, signals[SIGNAL_SESSION_ADDED], 0, session);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SESSIONS]);
}

/**
 * mcp_session_store_create:
 * @self: the store
 * @params: what it shall be
 * @token: (out) (optional) (nullable) (transfer full): its token, told this once; %NULL where
 *   @params asks for none
 * @error: return location
 *
 * Makes a session; #McpSessionStore::session-added has been emitted when this returns.
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
  g_autofree char *id = NULL;
  g_autofree char *cwd = NULL;
  g_autofree char *secret = NULL;
  McpTokenHash token_hash;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (params != NULL, NULL);

  if (token != NULL)
    *token = NULL;
  if (!mcp_session_params_check (params, error))
    return NULL;
  cwd = mcp_cwd_resolve (params->cwd, params->fallback_cwd, error);
  if (cwd == NULL)
    return NULL;
  if (!mcp_session_store_has_room (self, error))
    return NULL;
  id = mcp_token_generate_uuid (error);
  if (id == NULL)
    return NULL;
  if (!params->without_token)
    {
      secret = mcp_token_generate (error);
      if (secret == NULL)
        return NULL;
      mcp_token_hash (secret, &token_hash);
    }

  session =
      mcp_session_new (id, cwd, params->label, params->allowed_tools,
                       params->idle_seconds < 0 ? self->idle_seconds : (guint) params->idle_seconds,
                       secret != NULL ? &token_hash : NULL);
  if (params->without_token)
    mcp_session_set_client_made (session, params->ambient_client);
  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .session = id }, "session %s begins", id);
  mcp_session_store_add (self, session);
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
  return g_hash_table_lookup (self->sessions, session_id);
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
  static const McpTokenHash of_nothing = { { 0 } };
  const McpTokenHash *token_hash;
  McpSession *session;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (session_id != NULL && token != NULL, NULL);

  session = g_hash_table_lookup (self->sessions, session_id);
  token_hash = session != NULL ? mcp_session_get_token_hash (session) : NULL;
  /* Compared in any case: the time must not tell which sessions there are. */
  if (mcp_token_matches (token_hash != NULL ? token_hash : &of_nothing, token) && token_hash)
    return session;

  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED,
                       "No session of that id has that token");
  return NULL;
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
  McpSession *session;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (token != NULL, NULL);

  /* What the look-up's time tells is about the hash of what was presented, which says nothing
   * about any token. */
  mcp_token_hash (token, &token_hash);
  session = g_hash_table_lookup (self->by_token, &token_hash);
  return session != NULL && mcp_session_token_matches (session, token) ? session : NULL;
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
  const McpTokenHash *old_hash;
  McpTokenHash token_hash;
  char *token;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (MCP_IS_SESSION (session), NULL);

  if (mcp_session_is_closed (session))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_CLOSED, "The session has ended");
      return NULL;
    }
  token = mcp_token_generate (error);
  if (token == NULL)
    return NULL;

  /* The key lies in the session: it leaves the table before it changes. */
  old_hash = mcp_session_get_token_hash (session);
  if (old_hash != NULL)
    g_hash_table_remove (self->by_token, old_hash);
  mcp_token_hash (token, &token_hash);
  mcp_session_set_token_hash (session, &token_hash);
  g_hash_table_insert (self->by_token, (gpointer) mcp_session_get_token_hash (session), session);
  mcp_session_touch (session);
  g_signal_emit (self, signals[SIGNAL_TOKEN_CHANGED], 0, session);
  return token;
}

static int
compare_sessions (gconstpointer a, gconstpointer b)
{
  McpSession *first = *(McpSession *const *) a;
  McpSession *second = *(McpSession *const *) b;
  gint64 later_us = mcp_session_get_created_at (first) - mcp_session_get_created_at (second);

  if (later_us != 0)
    return later_us < 0 ? -1 : 1;
  return strcmp (mcp_session_get_id (first), mcp_session_get_id (second));
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
  GPtrArray *list;
  GHashTableIter iter;
  gpointer session;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);

  list = g_ptr_array_new_full (g_hash_table_size (self->sessions), g_object_unref);
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    g_ptr_array_add (list, g_object_ref (session));
  g_ptr_array_sort (list, compare_sessions);
  return list;
}

/* All of the store's state is as after the removal before anybody hears of it. */
static void
remove_session (McpSessionStore *self, McpSession *session, const char *reason)
{
  g_autoptr (McpSession) keep = g_object_ref (session);
  g_autoptr (McpSessionStore) keep_self = g_object_ref (self);
  const McpTokenHash *token_hash = mcp_session_get_token_hash (session);

  if (token_hash != NULL)
    g_hash_table_remove (self->by_token, token_hash);
  g_hash_table_remove (self->sessions, mcp_session_get_id (session));
  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .session = mcp_session_get_id (session) },
           "session %s ends: %s", mcp_session_get_id (session), reason);
  mcp_session_close (session, reason);
  g_signal_handlers_disconnect_by_func (session, forward_progress_cb, self);

  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SESSIONS]);
  g_signal_emit (self, signals[SIGNAL_SESSION_REMOVED], 0, session, reason);
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

  session = g_hash_table_lookup (self->sessions, session_id);
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
  g_autoptr (GPtrArray) list = NULL;

  g_return_if_fail (MCP_IS_SESSION_STORE (self));
  g_return_if_fail (reason != NULL);

  /* A handler may have closed one of them meanwhile. */
  list = mcp_session_store_list (self);
  for (guint i = 0; i < list->len; i++)
    if (!mcp_session_is_closed (list->pdata[i]))
      remove_session (self, list->pdata[i], reason);
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
  g_autoptr (GPtrArray) expired = NULL;
  GHashTableIter iter;
  gpointer session;
  guint n_expired = 0;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), 0);

  expired = g_ptr_array_new_with_free_func (g_object_unref);
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (mcp_session_is_expired (session, now_real_us))
      g_ptr_array_add (expired, g_object_ref (session));

  for (guint i = 0; i < expired->len; i++)
    if (!mcp_session_is_closed (expired->pdata[i]) &&
        mcp_session_is_expired (expired->pdata[i], now_real_us))
      {
        remove_session (self, expired->pdata[i], MCP_REASON_EXPIRED);
        n_expired++;
      }
  return n_expired;
}

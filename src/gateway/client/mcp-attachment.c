/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-keyed-hash.h"
#include "gateway/call/mcp-login-news.h"
#include "gateway/client/mcp-ask-table.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-method-table.h"
#include "gateway/client/mcp-request-inner.h"

#include <string.h>

/* How many ids of events are in the database ahead of their use. */
#define EVENTS_AHEAD 1024

struct _McpAttachment
{
  GObject parent_instance;

  McpServices *services; /* (owned) */
  McpClient *client;     /* (owned): replaced when a fact changes */
  McpAttachmentKind kind;
  char *id; /* (owned) (nullable): of a lasting one */
  gboolean owns_session;
  gboolean initialized;        /* initialize was answered */
  gboolean confirmed;          /* notifications/initialized came */
  McpChangeListener *listener; /* (owned) (nullable): of a lasting one */
  McpAskTable *asks;           /* (owned) */
  McpLoginNews *logins;        /* (owned): that the client was asked to bring a person to */
  GHashTable
      *in_flight;    /* (owned): McpRequest (unowned) -> its key in @by_id (unowned) (nullable) */
  GHashTable *by_id; /* (owned): JSON text of the id (owned) -> McpRequest (unowned); nothing of
                      * a default attachment */
  GPtrArray *subscriptions; /* (owned) (element-type utf8): URIs that the client watches */
  gint64 last_used_us;      /* monotonic */
  guint64 earlier_events;   /* ids up to this one are of an earlier daemon */
  guint64 event_mark;       /* no event of its streams has a higher id */
  gboolean is_detached;
};

enum
{
  SIGNAL_MESSAGE,
  SIGNAL_DETACHED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpAttachment, mcp_attachment, G_TYPE_OBJECT)

static void
take_client (McpAttachment *self, McpClient *client)
{
  mcp_client_unref (self->client);
  self->client = client;
}

static gboolean
has_id (McpRequest *request, McpJsonSlice id)
{
  McpJsonSlice own = mcp_request_get_id (request);

  return own.length == id.length && memcmp (own.data, id.data, id.length) == 0;
}

/* Of a default attachment: its clients do not know of each other, and may choose the same id. One
 * that several have chosen finds none of them. */
static McpRequest *
find_only_request (McpAttachment *self, McpJsonSlice id)
{
  McpRequest *only = NULL;
  GHashTableIter iter;
  gpointer request;

  g_hash_table_iter_init (&iter, self->in_flight);
  while (g_hash_table_iter_next (&iter, &request, NULL))
    {
      if (!has_id (request, id))
        continue;
      if (only != NULL)
        return NULL;
      only = request;
    }
  return only;
}

/**
 * mcp_attachment_find_request:
 * @self: an attachment
 * @id: as a message says it
 *
 * Returns: (transfer none) (nullable): the request in flight that alone has that id, of that type
 */
McpRequest *
mcp_attachment_find_request (McpAttachment *self, McpJsonSlice id)
{
  g_autofree char *text = NULL;

  if (self->kind == MCP_ATTACHMENT_DEFAULT)
    return find_only_request (self, id);

  text = g_strndup (id.data, id.length);
  return g_hash_table_lookup (self->by_id, text);
}

static gboolean
is_taken (McpAttachment *self, McpJsonSlice id)
{
  return self->kind != MCP_ATTACHMENT_DEFAULT && mcp_attachment_find_request (self, id) != NULL;
}

/* Makes the id of a request free again; a request that was refused never had one. */
static void
request_done_cb (McpAttachment *self, McpRequest *request)
{
  gpointer id;

  if (!g_hash_table_steal_extended (self->in_flight, request, NULL, &id))
    return;

  if (id != NULL)
    g_hash_table_remove (self->by_id, id);
  self->last_used_us = g_get_monotonic_time ();
}

static void
add_request (McpAttachment *self, McpRequest *request, McpJsonSlice id)
{
  char *text = NULL;

  if (self->kind != MCP_ATTACHMENT_DEFAULT)
    {
      text = g_strndup (id.data, id.length);
      g_hash_table_insert (self->by_id, text, request);
    }
  g_hash_table_insert (self->in_flight, request, text);
}

/**
 * mcp_attachment_put_ask:
 * @self: an attachment of a revision with requests of servers
 * @ask: what a server asks
 * @request: the client's request that the server works on
 *
 * Asks the client, in its own revision and as far as it can be asked; else the server is refused.
 */
void
mcp_attachment_put_ask (McpAttachment *self, McpAsk *ask, McpRequest *request)
{
  mcp_ask_table_put (self->asks, ask, request);
}

/**
 * mcp_attachment_follow_login:
 * @self: an attachment
 * @login: the login to a server
 * @params: of the elicitation by which its client is to bring a person to the login
 *
 * Tells the client once the login is there.
 */
void
mcp_attachment_follow_login (McpAttachment *self, McpOauthServer *login, McpJsonSlice params)
{
  mcp_login_news_add (self->logins, login, params);
}

/* What belongs to no request */

static void
login_cb (GBytes *notification, gpointer user_data)
{
  McpAttachment *self = user_data;

  if (!self->is_detached)
    g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, notification);
}

/**
 * mcp_attachment_note_listed:
 * @self: an attachment
 * @kind: the kind of list that its client has seen; the client hears of changes from now on
 */
void
mcp_attachment_note_listed (McpAttachment *self, McpItemKind kind)
{
  if (self->listener != NULL)
    mcp_change_notifier_note_listed (self->listener, kind);
}

static void
notice_cb (const char *method, McpJsonSlice params, McpServerConfig *server, gpointer user_data)
{
  McpAttachment *self = user_data;
  g_autofree char *named = NULL;
  g_autoptr (GBytes) message = NULL;

  if (!self->confirmed)
    return;
  if (strcmp (method, "notifications/message") == 0)
    {
      if (params.data == NULL || !mcp_log_levels_passes (self->client->log_level, params))
        return;
      named = mcp_log_levels_name_logger (params, self->client->server == NULL ? server : NULL);
      params = (McpJsonSlice){ named, strlen (named) };
    }
  message = mcp_jsonrpc_build_notification (method, params);
  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, message);
}

/**
 * mcp_attachment_get_listener:
 * @self: an attachment
 *
 * Returns: (transfer none) (nullable): by which it hears what belongs to no request; only lasting
 * ones do
 */
McpChangeListener *
mcp_attachment_get_listener (McpAttachment *self)
{
  return self->listener;
}

static McpRequest *
receive_request (McpAttachment *self, McpJsonrpcMessage *message)
{
  McpJsonSlice id = mcp_jsonrpc_message_get_id (message);
  const McpMethod *method =
      mcp_method_table_find (self->services->methods, mcp_jsonrpc_message_get_method (message),
                             mcp_client_is_stateless (self->client));
  McpRequest *request = mcp_request_new (self, self->client, self->services->catalogue, message,
                                         method, request_done_cb);
  g_autoptr (GError) error = NULL;

  if (self->is_detached || mcp_session_is_closed (self->client->session))
    mcp_request_refuse (request, MCP_JSONRPC_ERROR_INTERNAL, "The session was closed");
  else if (is_taken (self, id))
    mcp_request_refuse (request, MCP_JSONRPC_ERROR_INVALID_REQUEST,
                        "A request with this id is in flight already");
  else if (method == NULL)
    mcp_request_refuse (request, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, "Method not found");
  else if (!mcp_request_count (request, &error))
    mcp_request_refuse (request, MCP_JSONRPC_ERROR_INTERNAL, error->message);
  else
    add_request (self, request, id);

  return request;
}

/**
 * mcp_attachment_receive:
 * @self: an attachment
 * @message: what its client sent
 *
 * Takes a message of the client. A request comes back, to be started once its
 * signals are connected; that it is malformed, unknown or a duplicate is its
 * answer. A notification or a response has been dealt with. Main context only.
 *
 * Returns: (transfer full) (nullable): the request; %NULL: nothing is to be answered
 */
McpRequest *
mcp_attachment_receive (McpAttachment *self, McpJsonrpcMessage *message)
{
  g_autoptr (McpAttachment) guard = NULL;
  const McpMethodNotification *notification;

  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), NULL);
  g_return_val_if_fail (message != NULL, NULL);

  guard = g_object_ref (self);
  self->last_used_us = g_get_monotonic_time ();
  if (!mcp_session_is_closed (self->client->session))
    mcp_session_touch (self->client->session);

  switch (mcp_jsonrpc_message_get_kind (message))
    {
    case MCP_JSONRPC_REQUEST:
      return receive_request (self, message);
    case MCP_JSONRPC_NOTIFICATION:
      notification = mcp_method_table_find_notification (self->services->methods,
                                                         mcp_jsonrpc_message_get_method (message));
      if (notification != NULL && !self->is_detached)
        notification->take (self, mcp_jsonrpc_message_get_params (message));
      return NULL;
    case MCP_JSONRPC_RESULT:
    case MCP_JSONRPC_FAILURE:
      mcp_ask_table_take_response (self->asks, message, self->client->revision);
      return NULL;
    }
  g_return_val_if_reached (NULL);
}

static GPtrArray *
dup_requests (McpAttachment *self)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer request;

  g_hash_table_iter_init (&iter, self->in_flight);
  while (g_hash_table_iter_next (&iter, &request, NULL))
    g_ptr_array_add (requests, g_object_ref (request));
  return requests;
}

/* The client hears nothing and is asked nothing any more. */
static void
disconnect (McpAttachment *self)
{
  if (self->is_detached)
    return;

  self->is_detached = TRUE;
  if (self->listener != NULL)
    mcp_change_notifier_remove (self->services->change_notifier, g_steal_pointer (&self->listener));
  mcp_log_levels_forget (self->services->log_levels, self);
  mcp_ask_table_refuse_all (self->asks);
  g_signal_emit (self, signals[SIGNAL_DETACHED], 0);
}

/**
 * mcp_attachment_detach:
 * @self: an attachment
 *
 * The client left: its requests end without an answer, and no more are taken.
 */
void
mcp_attachment_detach (McpAttachment *self)
{
  g_autoptr (GPtrArray) requests = dup_requests (self);

  for (guint i = 0; i < requests->len; i++)
    mcp_request_withdraw (g_ptr_array_index (requests, i));
  disconnect (self);
}

/**
 * mcp_attachment_session_closed:
 * @self: an attachment
 *
 * The session ended: its requests are answered by an error, and no more are taken.
 */
void
mcp_attachment_session_closed (McpAttachment *self)
{
  g_autoptr (GPtrArray) requests = dup_requests (self);

  for (guint i = 0; i < requests->len; i++)
    mcp_request_refuse (g_ptr_array_index (requests, i), MCP_JSONRPC_ERROR_INTERNAL,
                        "The session was closed");
  disconnect (self);
}

/* So that the client can go on when the daemon was restarted. */
static void
save (McpAttachment *self)
{
  const McpClient *client = self->client;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) subscriptions = NULL;
  McpAttachmentRecord record = {
    .session_id = (char *) mcp_session_get_id (client->session),
    .server = client->server,
    .revision = (char *) mcp_revision_to_string (client->revision),
    .client = client->name,
    .capabilities = client->capabilities,
    .log_level = client->log_level,
    .event_mark = self->event_mark,
    .last_used_at = g_get_real_time (),
  };

  if (self->services->attachment_keep == NULL || self->kind != MCP_ATTACHMENT_LASTING ||
      !self->initialized)
    return;
  for (guint i = 0; i < self->subscriptions->len; i++)
    g_strv_builder_add (builder, self->subscriptions->pdata[i]);
  subscriptions = g_strv_builder_end (builder);
  record.subscriptions = subscriptions;
  mcp_attachment_keep_save (self->services->attachment_keep, self->id, &record);
}

/**
 * mcp_attachment_go_on:
 * @self: an attachment of a client that initialized with an earlier daemon
 * @event_mark: no event of its streams had a higher id
 *
 * What the client has seen is not known: it hears of every change, as if it had listed everything.
 */
void
mcp_attachment_go_on (McpAttachment *self, guint64 event_mark)
{
  self->earlier_events = event_mark;
  self->event_mark = event_mark + EVENTS_AHEAD;
  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    mcp_attachment_note_listed (self, kind);
  save (self);
}

/**
 * mcp_attachment_get_earlier_events:
 * @self: an attachment
 *
 * Returns: below which an earlier daemon has given the ids of events to its client; 0: there was
 * none
 */
guint64
mcp_attachment_get_earlier_events (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), 0);

  return self->earlier_events;
}

/**
 * mcp_attachment_note_event:
 * @self: an attachment
 * @id: of the newest event of its streams
 *
 * Ids are kept in the database ahead of their use, so that they never go back.
 */
void
mcp_attachment_note_event (McpAttachment *self, guint64 id)
{
  g_return_if_fail (MCP_IS_ATTACHMENT (self));

  if (id + EVENTS_AHEAD / 2 <= self->event_mark)
    return;
  self->event_mark = id + EVENTS_AHEAD;
  save (self);
}

/**
 * mcp_attachment_note_subscribed:
 * @self: an attachment
 * @uri: of a resource
 * @is_subscribed: whether the client watches the resource from now on, or no more
 */
void
mcp_attachment_note_subscribed (McpAttachment *self, const char *uri, gboolean is_subscribed)
{
  guint index;
  gboolean was_subscribed =
      g_ptr_array_find_with_equal_func (self->subscriptions, uri, g_str_equal, &index);

  if (was_subscribed == is_subscribed)
    return;
  if (is_subscribed)
    g_ptr_array_add (self->subscriptions, g_strdup (uri));
  else
    g_ptr_array_remove_index (self->subscriptions, index);
  save (self);
}

/**
 * mcp_attachment_initialize:
 * @self: an attachment
 * @revision: what was settled
 * @name: (nullable): what the client calls itself
 * @capabilities: what it can do, an object; or %MCP_JSON_SLICE_NONE
 *
 * Keeps what initialize settled.
 */
void
mcp_attachment_initialize (McpAttachment *self,
                           McpRevision revision,
                           const char *name,
                           McpJsonSlice capabilities)
{
  self->initialized = TRUE;
  take_client (self, mcp_client_with_facts (self->client, revision, name, capabilities));
  if (self->kind == MCP_ATTACHMENT_LASTING && self->listener == NULL)
    {
      self->listener =
          mcp_change_notifier_add (self->services->change_notifier, self->client,
                                   MCP_ITEM_KINDS_ALL | MCP_LISTENER_ALL_ELSE, notice_cb, self);
      mcp_change_notifier_expect_listing (self->listener);
    }
  save (self);
}

/**
 * mcp_attachment_set_log_level:
 * @self: an attachment
 * @level: (nullable): what the client wants to hear
 */
void
mcp_attachment_set_log_level (McpAttachment *self, const char *level)
{
  take_client (self, mcp_client_with_log_level (self->client, level));
  if (level != NULL)
    mcp_log_levels_set (self->services->log_levels, self, self->client, level);
  save (self);
}

/**
 * mcp_attachment_is_initialized:
 * @self: an attachment
 *
 * Returns: whether initialize was answered
 */
gboolean
mcp_attachment_is_initialized (McpAttachment *self)
{
  return self->initialized;
}

/**
 * mcp_attachment_confirm:
 * @self: an attachment
 *
 * The client is ready for requests of the daemon.
 */
void
mcp_attachment_confirm (McpAttachment *self)
{
  self->confirmed = TRUE;
}

/**
 * mcp_attachment_is_confirmed:
 * @self: an attachment
 *
 * Returns: whether the client said that it is ready
 */
gboolean
mcp_attachment_is_confirmed (McpAttachment *self)
{
  return self->confirmed;
}

/**
 * mcp_attachment_get_client:
 * @self: an attachment
 *
 * Returns: (transfer none): the client, as it is now
 */
McpClient *
mcp_attachment_get_client (McpAttachment *self)
{
  return self->client;
}

/**
 * mcp_attachment_get_id:
 * @self: an attachment
 *
 * Returns: (transfer none) (nullable): its Mcp-Session-Id; %NULL for a default attachment
 */
const char *
mcp_attachment_get_id (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), NULL);

  return self->id;
}

/**
 * mcp_attachment_get_session:
 * @self: an attachment
 *
 * Returns: (transfer none): where it belongs
 */
McpSession *
mcp_attachment_get_session (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), NULL);

  return self->client->session;
}

/**
 * mcp_attachment_get_limits:
 * @self: an attachment
 *
 * Returns: (transfer none): what holds for it now
 */
const McpLimits *
mcp_attachment_get_limits (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), NULL);

  return &self->services->limits;
}

/**
 * mcp_attachment_get_revision:
 * @self: an attachment
 *
 * Returns: the revision that was negotiated, or the newest before that
 */
McpRevision
mcp_attachment_get_revision (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), MCP_REVISION_UNKNOWN);

  return self->client->revision;
}

/**
 * mcp_attachment_get_server:
 * @self: an attachment
 *
 * Returns: (transfer none) (nullable): name of the only server that its client reaches; %NULL: all
 */
const char *
mcp_attachment_get_server (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), NULL);

  return self->client->server;
}

/**
 * mcp_attachment_is_default:
 * @self: an attachment
 *
 * Returns: whether it is what a session's token alone leads to
 */
gboolean
mcp_attachment_is_default (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), FALSE);

  return self->kind == MCP_ATTACHMENT_DEFAULT;
}

/**
 * mcp_attachment_is_lasting:
 * @self: an attachment
 *
 * Returns: whether it has an id, by which its client may come back
 */
gboolean
mcp_attachment_is_lasting (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), FALSE);

  return self->kind == MCP_ATTACHMENT_LASTING;
}

/**
 * mcp_attachment_get_services:
 * @self: an attachment
 *
 * Returns: (transfer none): what its requests are answered with
 */
McpServices *
mcp_attachment_get_services (McpAttachment *self)
{
  return self->services;
}

/**
 * mcp_attachment_owns_session:
 * @self: an attachment
 *
 * Returns: whether the session was made for it, and ends with it
 */
gboolean
mcp_attachment_owns_session (McpAttachment *self)
{
  return self->owns_session;
}

/**
 * mcp_attachment_get_last_used:
 * @self: an attachment
 *
 * Returns: when its client was last heard or answered, in µs of the monotonic clock
 */
gint64
mcp_attachment_get_last_used (McpAttachment *self)
{
  return self->last_used_us;
}

/**
 * mcp_attachment_is_busy:
 * @self: an attachment
 *
 * Returns: whether a request is in flight
 */
gboolean
mcp_attachment_is_busy (McpAttachment *self)
{
  return g_hash_table_size (self->in_flight) > 0;
}

static void
mcp_attachment_dispose (GObject *object)
{
  disconnect (MCP_ATTACHMENT (object));

  G_OBJECT_CLASS (mcp_attachment_parent_class)->dispose (object);
}

static void
mcp_attachment_finalize (GObject *object)
{
  McpAttachment *self = MCP_ATTACHMENT (object);

  /* requests hold a reference: there are none */
  g_hash_table_unref (self->in_flight);
  g_hash_table_unref (self->by_id);
  mcp_ask_table_free (self->asks);
  mcp_login_news_free (self->logins);
  mcp_client_unref (self->client);
  mcp_services_unref (self->services);
  g_ptr_array_unref (self->subscriptions);
  g_free (self->id);

  G_OBJECT_CLASS (mcp_attachment_parent_class)->finalize (object);
}

static void
mcp_attachment_class_init (McpAttachmentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_attachment_dispose;
  object_class->finalize = mcp_attachment_finalize;

  signals[SIGNAL_MESSAGE] = g_signal_new ("message", MCP_TYPE_ATTACHMENT, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BYTES);
  signals[SIGNAL_DETACHED] = g_signal_new ("detached", MCP_TYPE_ATTACHMENT, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mcp_attachment_init (McpAttachment *self)
{
  self->subscriptions = g_ptr_array_new_with_free_func (g_free);
  self->by_id = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, NULL);
  self->in_flight = g_hash_table_new (NULL, NULL);
  self->asks = mcp_ask_table_new ();
  self->logins = mcp_login_news_new (login_cb, self);
  self->last_used_us = g_get_monotonic_time ();
  self->event_mark = EVENTS_AHEAD;
}

/**
 * mcp_attachment_new:
 * @services: what its requests are answered with
 * @client: the client, as far as it is known
 * @kind: which kind
 * @attachment_id: (nullable): the Mcp-Session-Id of a lasting one
 * @owns_session: whether the session ends with it
 *
 * Returns: (transfer full): an attachment
 */
McpAttachment *
mcp_attachment_new (McpServices *services,
                    McpClient *client,
                    McpAttachmentKind kind,
                    const char *attachment_id,
                    gboolean owns_session)
{
  McpAttachment *self = g_object_new (MCP_TYPE_ATTACHMENT, NULL);

  self->services = mcp_services_ref (services);
  self->kind = kind;
  self->client = mcp_client_ref (client);
  self->id = g_strdup (attachment_id);
  self->owns_session = owns_session;
  return self;
}

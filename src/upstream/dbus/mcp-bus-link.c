/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 *   open()      the daemon is on the bus
 *   begin()     the owner of the server's name is looked for; the bus starts the app
 *   attached()  of the class: the server is ready, now or later
 *   lost        requests fail; without any, the server may leave as it likes
 *   stop(), drop(): nothing more is awaited
 *
 * No call has a time-out: requests have their deadlines.
 */
#include "mcp-bus-link-private.h"

#include "common/mcp-error.h"
#include "common/mcp-timer.h"
#include "mcp-bus-answers-private.h"
#include "mcp-bus-owner-private.h"
#include "mcp-bus-private.h"
#include "protocol/mcp-params.h"
#include "upstream/dbus/mcp-bus-peer.h"
#include "upstream/dialogue/mcp-message-parser.h"
#include "upstream/dialogue/mcp-provider-request.h"
#include "upstream/dialogue/mcp-server-intake-inner.h"

#include <string.h>

#define BUS_NAME "org.freedesktop.DBus"

/* Goes on after the server's name. */
#define LEFT "has left the session bus before it answered"

typedef struct
{
  McpBus *bus;                 /* (owned) */
  GDBusConnection *connection; /* (owned) (nullable): while open */
  McpBusOwner *owner;          /* (owned) (nullable): while open */
  GHashTable *calls;           /* (owned): gint64 *id -> Call (owned) */
  McpBusAnswers *answers;      /* (owned) (nullable): while open */
  GCancellable *asking;        /* (owned) (nullable): while open: of what the bus is asked */
  gboolean is_lost;            /* the owner has gone, and calls to it may still fail */
  GSource *stopped;            /* (owned) (nullable) */
} McpBusLinkPrivate;

/* A method call without an answer. */
typedef struct
{
  gint64 id; /* the key points here */
  McpBusReplyFunc replied;
  GCancellable *cancellable; /* (owned) */
} Call;

/* What comes back to a call. */
typedef struct
{
  McpBusLink *link; /* (unowned): there is none once the call was cancelled */
  gint64 id;
} Awaited;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (McpBusLink, mcp_bus_link, MCP_TYPE_SERVER_LINK)

static McpBusLinkPrivate *
get_private (McpBusLink *self)
{
  return mcp_bus_link_get_instance_private (self);
}

static const McpServerBus *
get_address (McpBusLink *self)
{
  return mcp_server_link_get_setup (MCP_SERVER_LINK (self))->config->bus;
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_cancellable_cancel (call->cancellable);
  g_object_unref (call->cancellable);
  g_free (call);
}

/* Answers */

static void
message_cb (gint64 id, McpJsonrpcMessage *message, gpointer user_data)
{
  g_autoptr (McpServerLink) self = g_object_ref (user_data);

  mcp_server_intake_take_message (self, id, message);
}

static void
malformed_cb (gint64 id, const char *how, gpointer user_data)
{
  g_autoptr (McpServerLink) self = g_object_ref (user_data);

  mcp_server_link_fail_request (self, id, how);
}

static void
read_answer (McpBusLink *self, gint64 id, gboolean is_list, const char *json, gsize length)
{
  const McpServerLinkSetup *setup = mcp_server_link_get_setup (MCP_SERVER_LINK (self));

  if (length > setup->limits.upstream_message_bytes)
    mcp_server_link_fail_request (MCP_SERVER_LINK (self), id,
                                  "gave an answer that is longer than UpstreamMessageBytes");
  else
    mcp_bus_answers_push (get_private (self)->answers, id, is_list, json, length);
}

/**
 * mcp_bus_link_answer_tools:
 * @self: a link that is open; the caller holds a reference
 * @id: of a `tools/list`
 * @json: a JSON array of tools, or what the server takes for one
 * @length: of @json in bytes
 *
 * Answers with all tools of the server.
 */
void
mcp_bus_link_answer_tools (McpBusLink *self, gint64 id, const char *json, gsize length)
{
  read_answer (self, id, TRUE, json, length);
}

/**
 * mcp_bus_link_answer_result:
 * @self: a link that is open; the caller holds a reference
 * @id: of a request
 * @json: its result, a JSON object, or what the server takes for one
 * @length: of @json in bytes
 */
void
mcp_bus_link_answer_result (McpBusLink *self, gint64 id, const char *json, gsize length)
{
  read_answer (self, id, FALSE, json, length);
}

static void
take_own (McpBusLink *self, GBytes *text)
{
  g_autoptr (McpJsonrpcMessage) message = mcp_message_parser_parse (text, NULL, NULL);

  mcp_server_intake_take_message (MCP_SERVER_LINK (self), 0, message);
}

/**
 * mcp_bus_link_answer_error:
 * @self: a link that is open; the caller holds a reference
 * @id: of a request
 * @code: of JSON-RPC
 * @text: for people
 */
void
mcp_bus_link_answer_error (McpBusLink *self, gint64 id, int code, const char *text)
{
  g_autofree char *id_text = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_autoptr (GBytes) message =
      mcp_jsonrpc_build_error (mcp_json_slice (id_text), code, text, MCP_JSON_SLICE_NONE);

  take_own (self, message);
}

/**
 * mcp_bus_link_answer_failure:
 * @self: a link that is open; the caller holds a reference
 * @id: of a `tools/call`
 * @error: what the server answered in place of a result
 *
 * Arguments that are wrong are the client's error; everything else is a result that a model reads.
 */
void
mcp_bus_link_answer_failure (McpBusLink *self, gint64 id, const GError *error)
{
  g_autoptr (GString) result = NULL;

  if (g_error_matches (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS))
    {
      mcp_bus_link_answer_error (self, id, MCP_JSONRPC_ERROR_INVALID_PARAMS, error->message);
      return;
    }
  result = g_string_new ("{\"content\":[{\"type\":\"text\",\"text\":");
  mcp_json_append_string (result, error->message);
  g_string_append (result, "}],\"isError\":true}");
  mcp_bus_link_answer_result (self, id, result->str, result->len);
}

/* Calls */

/* The bus answers in place of a connection that is gone. Where it could not even deliver the call,
   nothing has happened yet. */
static void
take_bus_error (McpBusLink *self, gint64 id, GDBusMessage *reply)
{
  static const char *const undelivered[] = { "org.freedesktop.DBus.Error.ServiceUnknown",
                                             "org.freedesktop.DBus.Error.NameHasNoOwner", NULL };
  const char *name = g_dbus_message_get_error_name (reply);

  if (name != NULL && g_strv_contains (undelivered, name))
    mcp_server_link_repeat_or_fail (MCP_SERVER_LINK (self), id, "has left the session bus");
  else
    mcp_server_link_fail_request (MCP_SERVER_LINK (self), id, LEFT);
}

static void
take_reply (McpBusLink *self, gint64 id, GDBusMessage *reply, McpBusReplyFunc replied)
{
  const char *sender = g_dbus_message_get_sender (reply);
  g_autoptr (GVariant) none = g_variant_ref_sink (g_variant_new_tuple (NULL, 0));
  GVariant *body = g_dbus_message_get_body (reply);
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (sender, BUS_NAME) == 0)
    take_bus_error (self, id, reply);
  else if (g_strcmp0 (sender, mcp_bus_link_get_owner (self)) != 0)
    mcp_server_link_fail_request (MCP_SERVER_LINK (self), id, "was answered for by somebody else");
  else if (g_dbus_message_to_gerror (reply, &error))
    {
      g_dbus_error_strip_remote_error (error);
      replied (self, id, NULL, error);
    }
  else
    replied (self, id, body != NULL ? body : none, NULL);
}

static void
replied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Awaited *awaited = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusMessage) reply =
      g_dbus_connection_send_message_with_reply_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (McpBusLink) self = NULL;
  McpBusReplyFunc replied;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = g_object_ref (awaited->link);
  replied = ((Call *) g_hash_table_lookup (get_private (self)->calls, &awaited->id))->replied;
  g_hash_table_remove (get_private (self)->calls, &awaited->id);
  if (reply != NULL)
    take_reply (self, awaited->id, reply, replied);
  else
    mcp_server_link_fail_request (MCP_SERVER_LINK (self), awaited->id, LEFT);
}

static GDBusMessage *
new_message (McpBusLink *self, const char *interface, const char *method, GVariant *arguments)
{
  GDBusMessage *message = g_dbus_message_new_method_call (
      mcp_bus_link_get_owner (self), get_address (self)->object_path, interface, method);

  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  if (arguments != NULL)
    g_dbus_message_set_body (message, arguments);
  return message;
}

/**
 * mcp_bus_link_send:
 * @self: a link whose server is there
 * @id: of the request that the call is made for; one call at a time
 * @interface: (nullable): of the method
 * @method: of the server's object
 * @arguments: (nullable): a tuple; a floating reference is taken
 * @replied: what to do with the answer; not called where the server leaves first, or the request is
 *   withdrawn
 *
 * Calls a method, however long that takes.
 */
void
mcp_bus_link_send (McpBusLink *self,
                   gint64 id,
                   const char *interface,
                   const char *method,
                   GVariant *arguments,
                   McpBusReplyFunc replied)
{
  McpBusLinkPrivate *priv = get_private (self);
  g_autoptr (GDBusMessage) message = new_message (self, interface, method, arguments);
  Awaited *awaited = g_new (Awaited, 1);
  Call *call = g_new (Call, 1);

  *awaited = (Awaited){ self, id };
  *call = (Call){ id, replied, g_cancellable_new () };
  g_hash_table_insert (priv->calls, &call->id, call);
  g_dbus_connection_send_message_with_reply (priv->connection, message,
                                             G_DBUS_SEND_MESSAGE_FLAGS_NONE, G_MAXINT, NULL,
                                             call->cancellable, replied_cb, awaited);
}

/**
 * mcp_bus_link_tell:
 * @self: a link whose server is there
 * @interface: of the method
 * @method: of the server's object
 * @arguments: a tuple; a floating reference is taken
 *
 * Calls a method whose answer is of no interest.
 */
void
mcp_bus_link_tell (McpBusLink *self, const char *interface, const char *method, GVariant *arguments)
{
  g_autoptr (GDBusMessage) message = new_message (self, interface, method, arguments);

  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_AUTO_START |
                                         G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_connection_send_message (get_private (self)->connection, message,
                                  G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* The owner */

static void
peer_told_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  McpServerPeer *peer = mcp_bus_peer_ask_finish (result, &error);
  McpServerFacts *facts;

  /* cancelled: there is no link any more */
  if (peer == NULL)
    return;
  facts = mcp_server_link_get_facts (user_data);
  g_clear_pointer (&facts->peer, mcp_server_peer_free);
  facts->peer = peer;
}

static void
found_cb (const char *owner, gpointer user_data)
{
  g_autoptr (McpBusLink) self = g_object_ref (user_data);
  static const char text[] = "{\"capabilities\":{\"tools\":{\"listChanged\":true}}}";
  McpServerFacts *facts = mcp_server_link_get_facts (MCP_SERVER_LINK (self));

  facts->lifecycle = MCP_LIFECYCLE_HANDSHAKE;
  mcp_server_facts_learn (facts, MCP_REVISION_NEWEST_HANDSHAKE, mcp_json_slice (text));
  mcp_bus_peer_ask_async (get_private (self)->connection, owner, get_private (self)->asking,
                          peer_told_cb, self);
  MCP_BUS_LINK_GET_CLASS (self)->attached (self);
}

static void
failed_cb (const GError *error, gpointer user_data)
{
  g_autoptr (McpBusLink) self = g_object_ref (user_data);
  g_autofree char *how = g_strdup_printf ("is not on the session bus as %s: %s",
                                          get_address (self)->name, error->message);

  mcp_server_link_fail (MCP_SERVER_LINK (self), how);
}

/* What the server was asked and has not answered. */
static void
fail_calls (McpBusLink *self)
{
  g_autofree gint64 **ids = NULL;
  g_autoptr (GArray) copy = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint n_ids;

  ids = (gint64 **) g_hash_table_get_keys_as_array (get_private (self)->calls, &n_ids);
  for (guint i = 0; i < n_ids; i++)
    g_array_append_val (copy, *ids[i]);
  g_hash_table_remove_all (get_private (self)->calls);
  for (guint i = 0; i < n_ids; i++)
    mcp_server_link_fail_request (MCP_SERVER_LINK (self), g_array_index (copy, gint64, i), LEFT);
}

/* A request that has never reached the server starts another one. */
static void
settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autoptr (McpBusLink) self = NULL;
  McpServerLink *link;

  /* cancelled: there is no link any more, or it has another owner; the bus is gone: others see to
   * it
   */
  if (reply == NULL)
    return;
  self = g_object_ref (user_data);
  link = MCP_SERVER_LINK (self);
  fail_calls (self);
  if (mcp_server_link_get_state (link) != MCP_PROVIDER_READY)
    return;
  if (mcp_pending_requests_get_size (mcp_server_link_get_pending (link)) == 0)
    mcp_server_link_take_left (link);
  else
    mcp_server_link_begin_again (link, "has left the session bus");
}

/* The bus has answered all calls to a connection that is gone when it answers what it is asked
   after that. What is not answered then was sent to a connection that has given its name away. */
static void
lost_cb (gpointer user_data)
{
  g_autoptr (McpBusLink) self = g_object_ref (user_data);
  McpBusLinkPrivate *priv = get_private (self);
  McpServerLink *link = MCP_SERVER_LINK (self);

  priv->is_lost = TRUE;
  if (mcp_server_link_get_state (link) == MCP_PROVIDER_READY)
    g_dbus_connection_call (priv->connection, BUS_NAME, "/org/freedesktop/DBus",
                            "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
                            G_MAXINT, priv->asking, settled_cb, self);
  else if (mcp_server_link_is_open (link))
    mcp_server_link_fail (link, LEFT);
}

static void
connection_changed_cb (McpBus *bus, GParamSpec *pspec, McpServerLink *link)
{
  g_autoptr (McpServerLink) self = g_object_ref (link);

  if (mcp_server_link_is_open (self))
    mcp_server_link_fail (self, "is out of reach: the session bus is gone");
}

/* McpServerLink */

static gboolean
mcp_bus_link_open (McpServerLink *link, GError **error)
{
  static const McpBusAnswersFuncs answers_funcs = { message_cb, malformed_cb };
  McpBusLinkPrivate *priv = get_private (MCP_BUS_LINK (link));
  GDBusConnection *connection = mcp_bus_get_connection (priv->bus);

  if (connection == NULL)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "Server “%s” is an app on the session bus, and the daemon is on no session bus",
                   mcp_server_link_get_setup (link)->config->name);
      return FALSE;
    }
  g_set_object (&priv->connection, connection);
  priv->is_lost = FALSE;
  priv->asking = g_cancellable_new ();
  priv->answers = mcp_bus_answers_new (&answers_funcs, link);
  return TRUE;
}

static void
mcp_bus_link_begin (McpServerLink *link)
{
  static const McpBusOwnerFuncs owner_funcs = { found_cb, failed_cb, lost_cb };
  McpBusLink *self = MCP_BUS_LINK (link);
  McpBusLinkPrivate *priv = get_private (self);

  priv->owner = mcp_bus_owner_new (priv->connection, get_address (self)->name, &owner_funcs, self);
}

static void
call_tool (McpBusLink *self, gint64 id, const McpProviderRequest *request)
{
  g_autoptr (McpParams) params = mcp_provider_request_ref_params (request);
  g_autofree char *tool = NULL;
  McpJsonSlice name = MCP_JSON_SLICE_NONE;
  McpJsonSlice arguments;

  if (mcp_params_get (params, MCP_PARAM_NAME, &name) && mcp_json_get_type (name) == MCP_JSON_STRING)
    tool = mcp_json_dup_string (name);
  if (!mcp_params_get (params, MCP_PARAM_ARGUMENTS, &arguments) ||
      mcp_json_get_type (arguments) != MCP_JSON_OBJECT)
    arguments = mcp_json_slice ("{}");
  if (tool != NULL)
    MCP_BUS_LINK_GET_CLASS (self)->call (self, id, tool, arguments, request);
  else
    mcp_bus_link_answer_error (self, id, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                               "tools/call needs a string “name”");
}

static gboolean
mcp_bus_link_send_request (McpServerLink *link,
                           gint64 id,
                           const McpProviderRequest *request,
                           GError **error)
{
  g_autoptr (McpBusLink) self = g_object_ref (MCP_BUS_LINK (link));

  if (get_private (self)->is_lost)
    mcp_server_link_repeat_or_fail (link, id, "has left the session bus");
  else if (strcmp (request->method, "tools/list") == 0)
    MCP_BUS_LINK_GET_CLASS (self)->list (self, id);
  else if (strcmp (request->method, "tools/call") == 0)
    call_tool (self, id, request);
  else if (strcmp (request->method, "ping") == 0)
    mcp_bus_link_answer_result (self, id, "{}", 2);
  else
    mcp_bus_link_answer_error (self, id, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, "Method not found");
  return TRUE;
}

/* An app is told of calls and nothing else. */
static void
mcp_bus_link_send_message (McpServerLink *link, GBytes *message)
{
}

static void
mcp_bus_link_withdraw (McpServerLink *link, gint64 id, const char *reason)
{
  McpBusLink *self = MCP_BUS_LINK (link);
  McpBusLinkClass *klass = MCP_BUS_LINK_GET_CLASS (self);

  if (klass->withdraw != NULL)
    klass->withdraw (self, id);
  g_hash_table_remove (get_private (self)->calls, &id);
}

static void
leave (McpBusLink *self)
{
  McpBusLinkPrivate *priv = get_private (self);

  MCP_BUS_LINK_GET_CLASS (self)->detached (self);
  g_hash_table_remove_all (priv->calls);
  g_clear_pointer (&priv->owner, mcp_bus_owner_free);
  g_clear_pointer (&priv->answers, mcp_bus_answers_free);
  if (priv->asking != NULL)
    g_cancellable_cancel (priv->asking);
  g_clear_object (&priv->asking);
  g_clear_pointer (&mcp_server_link_get_facts (MCP_SERVER_LINK (self))->peer, mcp_server_peer_free);
  g_clear_object (&priv->connection);
}

static gboolean
stopped_cb (gpointer user_data)
{
  g_autoptr (McpBusLink) self = g_object_ref (user_data);

  mcp_timer_clear (&get_private (self)->stopped);
  mcp_server_link_take_stopped (MCP_SERVER_LINK (self));
  return G_SOURCE_REMOVE;
}

/* Calls that are being made are withdrawn: nobody waits for them. */
static void
mcp_bus_link_stop (McpServerLink *link)
{
  McpBusLink *self = MCP_BUS_LINK (link);
  McpBusLinkPrivate *priv = get_private (self);
  McpBusLinkClass *klass = MCP_BUS_LINK_GET_CLASS (self);
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, priv->calls);
  while (klass->withdraw != NULL && g_hash_table_iter_next (&iter, &id, NULL))
    klass->withdraw (self, *(gint64 *) id);
  leave (self);
  priv->stopped = mcp_timer_new_idle ("bus-link-stopped", G_PRIORITY_DEFAULT, stopped_cb, self);
}

/* The server has left, and another one is started. */
static void
mcp_bus_link_leave (McpServerLink *link)
{
  leave (MCP_BUS_LINK (link));
  mcp_bus_link_open (link, NULL);
}

static void
mcp_bus_link_drop (McpServerLink *link)
{
  McpBusLink *self = MCP_BUS_LINK (link);

  mcp_timer_clear (&get_private (self)->stopped);
  leave (self);
}

static void
mcp_bus_link_finalize (GObject *object)
{
  McpBusLinkPrivate *priv = get_private (MCP_BUS_LINK (object));

  g_hash_table_unref (priv->calls);
  g_clear_object (&priv->bus);

  G_OBJECT_CLASS (mcp_bus_link_parent_class)->finalize (object);
}

static void
mcp_bus_link_class_init (McpBusLinkClass *klass)
{
  McpServerLinkClass *link_class = MCP_SERVER_LINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mcp_bus_link_finalize;
  link_class->open = mcp_bus_link_open;
  link_class->begin = mcp_bus_link_begin;
  link_class->send_request = mcp_bus_link_send_request;
  link_class->send = mcp_bus_link_send_message;
  link_class->withdraw = mcp_bus_link_withdraw;
  link_class->stop = mcp_bus_link_stop;
  link_class->drop = mcp_bus_link_drop;
  link_class->leave = mcp_bus_link_leave;
  link_class->keeps_requests = TRUE;
}

static void
mcp_bus_link_init (McpBusLink *self)
{
  McpBusLinkPrivate *priv = get_private (self);

  priv->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, call_free);
}

/**
 * mcp_bus_link_set_bus:
 * @self: a link that was made just now
 * @bus: where the server is
 */
void
mcp_bus_link_set_bus (McpBusLink *self, McpBus *bus)
{
  get_private (self)->bus = g_object_ref (bus);
  g_signal_connect_object (bus, "notify::connection", G_CALLBACK (connection_changed_cb), self, 0);
}

/**
 * mcp_bus_link_get_owner:
 * @self: a link
 *
 * Returns: (transfer none) (nullable): unique name of the connection that the server has
 */
const char *
mcp_bus_link_get_owner (McpBusLink *self)
{
  McpBusOwner *owner = get_private (self)->owner;

  return owner != NULL ? mcp_bus_owner_get_unique_name (owner) : NULL;
}

/**
 * mcp_bus_link_listen:
 * @self: a link whose server is there
 * @func: called with each signal of the server's object, and with @self; a reference is not held
 *
 * Listens until mcp_bus_link_leave_signals().
 */
void
mcp_bus_link_listen (McpBusLink *self, McpBusSignalFunc func)
{
  mcp_bus_signals_listen (mcp_bus_get_signals (get_private (self)->bus),
                          mcp_bus_link_get_owner (self), get_address (self)->object_path, func,
                          self);
}

/**
 * mcp_bus_link_leave_signals:
 * @self: a link, which may have listened
 */
void
mcp_bus_link_leave_signals (McpBusLink *self)
{
  McpBusSignals *signals = mcp_bus_get_signals (get_private (self)->bus);
  const char *owner = mcp_bus_link_get_owner (self);

  /* a connection that is gone has taken its signals with it */
  if (signals != NULL && owner != NULL)
    mcp_bus_signals_leave (signals, owner, get_address (self)->object_path, self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How an app registers:
 *
 *   the name can be had --> its connection is watched --> the bus says who it is
 *     --> if a file keeps the name for a bus name: the bus says whose that is --> registered
 *
 * Whoever leaves the bus on the way is not registered: the watch comes first.
 *
 * Each change of the servers takes a time that grows with their number, and programs may ask for
 * many at once. So one queue does them in the order in which they were asked for, a few in a turn.
 */
#include "dbus/mcp-dbus-registrations.h"

#include "common/mcp-error.h"
#include "common/mcp-turn-queue.h"
#include "dbus/mcp-dbus-reply.h"
#include "dbus/mcp-dbus-senders.h"
#include "gateway/api/mcp-gateway-apps.h"
#include "upstream/dbus/mcp-bus-peer.h"

#define BUS_NAME      "org.freedesktop.DBus"
#define BUS_PATH      "/org/freedesktop/DBus"
#define BUS_INTERFACE "org.freedesktop.DBus"

struct _McpDbusRegistrations
{
  GObject parent_instance;

  McpGateway *gateway;         /* (owned) */
  GDBusConnection *connection; /* (owned) (nullable): from the first registration on */
  GHashTable *watches;         /* (owned): unique name (owned) -> subscription, of who is there */
  GCancellable *cancellable;   /* (owned) */
  McpTurnQueue *changes;       /* (owned): whatever changes who has registered */
};

G_DEFINE_FINAL_TYPE (McpDbusRegistrations, mcp_dbus_registrations, G_TYPE_OBJECT)

/* An app that is about to be registered. */
typedef struct
{
  McpDbusRegistrations *owner; /* (owned) */
  GDBusMethodInvocation *invocation;
  char *name;
  char *object_path;
  GVariant *options;
  guint timeout_seconds;
  char *kept_for;      /* (nullable): a bus name that the app must have */
  McpServerPeer *peer; /* (owned) (nullable) */
} Registering;

static void
registering_free (Registering *self)
{
  g_object_unref (self->owner);
  g_free (self->name);
  g_free (self->object_path);
  g_variant_unref (self->options);
  g_free (self->kept_for);
  g_clear_pointer (&self->peer, mcp_server_peer_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Registering, registering_free)

/* An app that has gone, or one that ends a registration. */
typedef struct
{
  McpDbusRegistrations *owner;       /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned) (nullable): the app has gone */
  char *what;                        /* the provider, or else the sender */
} Removing;

static void
remove_piece (gpointer item)
{
  Removing *removing = item;
  McpGateway *gateway = removing->owner->gateway;
  g_autoptr (GError) error = NULL;

  if (removing->invocation == NULL)
    mcp_gateway_apps_remove_all (gateway, removing->what);
  else if (mcp_gateway_apps_remove (gateway, removing->what,
                                    g_dbus_method_invocation_get_sender (removing->invocation),
                                    &error))
    g_dbus_method_invocation_return_value (removing->invocation, NULL);
  else
    mcp_dbus_reply_error (removing->invocation, error);

  g_object_unref (removing->owner);
  g_free (removing->what);
  g_free (removing);
}

static void
remove_soon (McpDbusRegistrations *self, GDBusMethodInvocation *invocation, const char *what)
{
  Removing *removing = g_new (Removing, 1);

  *removing = (Removing){ g_object_ref (self), invocation, g_strdup (what) };
  mcp_turn_queue_push (self->changes, remove_piece, removing);
}

static const char *
get_sender (Registering *registering)
{
  return g_dbus_method_invocation_get_sender (registering->invocation);
}

/* Whoever has no registration need not be watched. */
static void
unwatch (McpDbusRegistrations *self, const char *sender)
{
  gpointer subscription = g_hash_table_lookup (self->watches, sender);

  if (subscription == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (self->connection, GPOINTER_TO_UINT (subscription));
  g_hash_table_remove (self->watches, sender);
}

static void
left_cb (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *signal,
         GVariant *parameters,
         gpointer user_data)
{
  g_autoptr (McpDbusRegistrations) self = g_object_ref (user_data);
  g_autofree char *name = NULL;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get_child (parameters, 0, "s", &name);
  if (!g_hash_table_contains (self->watches, name))
    return;
  unwatch (self, name);
  remove_soon (self, NULL, name);
}

static void
watch (McpDbusRegistrations *self, const char *sender)
{
  guint subscription;

  if (g_hash_table_contains (self->watches, sender))
    return;
  subscription = g_dbus_connection_signal_subscribe (self->connection, BUS_NAME, BUS_INTERFACE,
                                                     "NameOwnerChanged", BUS_PATH, sender,
                                                     G_DBUS_SIGNAL_FLAGS_NONE, left_cb, self, NULL);
  g_hash_table_insert (self->watches, g_strdup (sender), GUINT_TO_POINTER (subscription));
}

static void
fail (Registering *registering, const GError *error)
{
  mcp_dbus_reply_error (registering->invocation, error);
}

static void
finish_piece (gpointer item)
{
  g_autoptr (Registering) registering = item;
  const McpServerPeer *peer = registering->peer;
  const McpGatewayApp app = {
    .name = registering->name,
    .sender = get_sender (registering),
    .object_path = registering->object_path,
    .timeout_seconds = registering->timeout_seconds,
    .pid = peer->pid,
    .uid = peer->uid,
    .exe = peer->exe,
    .sandbox = peer->sandbox,
  };
  g_autoptr (GError) error = NULL;

  if (!g_hash_table_contains (registering->owner->watches, app.sender))
    g_set_error_literal (&error, MCP_ERROR, MCP_ERROR_CLOSED, "The connection has gone");
  if (error == NULL && mcp_gateway_apps_add (registering->owner->gateway, &app, &error))
    g_dbus_method_invocation_return_value (registering->invocation, NULL);
  else
    fail (registering, error);
}

static void
finish_soon (Registering *registering)
{
  mcp_turn_queue_push (registering->owner->changes, finish_piece, registering);
}

static void
owner_told_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Registering) registering = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  const char *owner = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(&s)", &owner);
  if (g_strcmp0 (owner, get_sender (registering)) == 0)
    {
      finish_soon (g_steal_pointer (&registering));
      return;
    }
  g_clear_error (&error);
  g_set_error (&error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               "The name “%s” is kept for the owner of %s, as its .provider file says; register "
               "under another one",
               registering->name, registering->kept_for);
  fail (registering, error);
}

/* Whose is the bus name that the provider's name is kept for? */
static void
ask_owner (Registering *registering)
{
  g_dbus_connection_call (registering->owner->connection, BUS_NAME, BUS_PATH, BUS_INTERFACE,
                          "GetNameOwner", g_variant_new ("(s)", registering->kept_for),
                          G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
                          registering->owner->cancellable, owner_told_cb, registering);
}

static void
peer_told_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Registering) registering = user_data;
  g_autoptr (GError) error = NULL;

  registering->peer = mcp_bus_peer_ask_finish (result, &error);
  if (registering->peer == NULL)
    fail (registering, error);
  else if (registering->kept_for == NULL)
    finish_soon (g_steal_pointer (&registering));
  else
    ask_owner (g_steal_pointer (&registering));
}

static gboolean
read_options (GVariant *options, guint *timeout_seconds, GError **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (options, "timeout_seconds", NULL);

  *timeout_seconds = 0;
  if (value == NULL)
    return TRUE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32) && g_variant_get_uint32 (value) <= 86400)
    {
      *timeout_seconds = g_variant_get_uint32 (value);
      return TRUE;
    }
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       "“timeout_seconds” must be a u, at most 86400");
  return FALSE;
}

static gboolean
check (Registering *registering, GError **error)
{
  McpDbusRegistrations *self = registering->owner;
  const char *kept_for = NULL;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error) ||
      !read_options (registering->options, &registering->timeout_seconds, error) ||
      !mcp_gateway_apps_check (self->gateway, registering->name, get_sender (registering),
                               &kept_for, error))
    return FALSE;
  registering->kept_for = g_strdup (kept_for);
  return TRUE;
}

static void
begin_piece (gpointer item)
{
  g_autoptr (Registering) registering = item;
  McpDbusRegistrations *self = registering->owner;
  g_autoptr (GError) error = NULL;

  if (!check (registering, &error))
    {
      fail (registering, error);
      return;
    }
  watch (self, get_sender (registering));
  mcp_bus_peer_ask_async (self->connection, get_sender (registering), self->cancellable,
                          peer_told_cb, registering);
  registering = NULL;
}

/**
 * mcp_dbus_registrations_add:
 * @self: the registrations
 * @invocation: (transfer full): a call of RegisterProvider; it is answered, now or later
 * @name: of the provider
 * @object_path: of the caller's object
 * @options: a{sv}: `timeout_seconds` u
 *
 * Registers the caller.
 */
void
mcp_dbus_registrations_add (McpDbusRegistrations *self,
                            GDBusMethodInvocation *invocation,
                            const char *name,
                            const char *object_path,
                            GVariant *options)
{
  Registering *registering;

  if (!mcp_dbus_senders_admit (invocation))
    return;

  if (self->connection == NULL)
    self->connection = g_object_ref (g_dbus_method_invocation_get_connection (invocation));
  registering = g_new0 (Registering, 1);
  registering->owner = g_object_ref (self);
  registering->invocation = invocation;
  registering->name = g_strdup (name);
  registering->object_path = g_strdup (object_path);
  registering->options = g_variant_ref (options);
  mcp_turn_queue_push (self->changes, begin_piece, registering);
}

/**
 * mcp_dbus_registrations_remove:
 * @self: the registrations
 * @invocation: (transfer full): a call of UnregisterProvider; it is answered soon
 * @name: of the provider
 *
 * Ends a registration of the caller.
 */
void
mcp_dbus_registrations_remove (McpDbusRegistrations *self,
                               GDBusMethodInvocation *invocation,
                               const char *name)
{
  if (mcp_dbus_senders_admit (invocation))
    remove_soon (self, invocation, name);
}

/**
 * mcp_dbus_registrations_close:
 * @self: the registrations
 *
 * The daemon is not on this bus any more: all who have registered are gone.
 */
void
mcp_dbus_registrations_close (McpDbusRegistrations *self)
{
  GHashTableIter iter;
  gpointer sender, subscription;

  g_cancellable_cancel (self->cancellable);
  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, &sender, &subscription))
    {
      g_dbus_connection_signal_unsubscribe (self->connection, GPOINTER_TO_UINT (subscription));
      mcp_gateway_apps_remove_all (self->gateway, sender);
    }
  g_hash_table_remove_all (self->watches);
}

static void
mcp_dbus_registrations_finalize (GObject *object)
{
  McpDbusRegistrations *self = MCP_DBUS_REGISTRATIONS (object);

  mcp_turn_queue_free (self->changes);
  g_hash_table_unref (self->watches);
  g_clear_object (&self->connection);
  g_object_unref (self->cancellable);
  g_object_unref (self->gateway);

  G_OBJECT_CLASS (mcp_dbus_registrations_parent_class)->finalize (object);
}

static void
mcp_dbus_registrations_class_init (McpDbusRegistrationsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_dbus_registrations_finalize;
}

static void
mcp_dbus_registrations_init (McpDbusRegistrations *self)
{
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cancellable = g_cancellable_new ();
  self->changes = mcp_turn_queue_new ("apps-change");
}

/**
 * mcp_dbus_registrations_new:
 * @gateway: what the apps become servers of
 *
 * Returns: (transfer full): nobody has registered; to be closed by mcp_dbus_registrations_close()
 */
McpDbusRegistrations *
mcp_dbus_registrations_new (McpGateway *gateway)
{
  McpDbusRegistrations *self = g_object_new (MCP_TYPE_DBUS_REGISTRATIONS, NULL);

  self->gateway = g_object_ref (gateway);
  return self;
}

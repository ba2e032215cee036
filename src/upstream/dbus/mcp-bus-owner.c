/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 *   ASKING --somebody has the name------------------------------> FOUND --NameOwnerChanged--> LOST
 *      |     nobody has: the bus starts the app, ASKING again
 *      '----the bus has nobody to start----> FAILED
 *
 * The signal is subscribed to before the owner is asked for, so that no change is missed. No call
 * has a time-out: whoever asks has a deadline for the whole.
 */
#include "mcp-bus-owner-private.h"

#define BUS_NAME      "org.freedesktop.DBus"
#define BUS_PATH      "/org/freedesktop/DBus"
#define BUS_INTERFACE "org.freedesktop.DBus"

struct _McpBusOwner
{
  GDBusConnection *connection; /* (owned) */
  char *name;
  char *owner;         /* (nullable): from FOUND on */
  gboolean is_started; /* the bus says that it has started somebody */
  const McpBusOwnerFuncs *funcs;
  gpointer user_data;
  GCancellable *cancellable; /* (owned) */
  guint subscription;
};

static void ask_owner (McpBusOwner *self);

static void
call_bus (McpBusOwner *self, const char *method, GVariant *arguments, GAsyncReadyCallback callback)
{
  g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, BUS_INTERFACE, method, arguments,
                          NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, self->cancellable, callback,
                          self);
}

static void
fail (McpBusOwner *self, GError *error)
{
  g_dbus_error_strip_remote_error (error);
  self->funcs->failed (error, self->user_data);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpBusOwner *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  /* cancelled by mcp_bus_owner_free(): there is no @self any more */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply == NULL)
    {
      fail (self, error);
      return;
    }
  self->is_started = TRUE;
  ask_owner (self);
}

/* The bus refuses to start what it has no file for, even where somebody has the name: so the owner
   is asked for first. */
static void
owner_told_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpBusOwner *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply != NULL)
    {
      g_variant_get (reply, "(s)", &self->owner);
      self->funcs->found (self->owner, self->user_data);
    }
  else if (self->is_started || g_dbus_is_unique_name (self->name) ||
           !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
    fail (self, error);
  else
    call_bus (self, "StartServiceByName", g_variant_new ("(su)", self->name, 0u), started_cb);
}

static void
ask_owner (McpBusOwner *self)
{
  call_bus (self, "GetNameOwner", g_variant_new ("(s)", self->name), owner_told_cb);
}

static void
owner_changed_cb (GDBusConnection *connection,
                  const char *sender,
                  const char *path,
                  const char *interface,
                  const char *signal,
                  GVariant *parameters,
                  gpointer user_data)
{
  McpBusOwner *self = user_data;
  const char *previous = "";

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get_child (parameters, 1, "&s", &previous);
  if (g_strcmp0 (previous, self->owner) == 0)
    self->funcs->lost (self->user_data);
}

/**
 * mcp_bus_owner_new:
 * @connection: a connection to a bus
 * @name: whose owner is looked for
 * @funcs: static: what is told, not before this returns
 * @user_data: for @funcs
 *
 * Begins to look. A well-known name that nobody has is started by the bus, where it can be.
 *
 * Returns: (transfer full): the search
 */
McpBusOwner *
mcp_bus_owner_new (GDBusConnection *connection,
                   const char *name,
                   const McpBusOwnerFuncs *funcs,
                   gpointer user_data)
{
  McpBusOwner *self = g_new0 (McpBusOwner, 1);

  self->connection = g_object_ref (connection);
  self->name = g_strdup (name);
  self->funcs = funcs;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->subscription = g_dbus_connection_signal_subscribe (
      connection, BUS_NAME, BUS_INTERFACE, "NameOwnerChanged", BUS_PATH, name,
      G_DBUS_SIGNAL_FLAGS_NONE, owner_changed_cb, self, NULL);
  ask_owner (self);
  return self;
}

/**
 * mcp_bus_owner_free:
 * @self: (transfer full): in any state
 */
void
mcp_bus_owner_free (McpBusOwner *self)
{
  g_cancellable_cancel (self->cancellable);
  g_dbus_connection_signal_unsubscribe (self->connection, self->subscription);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self->owner);
  g_free (self->name);
  g_free (self);
}

/**
 * mcp_bus_owner_get_unique_name:
 * @self: the search
 *
 * Returns: (transfer none) (nullable): the connection that has the name
 */
const char *
mcp_bus_owner_get_unique_name (McpBusOwner *self)
{
  return self->owner;
}

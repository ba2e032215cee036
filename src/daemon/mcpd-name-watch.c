/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-name-watch.h"

#define CALL_TIMEOUT_MS 10000

struct _McpdNameWatch
{
  GDBusConnection *connection; /* (owned) */
  GCancellable *cancellable;   /* (owned) */
  char *name;
  McpdNameWatchFunc func;
  gpointer user_data;
  guint subscription_id; /* 0: the bus has not answered yet */
};

static void
owner_changed_cb (GDBusConnection *connection,
                  const char *sender,
                  const char *path,
                  const char *interface,
                  const char *signal,
                  GVariant *arguments,
                  gpointer user_data)
{
  McpdNameWatch *self = user_data;
  const char *owner;

  g_variant_get (arguments, "(&s&s&s)", NULL, NULL, &owner);
  self->func (*owner != '\0', self->user_data);
}

static void
ask (McpdNameWatch *self, GAsyncReadyCallback callback)
{
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "NameHasOwner", g_variant_new ("(s)", self->name),
                          G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS,
                          self->cancellable, callback, self);
}

static void
has_owner_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  McpdNameWatch *self = user_data;
  gboolean has_owner;

  /* cancelled: there is no @self any more */
  if (reply == NULL)
    return;
  g_variant_get (reply, "(b)", &has_owner);
  self->func (has_owner, self->user_data);
}

/* The bus lives: it takes a subscription. The question is asked again behind it, so that no owner
 * is missed in between. */
static void
lives_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  McpdNameWatch *self = user_data;

  /* cancelled: there is no @self any more */
  if (reply == NULL || g_dbus_connection_is_closed (self->connection))
    return;
  self->subscription_id = g_dbus_connection_signal_subscribe (
      self->connection, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
      "/org/freedesktop/DBus", self->name, G_DBUS_SIGNAL_FLAGS_NONE, owner_changed_cb, self, NULL);
  ask (self, has_owner_cb);
}

/**
 * mcpd_name_watch_new:
 * @connection: the bus
 * @name: a well-known name
 * @func: told of its owners; not before this returns
 * @user_data: for @func
 *
 * Returns: (transfer full): the watch
 */
McpdNameWatch *
mcpd_name_watch_new (GDBusConnection *connection,
                     const char *name,
                     McpdNameWatchFunc func,
                     gpointer user_data)
{
  McpdNameWatch *self = g_new0 (McpdNameWatch, 1);

  self->connection = g_object_ref (connection);
  self->cancellable = g_cancellable_new ();
  self->name = g_strdup (name);
  self->func = func;
  self->user_data = user_data;
  ask (self, lives_cb);
  return self;
}

/**
 * mcpd_name_watch_free:
 * @self: (transfer full): the watch; nothing is told any more
 */
void
mcpd_name_watch_free (McpdNameWatch *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->subscription_id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->subscription_id);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self->name);
  g_free (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A portal takes an unsandboxed program for the application that its control group is named after,
 * as it does with what desktops start. The daemon's service is not named so on purpose: servers
 * live in the same control group, and must not pass for the daemon. So the daemon says itself who
 * it is (org.freedesktop.host.portal.Registry), for its connection alone.
 */
#include "daemon/mcpd-portal.h"

#include "common/mcp-names.h"

#define PORTAL_NAME        "org.freedesktop.portal.Desktop"
#define PORTAL_PATH        "/org/freedesktop/portal/desktop"
#define REGISTRY_INTERFACE "org.freedesktop.host.portal.Registry"

#define CALL_TIMEOUT_MS 10000

struct _McpdPortal
{
  GDBusConnection *connection; /* (owned) */
  GCancellable *cancellable;   /* (owned) */
  guint subscription_id;       /* of the portal's owner; 0: not yet */
};

static void
registered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL)
    g_debug ("The portal does not take the application’s id: %s", error->message);
}

static void
register_id (McpdPortal *self)
{
  g_dbus_connection_call (self->connection, PORTAL_NAME, PORTAL_PATH, REGISTRY_INTERFACE,
                          "Register", g_variant_new ("(sa{sv})", MCP_BUS_NAME, NULL), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_TIMEOUT_MS, self->cancellable,
                          registered_cb, NULL);
}

static void
owner_changed_cb (GDBusConnection *connection,
                  const char *sender,
                  const char *path,
                  const char *interface,
                  const char *signal,
                  GVariant *arguments,
                  gpointer user_data)
{
  const char *owner;

  g_variant_get (arguments, "(&s&s&s)", NULL, NULL, &owner);
  if (*owner != '\0')
    register_id (user_data);
}

static void
follow_owner (McpdPortal *self)
{
  self->subscription_id = g_dbus_connection_signal_subscribe (
      self->connection, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
      "/org/freedesktop/DBus", PORTAL_NAME, G_DBUS_SIGNAL_FLAGS_NONE, owner_changed_cb, self, NULL);
}

/* A bus that has just gone would make GLib complain of a subscription. */
static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  McpdPortal *self = user_data;
  gboolean is_there;

  /* cancelled: there is no @self any more */
  if (reply == NULL)
    return;
  follow_owner (self);
  g_variant_get (reply, "(b)", &is_there);
  if (is_there)
    register_id (self);
}

/**
 * mcpd_portal_new:
 * @connection: the session bus
 *
 * Returns: (transfer full): registers as soon as there is a portal
 */
McpdPortal *
mcpd_portal_new (GDBusConnection *connection)
{
  McpdPortal *self = g_new0 (McpdPortal, 1);

  self->connection = g_object_ref (connection);
  self->cancellable = g_cancellable_new ();
  g_dbus_connection_call (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "NameHasOwner", g_variant_new ("(s)", PORTAL_NAME), G_VARIANT_TYPE ("(b)"),
      G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, self->cancellable, answered_cb, self);
  return self;
}

/**
 * mcpd_portal_free:
 * @self: (transfer full): the portal
 */
void
mcpd_portal_free (McpdPortal *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->subscription_id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->subscription_id);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A portal takes an unsandboxed program for the application that its control group is named after,
 * as it does with what desktops start. The daemon's service is not named so on purpose: servers
 * live in the same control group, and must not pass for the daemon. So the daemon says itself who
 * it is (org.freedesktop.host.portal.Registry), for its connection alone.
 */
#include "daemon/mcpd-portal.h"

#include "common/mcp-names.h"
#include "daemon/mcpd-name-watch.h"

#define PORTAL_NAME        "org.freedesktop.portal.Desktop"
#define PORTAL_PATH        "/org/freedesktop/portal/desktop"
#define REGISTRY_INTERFACE "org.freedesktop.host.portal.Registry"

#define CALL_TIMEOUT_MS 10000

struct _McpdPortal
{
  GDBusConnection *connection; /* (owned) */
  GCancellable *cancellable;   /* (owned) */
  McpdNameWatch *watch;        /* (owned) */
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
owner_cb (gboolean has_owner, gpointer user_data)
{
  if (has_owner)
    register_id (user_data);
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
  self->watch = mcpd_name_watch_new (connection, PORTAL_NAME, owner_cb, self);
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
  mcpd_name_watch_free (self->watch);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self);
}

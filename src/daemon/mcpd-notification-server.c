/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * There are two kinds of servers. GLib prefers that of GNOME Shell to that of freedesktop.org. The
 * first takes texts as they are, the second as markup.
 */
#include "daemon/mcpd-notification-server.h"

#include "daemon/mcpd-name-watch.h"

#define PLAIN_SERVER  "org.gtk.Notifications"
#define MARKUP_SERVER "org.freedesktop.Notifications"

#define CALL_TIMEOUT_MS 10000

struct _McpdNotificationServer
{
  GCancellable *cancellable;   /* (owned) */
  McpdNameWatch *plain_watch;  /* (owned) */
  McpdNameWatch *markup_watch; /* (owned) */
  gboolean has_plain;
  gboolean has_markup;
  gboolean can_be_started; /* the latter, by the bus */
  McpdNotificationServerFunc came;
  gpointer user_data;
};

/**
 * mcpd_notification_server_is_there:
 * @self: the server
 *
 * Returns: whether notifications are shown; where they are not, GLib would complain of each
 */
gboolean
mcpd_notification_server_is_there (McpdNotificationServer *self)
{
  return self->has_plain || self->has_markup || self->can_be_started;
}

/**
 * mcpd_notification_server_is_plain:
 * @self: the server
 *
 * Returns: whether texts are shown as they are, and not taken as markup
 */
gboolean
mcpd_notification_server_is_plain (McpdNotificationServer *self)
{
  return self->has_plain;
}

static void
set (McpdNotificationServer *self, gboolean *fact, gboolean value)
{
  gboolean was_there = mcpd_notification_server_is_there (self);

  *fact = value;
  if (!was_there && value)
    self->came (self->user_data);
}

static void
plain_cb (gboolean has_owner, gpointer user_data)
{
  McpdNotificationServer *self = user_data;

  set (self, &self->has_plain, has_owner);
}

static void
markup_cb (gboolean has_owner, gpointer user_data)
{
  McpdNotificationServer *self = user_data;

  set (self, &self->has_markup, has_owner);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  McpdNotificationServer *self = user_data;
  g_autofree const char **names = NULL;

  /* cancelled: there is no @self any more */
  if (reply == NULL)
    return;
  g_variant_get (reply, "(^a&s)", &names);
  set (self, &self->can_be_started, g_strv_contains (names, MARKUP_SERVER));
}

/**
 * mcpd_notification_server_new:
 * @connection: the session bus
 * @came: called when notifications can be shown; not before this returns
 * @user_data: for @came
 *
 * Returns: (transfer full): nobody is known yet
 */
McpdNotificationServer *
mcpd_notification_server_new (GDBusConnection *connection,
                              McpdNotificationServerFunc came,
                              gpointer user_data)
{
  McpdNotificationServer *self = g_new0 (McpdNotificationServer, 1);

  self->came = came;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->plain_watch = mcpd_name_watch_new (connection, PLAIN_SERVER, plain_cb, self);
  self->markup_watch = mcpd_name_watch_new (connection, MARKUP_SERVER, markup_cb, self);
  g_dbus_connection_call (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "ListActivatableNames", NULL,
                          G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS,
                          self->cancellable, listed_cb, self);
  return self;
}

/**
 * mcpd_notification_server_free:
 * @self: (transfer full): the server
 */
void
mcpd_notification_server_free (McpdNotificationServer *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  mcpd_name_watch_free (self->plain_watch);
  mcpd_name_watch_free (self->markup_watch);
  g_free (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * States:
 *
 *   NEW ---- mcpd_bus_join() ----> JOINED ---- the connection closes ----> AWAY
 *                                    ^                                     |   ^
 *                                    |        the bus answers: CONNECTING <'   |
 *                                    |                            |            |
 *                                    |       what is to be on it: PREPARING ---+ the bus is gone
 *                                    |                            |            |
 *                                    '------------ the name is ours -----------' it is not to be
 * had
 *
 * AWAY looks for the bus again when its socket appears, and after a while that doubles where there
 * is a socket and nobody who answers, or no socket to watch.
 * mcpd_bus_leave() ends it from any state. GLib hands out one connection for all as long as
 * somebody holds it: a new one can be made when everybody has let go of the old one.
 */
#include "daemon/mcpd-bus.h"

#include "common/mcp-names.h"
#include "common/mcp-timer.h"

#include <glib/gi18n.h>
#include <string.h>

#define FIRST_RETRY_MS 500
#define LAST_RETRY_MS  60000

/* How long a bus that takes nothing may hold up the daemon's end. */
#define FLUSH_LIMIT_MS 1000

struct _McpdBus
{
  GObject parent_instance;

  const McpdDesktopFuncs *funcs;
  gpointer user_data;
  McpdDesktop *desktop;        /* (owned) (nullable): while JOINED */
  GDBusConnection *connection; /* (owned) (nullable): likewise, and open */
  GCancellable *cancellable;   /* (owned): of what is under way */
  GSource *retry;              /* (owned) (nullable): while AWAY */
  guint retry_ms;
  McpdInotify *inotify;       /* (owned) */
  McpdWatch *watch;           /* (owned) (nullable): of the bus' socket, while AWAY */
  gboolean is_connecting;     /* or preparing */
  GDBusConnection *preparing; /* (owned) (nullable): that mcpd_bus_prepared() is awaited for */
  gboolean has_left;
  GTask *flushing;      /* (owned) (nullable): of mcpd_bus_flush_async() */
  GSource *flush_limit; /* (owned) (nullable): likewise */
};

G_DEFINE_FINAL_TYPE (McpdBus, mcpd_bus, G_TYPE_OBJECT)

static void retry_later (McpdBus *self);

/* Returns: (transfer full) (nullable): %NULL: the bus has no file */
static char *
dup_socket_path (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  static const char prefix[] = "unix:path=";

  if (address == NULL)
    return g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  if (!g_str_has_prefix (address, prefix))
    return NULL;
  address += strlen (prefix);
  return g_strndup (address, strcspn (address, ",;"));
}

/* Without an address GLib would start a bus of its own where there is an X display. */
static gboolean
is_worth_trying (void)
{
  g_autofree char *path = dup_socket_path ();

  return path == NULL || g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
drop_desktop (McpdBus *self)
{
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  if (self->desktop != NULL)
    mcpd_desktop_leave (self->desktop);
  g_clear_object (&self->desktop);
  g_clear_object (&self->connection);
}

static void
connection_closed_cb (GDBusConnection *connection,
                      gboolean remote_peer_vanished,
                      GError *error,
                      McpdBus *self)
{
  g_message (_ ("The session bus is gone; HTTP goes on"));
  drop_desktop (self);
  retry_later (self);
}

static void
follow (McpdBus *self)
{
  self->connection = g_application_get_dbus_connection (G_APPLICATION (self->desktop));
  if (self->connection == NULL)
    return;
  g_object_ref (self->connection);
  g_signal_connect (self->connection, "closed", G_CALLBACK (connection_closed_cb), self);
  g_message (_ ("On the session bus as %s"), MCP_BUS_NAME);
  self->funcs->ready (self->user_data);
}

static gboolean
register_desktop (McpdBus *self, GError **error)
{
  self->desktop = mcpd_desktop_new (self->funcs, self->user_data);
  if (!g_application_register (G_APPLICATION (self->desktop), NULL, error))
    {
      drop_desktop (self);
      return FALSE;
    }
  follow (self);
  return TRUE;
}

/* Coming back */

static void
stop_looking (McpdBus *self)
{
  mcp_timer_clear (&self->retry);
  g_clear_pointer (&self->watch, mcpd_inotify_watch_free);
}

static void
give_up (McpdBus *self, const GError *error)
{
  g_debug ("The session bus cannot be joined again yet: %s",
           error != NULL ? error->message : "somebody holds the old connection");
  self->is_connecting = FALSE;
  self->funcs->left (self->user_data);
  retry_later (self);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpdBus) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_bus_get_finish (result, &error);

  if (connection != NULL)
    g_dbus_connection_set_exit_on_close (connection, FALSE);
  if (self->has_left)
    return;
  if (connection == NULL || g_dbus_connection_is_closed (connection) ||
      !self->funcs->joining (connection, self->user_data, &error))
    {
      give_up (self, error);
      return;
    }
  self->preparing = g_steal_pointer (&connection);
}

/**
 * mcpd_bus_prepared:
 * @self: the bus
 *
 * What McpdDesktopFuncs.joining has begun is done, or has come to nothing.
 */
void
mcpd_bus_prepared (McpdBus *self)
{
  g_autoptr (GDBusConnection) connection = g_steal_pointer (&self->preparing);
  g_autoptr (GError) error = NULL;

  if (self->has_left)
    return;
  if (g_dbus_connection_is_closed (connection) || !register_desktop (self, &error))
    {
      /* before GLib makes a new one, all have to let go of this one */
      g_clear_object (&connection);
      give_up (self, error);
      return;
    }
  self->is_connecting = FALSE;
  stop_looking (self);
  self->retry_ms = FIRST_RETRY_MS;
}

static void
try_again (McpdBus *self)
{
  if (self->is_connecting || self->desktop != NULL || self->has_left)
    return;
  if (!is_worth_trying ())
    {
      retry_later (self);
      return;
    }
  self->is_connecting = TRUE;
  g_bus_get (G_BUS_TYPE_SESSION, self->cancellable, connected_cb, g_object_ref (self));
}

static gboolean
retry_cb (gpointer user_data)
{
  McpdBus *self = user_data;

  mcp_timer_clear (&self->retry);
  try_again (self);
  return G_SOURCE_REMOVE;
}

static void
socket_changed_cb (gpointer user_data)
{
  if (is_worth_trying ())
    try_again (user_data);
}

static void
watch_socket (McpdBus *self)
{
  g_autofree char *path = dup_socket_path ();

  if (path != NULL && self->watch == NULL)
    self->watch = mcpd_inotify_watch_file (self->inotify, path, socket_changed_cb, self, NULL);
}

static void
retry_later (McpdBus *self)
{
  watch_socket (self);
  mcp_timer_clear (&self->retry);
  /* While there is no socket, its making is all that is waited for. */
  if (self->watch != NULL && !is_worth_trying ())
    return;
  self->retry = mcp_timer_new_ms ("bus-retry", self->retry_ms, retry_cb, self);
  self->retry_ms = MIN (2 * self->retry_ms, LAST_RETRY_MS);
}

/**
 * mcpd_bus_join:
 * @self: a bus that was not joined
 * @error: return location
 *
 * Joins the session bus, as far as there is one; blocks until the bus has answered. Without a bus,
 * the daemon joins when there is one.
 *
 * Returns: %FALSE if there is a bus, but the name is not to be had
 */
gboolean
mcpd_bus_join (McpdBus *self, GError **error)
{
  if (!register_desktop (self, error))
    return FALSE;
  if (self->connection != NULL)
    return TRUE;

  g_message (_ ("There is no session bus; HTTP only"));
  drop_desktop (self);
  retry_later (self);
  return TRUE;
}

static void
end_flush (McpdBus *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->flushing);

  mcp_timer_clear (&self->flush_limit);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
flushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpdBus) self = user_data;

  end_flush (self);
}

static gboolean
flush_limit_cb (gpointer user_data)
{
  g_debug ("The session bus does not take what is left to be said");
  end_flush (user_data);
  return G_SOURCE_REMOVE;
}

/**
 * mcpd_bus_flush_async:
 * @self: the bus; nothing else flushes it
 * @callback: (scope async): when it is so
 * @user_data: for @callback
 *
 * Waits until what was said on the bus is sent, but no longer than 1 s: a bus may hang.
 */
void
mcpd_bus_flush_async (McpdBus *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (MCPD_IS_BUS (self));
  g_return_if_fail (self->flushing == NULL);

  self->flushing = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->flushing, mcpd_bus_flush_async);
  if (self->connection == NULL)
    {
      end_flush (self);
      return;
    }
  self->flush_limit = mcp_timer_new_ms ("bus-flush", FLUSH_LIMIT_MS, flush_limit_cb, self);
  g_dbus_connection_flush (self->connection, NULL, flushed_cb, g_object_ref (self));
}

/**
 * mcpd_bus_flush_finish:
 * @self: the bus
 * @result: what the callback got
 */
void
mcpd_bus_flush_finish (McpdBus *self, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));

  g_task_propagate_boolean (G_TASK (result), NULL);
}

/**
 * mcpd_bus_leave:
 * @self: the bus
 *
 * Takes the daemon off the bus for good. What was said on it before is sent if
 * mcpd_bus_flush_async() has ended.
 */
void
mcpd_bus_leave (McpdBus *self)
{
  if (self->has_left)
    return;
  self->has_left = TRUE;
  g_cancellable_cancel (self->cancellable);
  stop_looking (self);
  if (self->preparing != NULL)
    self->funcs->left (self->user_data);
  drop_desktop (self);
}

/**
 * mcpd_bus_get_application:
 * @self: the bus
 *
 * Returns: (transfer none) (nullable): what sends notifications now; %NULL: there is no bus
 */
GApplication *
mcpd_bus_get_application (McpdBus *self)
{
  return self->connection != NULL ? G_APPLICATION (self->desktop) : NULL;
}

static void
mcpd_bus_dispose (GObject *object)
{
  McpdBus *self = MCPD_BUS (object);

  mcpd_bus_leave (self);
  mcp_timer_clear (&self->flush_limit);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (mcpd_bus_parent_class)->dispose (object);
}

static void
mcpd_bus_finalize (GObject *object)
{
  mcpd_inotify_unref (MCPD_BUS (object)->inotify);

  G_OBJECT_CLASS (mcpd_bus_parent_class)->finalize (object);
}

static void
mcpd_bus_class_init (McpdBusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcpd_bus_dispose;
  G_OBJECT_CLASS (klass)->finalize = mcpd_bus_finalize;
}

static void
mcpd_bus_init (McpdBus *self)
{
  self->cancellable = g_cancellable_new ();
  self->retry_ms = FIRST_RETRY_MS;
}

/**
 * mcpd_bus_new:
 * @inotify: tells when there is a bus
 * @funcs: static
 * @user_data: for @funcs; must live until mcpd_bus_leave()
 *
 * Returns: (transfer full): a bus that was not joined
 */
McpdBus *
mcpd_bus_new (McpdInotify *inotify, const McpdDesktopFuncs *funcs, gpointer user_data)
{
  McpdBus *self = g_object_new (MCPD_TYPE_BUS, NULL);

  self->inotify = mcpd_inotify_ref (inotify);
  self->funcs = funcs;
  self->user_data = user_data;
  return self;
}

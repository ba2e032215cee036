/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-tool-registration-private.h"

#define BUS_NAME   "org.mcpsessiond.Daemon"
#define TOOLS_PATH "/org/mcpsessiond/Tools"
#define TOOLS      "org.mcpsessiond.Tools1"

/* The daemon may have to be started first. */
#define TIMEOUT_MS 60000

/* Counted: a call on the bus holds a reference until its answer. */
struct _McpToolRegistration
{
  GDBusConnection *connection; /* (owned) */
  char *name;
  char *path;
  McpToolRegistrationFunc changed; /* (nullable): once it has ended */
  gpointer user_data;
  guint watch_id; /* of the daemon's name; 0: not yet */
  gboolean is_known;
};

static void
registration_clear (gpointer data)
{
  McpToolRegistration *self = data;

  g_object_unref (self->connection);
  g_free (self->name);
  g_free (self->path);
}

static void
registration_unref (gpointer data)
{
  g_rc_box_release_full (data, registration_clear);
}

static void
set_known (McpToolRegistration *self, gboolean is_known)
{
  if (self->is_known == is_known || self->changed == NULL)
    return;
  self->is_known = is_known;
  self->changed (self->user_data);
}

static void
call_register (McpToolRegistration *self,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  g_dbus_connection_call (self->connection, BUS_NAME, TOOLS_PATH, TOOLS, "RegisterProvider",
                          g_variant_new ("(soa{sv})", self->name, self->path, NULL), NULL,
                          G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS, cancellable, callback, user_data);
}

static void
registered_again_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpToolRegistration *self = user_data;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  if (reply != NULL)
    set_known (self, TRUE);
  registration_unref (self);
}

/* A daemon forgets its providers when it ends. */
static void
appeared_cb (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  McpToolRegistration *self = user_data;

  if (!self->is_known)
    call_register (self, NULL, registered_again_cb, g_rc_box_acquire (self));
}

static void
vanished_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  set_known (user_data, FALSE);
}

typedef struct
{
  McpToolRegistration *self; /* (owned) */
  GTask *task;               /* (owned) */
} Start;

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Start *start = user_data;
  g_autoptr (GTask) task = start->task;
  McpToolRegistration *self = start->self;
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL)
    g_task_return_error (task, error);
  else
    {
      set_known (self, TRUE);
      if (self->watch_id == 0 && self->changed != NULL)
        self->watch_id = g_bus_watch_name_on_connection (
            self->connection, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, appeared_cb, vanished_cb,
            g_rc_box_acquire (self), registration_unref);
      g_task_return_boolean (task, TRUE);
    }
  registration_unref (self);
}

/*
 * mcp_tool_registration_new:
 * @connection: to the bus
 * @name: of the provider
 * @path: where it answers
 * @changed: called until mcp_tool_registration_end()
 * @user_data: for @changed
 *
 * Returns: (transfer full): a registration that is not known yet
 */
McpToolRegistration *
mcp_tool_registration_new (GDBusConnection *connection,
                           const char *name,
                           const char *path,
                           McpToolRegistrationFunc changed,
                           gpointer user_data)
{
  McpToolRegistration *self = g_rc_box_new0 (McpToolRegistration);

  self->connection = g_object_ref (connection);
  self->name = g_strdup (name);
  self->path = g_strdup (path);
  self->changed = changed;
  self->user_data = user_data;
  return self;
}

/*
 * mcp_tool_registration_start:
 * @self: a registration
 * @task: (transfer full): returns a boolean when the daemon has answered
 *
 * Tells the daemon, and from then on each daemon that comes.
 */
void
mcp_tool_registration_start (McpToolRegistration *self, GTask *task)
{
  Start *start = g_new0 (Start, 1);

  start->self = g_rc_box_acquire (self);
  start->task = task;
  call_register (self, g_task_get_cancellable (task), started_cb, start);
}

/*
 * mcp_tool_registration_is_known:
 * @self: a registration
 *
 * Returns: whether the daemon knows the provider at this moment
 */
gboolean
mcp_tool_registration_is_known (McpToolRegistration *self)
{
  return self->is_known;
}

/*
 * mcp_tool_registration_end:
 * @self: (transfer full): a registration
 *
 * Takes the provider back.
 */
void
mcp_tool_registration_end (McpToolRegistration *self)
{
  self->changed = NULL;
  if (self->is_known)
    g_dbus_connection_call (self->connection, BUS_NAME, TOOLS_PATH, TOOLS, "UnregisterProvider",
                            g_variant_new ("(s)", self->name), NULL,
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  g_clear_handle_id (&self->watch_id, g_bus_unwatch_name);
  registration_unref (self);
}

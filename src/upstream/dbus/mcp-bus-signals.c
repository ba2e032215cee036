/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-bus-signals-private.h"

typedef struct
{
  McpBusSignalFunc func;
  gpointer data;
} Listener;

/* One object of one app. */
typedef struct
{
  GDBusConnection *connection; /* (unowned) */
  guint subscription;
  GArray *listeners; /* (owned) (element-type Listener) */
  guint n_changes;   /* of the listeners */
} Origin;

struct _McpBusSignals
{
  GDBusConnection *connection; /* (owned) */
  GHashTable *origins;         /* (owned): char *“OWNER PATH” (owned) -> Origin (owned box) */
};

static void
origin_clear (gpointer data)
{
  g_array_unref (((Origin *) data)->listeners);
}

static void
origin_drop (gpointer data)
{
  Origin *self = data;

  g_dbus_connection_signal_unsubscribe (self->connection, self->subscription);
  g_rc_box_release_full (self, origin_clear);
}

/* Neither name nor path has a space. */
static char *
build_key (const char *owner, const char *path)
{
  return g_strconcat (owner, " ", path, NULL);
}

static gboolean
find_listener (Origin *self, gpointer data, guint *index)
{
  for (guint i = 0; i < self->listeners->len; i++)
    if (g_array_index (self->listeners, Listener, i).data == data)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

/* A listener may leave, or others come, in the midst of it. */
static void
signal_cb (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *parameters,
           gpointer user_data)
{
  Origin *self = g_rc_box_acquire (user_data);
  g_autoptr (GArray) listeners = g_array_copy (self->listeners);
  guint n_changes = self->n_changes;
  guint index;

  for (guint i = 0; i < listeners->len; i++)
    {
      const Listener *listener = &g_array_index (listeners, Listener, i);

      if (n_changes == self->n_changes || find_listener (self, listener->data, &index))
        listener->func (signal, parameters, listener->data);
    }
  g_rc_box_release_full (self, origin_clear);
}

/**
 * mcp_bus_signals_new:
 * @connection: a connection to a bus
 *
 * Returns: (transfer full): signals that nobody listens to yet
 */
McpBusSignals *
mcp_bus_signals_new (GDBusConnection *connection)
{
  McpBusSignals *self = g_new0 (McpBusSignals, 1);

  self->connection = g_object_ref (connection);
  self->origins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, origin_drop);
  return self;
}

/**
 * mcp_bus_signals_free:
 * @self: (transfer full): signals; nobody is told of any more
 */
void
mcp_bus_signals_free (McpBusSignals *self)
{
  g_hash_table_unref (self->origins);
  g_object_unref (self->connection);
  g_free (self);
}

static Origin *
add_origin (McpBusSignals *self, const char *owner, const char *path)
{
  Origin *origin = g_rc_box_new0 (Origin);

  origin->connection = self->connection;
  origin->listeners = g_array_new (FALSE, FALSE, sizeof (Listener));
  origin->subscription = g_dbus_connection_signal_subscribe (
      self->connection, owner, MCP_BUS_APP_INTERFACE, NULL, path, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      signal_cb, origin, NULL);
  g_hash_table_insert (self->origins, build_key (owner, path), origin);
  return origin;
}

/**
 * mcp_bus_signals_listen:
 * @self: signals
 * @owner: unique name of the connection that sends
 * @path: of the object that sends
 * @func: called with each signal, from the main context
 * @listener: for @func; listens once to one object; must live until mcp_bus_signals_leave()
 */
void
mcp_bus_signals_listen (McpBusSignals *self,
                        const char *owner,
                        const char *path,
                        McpBusSignalFunc func,
                        gpointer listener)
{
  g_autofree char *key = build_key (owner, path);
  Origin *origin = g_hash_table_lookup (self->origins, key);
  const Listener added = { func, listener };

  if (origin == NULL)
    origin = add_origin (self, owner, path);
  g_array_append_val (origin->listeners, added);
  origin->n_changes++;
}

/**
 * mcp_bus_signals_leave:
 * @self: signals
 * @owner: as for mcp_bus_signals_listen()
 * @path: likewise
 * @listener: who has listened; it hears nothing more
 */
void
mcp_bus_signals_leave (McpBusSignals *self, const char *owner, const char *path, gpointer listener)
{
  g_autofree char *key = build_key (owner, path);
  Origin *origin = g_hash_table_lookup (self->origins, key);
  guint index;

  if (origin == NULL || !find_listener (origin, listener, &index))
    return;
  g_array_remove_index (origin->listeners, index);
  origin->n_changes++;
  if (origin->listeners->len == 0)
    g_hash_table_remove (self->origins, key);
}

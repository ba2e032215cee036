/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-bus-private.h"

struct _McpBus
{
  GObject parent_instance;

  GDBusConnection *connection; /* (owned) (nullable) */
  McpBusSignals *signals;      /* (owned) (nullable): while there is a connection */
};

G_DEFINE_FINAL_TYPE (McpBus, mcp_bus, G_TYPE_OBJECT)

enum
{
  PROP_CONNECTION = 1,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

static void
mcp_bus_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_CONNECTION)
    g_value_set_object (value, MCP_BUS (object)->connection);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mcp_bus_dispose (GObject *object)
{
  g_clear_pointer (&MCP_BUS (object)->signals, mcp_bus_signals_free);
  g_clear_object (&MCP_BUS (object)->connection);

  G_OBJECT_CLASS (mcp_bus_parent_class)->dispose (object);
}

static void
mcp_bus_class_init (McpBusClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mcp_bus_get_property;
  object_class->dispose = mcp_bus_dispose;

  props[PROP_CONNECTION] =
      g_param_spec_object ("connection", NULL, NULL, G_TYPE_DBUS_CONNECTION,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
mcp_bus_init (McpBus *self)
{
}

/**
 * mcp_bus_new:
 *
 * Returns: (transfer full): a bus that the daemon is not on yet
 */
McpBus *
mcp_bus_new (void)
{
  return g_object_new (MCP_TYPE_BUS, NULL);
}

/**
 * mcp_bus_set_connection:
 * @self: the bus
 * @connection: (nullable): how the daemon is on it; %NULL: it is on it no longer
 */
void
mcp_bus_set_connection (McpBus *self, GDBusConnection *connection)
{
  g_return_if_fail (MCP_IS_BUS (self));

  if (!g_set_object (&self->connection, connection))
    return;

  g_clear_pointer (&self->signals, mcp_bus_signals_free);
  if (connection != NULL)
    self->signals = mcp_bus_signals_new (connection);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CONNECTION]);
}

/**
 * mcp_bus_get_connection:
 * @self: the bus
 *
 * Returns: (transfer none) (nullable): how the daemon is on it
 */
GDBusConnection *
mcp_bus_get_connection (McpBus *self)
{
  g_return_val_if_fail (MCP_IS_BUS (self), NULL);

  return self->connection;
}

/**
 * mcp_bus_get_signals:
 * @self: the bus
 *
 * Returns: (transfer none) (nullable): the signals of apps, while the daemon is on it
 */
McpBusSignals *
mcp_bus_get_signals (McpBus *self)
{
  return self->signals;
}

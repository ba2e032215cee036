/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-dbus-tools.h"

struct _McpDbusTools
{
  McpGenTools1Skeleton parent_instance;

  McpGateway *gateway; /* (owned) */
};

static void mcp_dbus_tools_iface_init (McpGenTools1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpDbusTools,
                               mcp_dbus_tools,
                               MCP_GEN_TYPE_TOOLS1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MCP_GEN_TYPE_TOOLS1,
                                                      mcp_dbus_tools_iface_init))

static gboolean
handle_list_providers (McpGenTools1 *skeleton, GDBusMethodInvocation *invocation)
{
  McpDbusTools *self = MCP_DBUS_TOOLS (skeleton);
  g_autoptr (GVariant) providers =
      g_variant_take_ref (mcp_gateway_describe_providers (self->gateway));

  mcp_gen_tools1_complete_list_providers (skeleton, invocation, providers);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
mcp_dbus_tools_dispose (GObject *object)
{
  McpDbusTools *self = MCP_DBUS_TOOLS (object);

  g_clear_object (&self->gateway);
  G_OBJECT_CLASS (mcp_dbus_tools_parent_class)->dispose (object);
}

static void
mcp_dbus_tools_class_init (McpDbusToolsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcp_dbus_tools_dispose;
}

static void
mcp_dbus_tools_iface_init (McpGenTools1Iface *iface)
{
  iface->handle_list_providers = handle_list_providers;
}

static void
mcp_dbus_tools_init (McpDbusTools *self)
{
}

/**
 * mcp_dbus_tools_new:
 * @gateway: the gateway
 *
 * Returns: (transfer full): an interface to export
 */
McpDbusTools *
mcp_dbus_tools_new (McpGateway *gateway)
{
  McpDbusTools *self = g_object_new (MCP_TYPE_DBUS_TOOLS, NULL);

  self->gateway = g_object_ref (gateway);
  return self;
}

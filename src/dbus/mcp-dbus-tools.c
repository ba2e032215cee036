/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-tools.h"

#include "dbus/mcp-dbus-caller.h"
#include "dbus/mcp-dbus-registrations.h"
#include "dbus/mcp-dbus-reply.h"
#include "dbus/mcp-dbus-senders.h"
#include "gateway/api/mcp-gateway-calls.h"
#include "gateway/api/mcp-gateway-consent.h"
#include "gateway/api/mcp-gateway-dump.h"

#include <string.h>

struct _McpDbusTools
{
  McpGenTools1Skeleton parent_instance;

  McpGateway *gateway;                 /* (owned) */
  McpDbusRegistrations *registrations; /* (owned) */
};

static void mcp_dbus_tools_iface_init (McpGenTools1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpDbusTools,
                               mcp_dbus_tools,
                               MCP_GEN_TYPE_TOOLS1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MCP_GEN_TYPE_TOOLS1,
                                                      mcp_dbus_tools_iface_init))

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) providers =
      mcp_gateway_measure_providers_finish (MCP_GATEWAY (source), result, &error);

  if (providers == NULL)
    mcp_dbus_reply_error (invocation, error);
  else
    g_dbus_method_invocation_return_value (invocation, g_variant_new_tuple (&providers, 1));
}

static gboolean
handle_list_providers (McpGenTools1 *skeleton, GDBusMethodInvocation *invocation)
{
  McpDbusTools *self = MCP_DBUS_TOOLS (skeleton);

  mcp_gateway_measure_providers_async (self->gateway, measured_cb, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
dumped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json = mcp_gateway_dump_finish (MCP_GATEWAY (source), result, &error);

  if (json == NULL)
    mcp_dbus_reply_error (invocation, error);
  else
    mcp_dbus_reply_json (invocation, json);
}

static gboolean
handle_dump (McpGenTools1 *skeleton, GDBusMethodInvocation *invocation)
{
  McpDbusTools *self = MCP_DBUS_TOOLS (skeleton);

  mcp_gateway_dump_async (self->gateway, dumped_cb, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_held_tools (McpGenTools1 *skeleton, GDBusMethodInvocation *invocation, const char *provider)
{
  McpDbusTools *self = MCP_DBUS_TOOLS (skeleton);
  g_autoptr (GError) error = NULL;
  char *held = mcp_gateway_build_held_tools (self->gateway, provider, &error);
  g_autoptr (GBytes) json = held != NULL ? g_bytes_new_take (held, strlen (held)) : NULL;

  if (json != NULL)
    mcp_dbus_reply_json (invocation, json);
  else
    mcp_dbus_reply_error (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* What the owner alone may do: the bus is asked first which process calls. */
typedef struct
{
  McpGateway *gateway;               /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned) */
  char *provider;                    /* (nullable): calls are allowed again */
  char *held;                        /* (nullable) */
} Decision;

static void
decision_free (Decision *self)
{
  g_object_unref (self->gateway);
  g_free (self->provider);
  g_free (self->held);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decision, decision_free)

static gboolean
carry_out (Decision *self, GError **error)
{
  if (self->provider != NULL)
    return mcp_gateway_accept_tools (self->gateway, self->provider, self->held, error);
  mcp_gateway_calls_release (self->gateway);
  return TRUE;
}

static void
decider_told_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Decision) self = user_data;
  g_autoptr (GError) error = NULL;
  pid_t pid = mcp_dbus_caller_lookup_finish (self->invocation, result);

  if (mcp_gateway_consent_check_owner (pid, &error) && carry_out (self, &error))
    g_dbus_method_invocation_return_value (self->invocation, NULL);
  else
    mcp_dbus_reply_error (self->invocation, error);
}

static void
decide (McpDbusTools *self,
        GDBusMethodInvocation *invocation,
        const char *provider,
        const char *held)
{
  Decision *decision;

  if (!mcp_dbus_senders_admit (invocation))
    return;
  decision = g_new (Decision, 1);
  *decision =
      (Decision){ g_object_ref (self->gateway), invocation, g_strdup (provider), g_strdup (held) };
  mcp_dbus_caller_lookup_async (invocation, decider_told_cb, decision);
}

static gboolean
handle_accept_tools (McpGenTools1 *skeleton,
                     GDBusMethodInvocation *invocation,
                     const char *provider,
                     const char *held)
{
  decide (MCP_DBUS_TOOLS (skeleton), invocation, provider, held);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_cancel_call (McpGenTools1 *skeleton, GDBusMethodInvocation *invocation, const char *call_id)
{
  McpDbusTools *self = MCP_DBUS_TOOLS (skeleton);
  g_autoptr (GError) error = NULL;

  if (mcp_gateway_calls_cancel (self->gateway, call_id, &error))
    mcp_gen_tools1_complete_cancel_call (skeleton, invocation);
  else
    mcp_dbus_reply_error (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_register_provider (McpGenTools1 *skeleton,
                          GDBusMethodInvocation *invocation,
                          const char *name,
                          const char *path,
                          GVariant *options)
{
  mcp_dbus_registrations_add (MCP_DBUS_TOOLS (skeleton)->registrations, invocation, name, path,
                              options);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_unregister_provider (McpGenTools1 *skeleton,
                            GDBusMethodInvocation *invocation,
                            const char *name)
{
  mcp_dbus_registrations_remove (MCP_DBUS_TOOLS (skeleton)->registrations, invocation, name);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_stop_all (McpGenTools1 *skeleton, GDBusMethodInvocation *invocation)
{
  mcp_gateway_calls_stop (MCP_DBUS_TOOLS (skeleton)->gateway);
  mcp_gen_tools1_complete_stop_all (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_release (McpGenTools1 *skeleton, GDBusMethodInvocation *invocation)
{
  decide (MCP_DBUS_TOOLS (skeleton), invocation, NULL, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *user_code = NULL;
  guint seconds_left;
  gboolean is_opened;
  g_autofree char *address = mcp_gateway_login_finish (MCP_GATEWAY (source), result, &seconds_left,
                                                       &user_code, &is_opened, &error);

  if (address == NULL)
    mcp_dbus_reply_error (invocation, error);
  else
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", address));
}

static gboolean
handle_login (McpGenTools1 *skeleton, GDBusMethodInvocation *invocation, const char *name)
{
  mcp_gateway_login_async (MCP_DBUS_TOOLS (skeleton)->gateway, name, MCP_LOGIN_WAY_ADDRESS,
                           begun_cb, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
completed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = mcp_gateway_complete_login_finish (MCP_GATEWAY (source), result, &error);

  if (name == NULL)
    mcp_dbus_reply_error (invocation, error);
  else
    g_dbus_method_invocation_return_value (invocation, NULL);
}

static gboolean
handle_complete_login (McpGenTools1 *skeleton,
                       GDBusMethodInvocation *invocation,
                       const char *name,
                       const char *redirect_url)
{
  mcp_gateway_complete_login_async (MCP_DBUS_TOOLS (skeleton)->gateway, name, redirect_url,
                                    completed_cb, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
logged_out_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;

  if (mcp_gateway_logout_finish (MCP_GATEWAY (source), result, &error))
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    mcp_dbus_reply_error (invocation, error);
}

static gboolean
handle_logout (McpGenTools1 *skeleton, GDBusMethodInvocation *invocation, const char *name)
{
  mcp_gateway_logout_async (MCP_DBUS_TOOLS (skeleton)->gateway, name, logged_out_cb, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
tools_changed_cb (McpGateway *gateway,
                  const char *provider,
                  char **added,
                  char **removed,
                  char **changed,
                  McpDbusTools *self)
{
  mcp_gen_tools1_emit_tools_changed (MCP_GEN_TOOLS1 (self), provider, (const char *const *) added,
                                     (const char *const *) removed, (const char *const *) changed);
}

static void
provider_changed_cb (McpGateway *gateway, const char *name, GVariant *what, McpDbusTools *self)
{
  mcp_gen_tools1_emit_provider_changed (MCP_GEN_TOOLS1 (self), name, what);
}

static void
mcp_dbus_tools_dispose (GObject *object)
{
  McpDbusTools *self = MCP_DBUS_TOOLS (object);

  if (self->registrations != NULL)
    mcp_dbus_registrations_close (self->registrations);
  g_clear_object (&self->registrations);
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
  iface->handle_dump = handle_dump;
  iface->handle_list_providers = handle_list_providers;
  iface->handle_held_tools = handle_held_tools;
  iface->handle_accept_tools = handle_accept_tools;
  iface->handle_cancel_call = handle_cancel_call;
  iface->handle_register_provider = handle_register_provider;
  iface->handle_unregister_provider = handle_unregister_provider;
  iface->handle_stop_all = handle_stop_all;
  iface->handle_release = handle_release;
  iface->handle_login = handle_login;
  iface->handle_complete_login = handle_complete_login;
  iface->handle_logout = handle_logout;
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
  self->registrations = mcp_dbus_registrations_new (gateway);
  g_signal_connect_object (gateway, "tools-changed", G_CALLBACK (tools_changed_cb), self, 0);
  g_signal_connect_object (gateway, "provider-changed", G_CALLBACK (provider_changed_cb), self, 0);
  return self;
}

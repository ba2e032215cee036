/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-gateway-private.h"
#include "mcp-provider-descriptions-private.h"

static GVariant *
describe (McpGateway *self, GHashTable *by_name)
{
  return g_variant_ref_sink (mcp_provider_descriptions_build (
      mcp_gateway_get_configs (self), mcp_gateway_get_left_out (self),
      mcp_gateway_get_services (self), by_name));
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GHashTable) by_name =
      mcp_provider_meter_measure_finish (MCP_PROVIDER_METER (source), result, &error);

  if (by_name == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, describe (g_task_get_source_object (task), by_name),
                           (GDestroyNotify) g_variant_unref);
}

/**
 * mcp_gateway_measure_providers_async:
 * @self: the gateway
 * @callback: (scope async): when it is known
 * @user_data: for @callback
 *
 * Describes each configured server, and measures what its processes take.
 */
void
mcp_gateway_measure_providers_async (McpGateway *self,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MCP_IS_GATEWAY (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_measure_providers_async);
  mcp_provider_meter_measure_async (mcp_gateway_get_services (self)->meter, measured_cb, task);
}

/**
 * mcp_gateway_measure_providers_finish:
 * @self: the gateway
 * @result: what the callback got
 * @error: return location
 *
 * As mcp_gateway_describe_providers(), and where processes of the server run here, with
 * all that they started: `memory` t, resident, in bytes, and `cpu-seconds` d; and `notes` as, what
 * was mended in its lists or left out. Entries that cannot be used come last: `name`, `state`
 * disabled, `entry` “left out” and `why` s.
 *
 * Returns: (transfer full): aa{sv}
 */
GVariant *
mcp_gateway_measure_providers_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

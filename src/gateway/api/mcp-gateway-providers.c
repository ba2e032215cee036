/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-gateway-private.h"

/* Adds to a server's dictionary what its processes take. */
static GVariant *
add_usage (GVariant *provider, GHashTable *by_name)
{
  GVariantDict dict;
  const McpProcessUsage *usage;
  const char *name = "";

  g_variant_lookup (provider, "name", "&s", &name);
  usage = g_hash_table_lookup (by_name, name);
  g_variant_dict_init (&dict, provider);
  if (usage != NULL && usage->n_processes > 0)
    {
      g_variant_dict_insert (&dict, "memory", "t", usage->memory);
      g_variant_dict_insert (&dict, "cpu-seconds", "d", usage->cpu_seconds);
    }
  return g_variant_dict_end (&dict);
}

static GVariant *
describe (McpGateway *self, GHashTable *by_name)
{
  g_autoptr (GVariant) providers = g_variant_take_ref (mcp_gateway_describe_providers (self));
  GVariantBuilder builder;
  GVariantIter iter;
  GVariant *provider;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_iter_init (&iter, providers);
  while ((provider = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_variant_builder_add_value (&builder, add_usage (provider, by_name));
      g_variant_unref (provider);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
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
 * all that they started: `memory` t, resident, in bytes, and `cpu-seconds` d.
 *
 * Returns: (transfer full): aa{sv}
 */
GVariant *
mcp_gateway_measure_providers_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

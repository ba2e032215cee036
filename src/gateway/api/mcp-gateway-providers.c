/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-gateway-private.h"

/* What was mended in the lists of a server, or left out. */
static void
add_notes (McpGateway *self, GVariantDict *dict, const char *name)
{
  GPtrArray *notes = mcp_catalogue_get_notes (mcp_gateway_get_services (self)->catalogue, name);

  if (notes != NULL && notes->len > 0)
    g_variant_dict_insert_value (
        dict, "notes",
        g_variant_new_strv ((const char *const *) notes->pdata, (gssize) notes->len));
}

/* Adds to a server's dictionary what its processes take. */
static GVariant *
add_usage (McpGateway *self, GVariant *provider, GHashTable *by_name)
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
  add_notes (self, &dict, name);
  return g_variant_dict_end (&dict);
}

/* An entry of the configuration that cannot be used. */
static GVariant *
describe_left_out (const McpServerLeftOut *left_out)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", left_out->name);
  g_variant_dict_insert (&dict, "state", "s", "disabled");
  g_variant_dict_insert (&dict, "entry", "s", "left out");
  g_variant_dict_insert (&dict, "why", "s", left_out->why);
  return g_variant_dict_end (&dict);
}

static GVariant *
describe (McpGateway *self, GHashTable *by_name)
{
  g_autoptr (GVariant) providers = g_variant_take_ref (mcp_gateway_describe_providers (self));
  GPtrArray *left_out = mcp_gateway_get_left_out (self);
  GVariantBuilder builder;
  GVariantIter iter;
  GVariant *provider;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_iter_init (&iter, providers);
  while ((provider = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_variant_builder_add_value (&builder, add_usage (self, provider, by_name));
      g_variant_unref (provider);
    }
  for (guint i = 0; left_out != NULL && i < left_out->len; i++)
    g_variant_builder_add_value (&builder, describe_left_out (g_ptr_array_index (left_out, i)));
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-provider-descriptions-private.h"

#include "gateway/servers/mcp-login-status.h"

static const char *
get_state (const McpServerConfig *config, const McpServerStatus *status)
{
  if (config->disabled)
    return "disabled";
  if (status->n_processes > status->n_starting)
    return "running";
  if (status->n_starting > 0)
    return "starting";

  return status->last_error != NULL ? "failed" : "stopped";
}

static const char *
get_scope (const McpServerConfig *config)
{
  switch (config->scope)
    {
    case MCP_SERVER_SCOPE_SESSION:
      return "session";
    case MCP_SERVER_SCOPE_CWD:
      return "cwd";
    case MCP_SERVER_SCOPE_SHARED:
      break;
    }
  return "shared";
}

/* What was mended in the lists of a server, or left out. */
static void
add_notes (GVariantDict *dict, McpCatalogue *catalogue, const char *name)
{
  GPtrArray *notes = mcp_catalogue_get_notes (catalogue, name);

  if (notes != NULL && notes->len > 0)
    g_variant_dict_insert_value (
        dict, "notes",
        g_variant_new_strv ((const char *const *) notes->pdata, (gssize) notes->len));
}

static void
add_usage (GVariantDict *dict, const McpProcessUsage *usage)
{
  if (usage == NULL || usage->n_processes == 0)
    return;
  g_variant_dict_insert (dict, "memory", "t", usage->memory);
  g_variant_dict_insert (dict, "cpu-seconds", "d", usage->cpu_seconds);
}

static const char *
get_origin (const McpServerConfig *config)
{
  switch (config->origin)
    {
    case MCP_SERVER_ORIGIN_INSTALLED:
      return "installed";
    case MCP_SERVER_ORIGIN_REGISTERED:
      return "registered";
    case MCP_SERVER_ORIGIN_OWNER:
      break;
    }
  return "configured";
}

static void
add_text (GVariantDict *dict, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_dict_insert_value (dict, key,
                                 g_variant_new_take_string (g_utf8_make_valid (text, -1)));
}

/* Who is behind a server on the bus, as the bus and the kernel say. */
static void
add_bus (GVariantDict *dict, const McpServerConfig *config, const McpServerPeer *peer)
{
  add_text (dict, "origin", get_origin (config));
  add_text (dict, "bus-name", config->bus->name);
  add_text (dict, "object-path", config->bus->object_path);
  if (peer == NULL)
    return;
  g_variant_dict_insert (dict, "pid", "u", peer->pid);
  g_variant_dict_insert (dict, "uid", "u", peer->uid);
  add_text (dict, "exe", peer->exe);
  add_text (dict, "sandbox", peer->sandbox);
}

static GVariant *
describe (const McpServerConfig *config, McpServices *services, const McpProcessUsage *usage)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  McpOauthServer *login = mcp_provider_pool_find_login (services->pool, config->name);
  McpServerStatus status;

  mcp_provider_pool_get_status (services->pool, config->name, &status);
  g_variant_dict_insert (&dict, "name", "s", config->name);
  g_variant_dict_insert (&dict, "state", "s", get_state (config, &status));
  g_variant_dict_insert (&dict, "processes", "u", status.n_processes);
  g_variant_dict_insert (&dict, "restarts", "u", status.n_restarts);
  g_variant_dict_insert (&dict, "tools", "u",
                         mcp_catalogue_count_tools (services->catalogue, config->name));
  g_variant_dict_insert (&dict, "type", "s", mcp_server_config_get_type_name (config));
  g_variant_dict_insert (&dict, "scope", "s", get_scope (config));
  g_variant_dict_insert (&dict, "entry", "s", config->disabled ? "disabled" : "used");
  if (status.revision != MCP_REVISION_UNKNOWN)
    g_variant_dict_insert (&dict, "protocol-version", "s",
                           mcp_revision_to_string (status.revision));
  if (status.last_error != NULL)
    g_variant_dict_insert (&dict, "last-error", "s", status.last_error);
  if (login != NULL)
    g_variant_dict_insert_value (&dict, "auth", mcp_login_status_describe (login));
  if (config->bus != NULL)
    add_bus (&dict, config, config->bus->peer != NULL ? config->bus->peer : status.peer);
  add_usage (&dict, usage);
  add_notes (&dict, services->catalogue, config->name);
  return g_variant_dict_end (&dict);
}

/* An entry of the configuration that cannot be used. */
static GVariant *
describe_left_out (const McpServerLeftOut *left_out)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "name", "s", left_out->name);
  g_variant_dict_insert (&dict, "state", "s", "disabled");
  g_variant_dict_insert (&dict, "entry", "s", "left out");
  g_variant_dict_insert (&dict, "why", "s", left_out->why);
  return g_variant_dict_end (&dict);
}

/**
 * mcp_provider_descriptions_build:
 * @configs: (element-type McpServerConfig): the configured servers
 * @left_out: (nullable) (element-type McpServerLeftOut): entries that cannot be used; come last
 * @services: where servers run and are listed
 * @by_name: (nullable) (element-type utf8 McpProcessUsage): what processes take
 *
 * Returns: (transfer none): floating, aa{sv}, as mcp_gateway_measure_providers_finish() says
 */
GVariant *
mcp_provider_descriptions_build (GPtrArray *configs,
                                 GPtrArray *left_out,
                                 McpServices *services,
                                 GHashTable *by_name)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < configs->len; i++)
    {
      const McpServerConfig *config = g_ptr_array_index (configs, i);

      g_variant_builder_add_value (
          &builder,
          describe (config, services,
                    by_name != NULL ? g_hash_table_lookup (by_name, config->name) : NULL));
    }
  for (guint i = 0; left_out != NULL && i < left_out->len; i++)
    g_variant_builder_add_value (&builder, describe_left_out (g_ptr_array_index (left_out, i)));
  return g_variant_builder_end (&builder);
}

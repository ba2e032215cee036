/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-pool-entry.h"

/**
 * mcp_pool_entry_new:
 * @config: the server
 * @key: (transfer full): server and scope
 *
 * Returns: (transfer full): an entry that still lacks its provider
 */
McpPoolEntry *
mcp_pool_entry_new (McpServerConfig *config, char *key)
{
  McpPoolEntry *self = g_new0 (McpPoolEntry, 1);

  g_ref_count_init (&self->ref_count);
  self->config = mcp_server_config_ref (config);
  self->key = key;
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

/**
 * mcp_pool_entry_ref:
 * @self: the entry
 *
 * Returns: (transfer full): @self
 */
McpPoolEntry *
mcp_pool_entry_ref (McpPoolEntry *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_pool_entry_unref:
 * @self: (transfer full): the entry
 */
void
mcp_pool_entry_unref (McpPoolEntry *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->provider);
  g_hash_table_unref (self->sessions);
  g_free (self->key);
  mcp_server_config_unref (self->config);
  g_free (self);
}

/**
 * mcp_pool_entry_is_configured:
 * @self: the entry
 * @configs: (element-type McpServerConfig): all configured servers
 *
 * Returns: whether the entry's server is still there, enabled and written the same
 */
gboolean
mcp_pool_entry_is_configured (McpPoolEntry *self, GPtrArray *configs)
{
  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      if (!config->disabled && g_str_equal (config->name, self->config->name) &&
          g_str_equal (config->fingerprint, self->config->fingerprint))
        return TRUE;
    }
  return FALSE;
}

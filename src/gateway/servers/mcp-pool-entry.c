/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-pool-entry.h"

#include "common/mcp-keyed-hash.h"

/**
 * mcp_pool_entry_new:
 * @config: the server
 * @record: of the server
 * @key: (transfer full): server and scope
 *
 * Returns: (transfer full): an entry that still lacks its provider
 */
McpPoolEntry *
mcp_pool_entry_new (McpServerConfig *config, McpServerRecord *record, char *key)
{
  McpPoolEntry *self = g_new0 (McpPoolEntry, 1);

  g_ref_count_init (&self->ref_count);
  self->config = mcp_server_config_ref (config);
  self->record = mcp_server_record_ref (record);
  self->key = key;
  self->sessions = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, NULL);
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
  mcp_server_record_unref (self->record);
  g_free (self->key);
  mcp_server_config_unref (self->config);
  g_free (self);
}

static void
tell_pool (McpPoolEntry *self)
{
  if (self->changed != NULL)
    self->changed (self, self->changed_data);
}

/**
 * mcp_pool_entry_add_lease:
 * @self: the entry
 *
 * Counts one more lease.
 */
void
mcp_pool_entry_add_lease (McpPoolEntry *self)
{
  self->n_leases++;
  tell_pool (self);
}

/**
 * mcp_pool_entry_remove_lease:
 * @self: the entry
 *
 * Counts one lease less. Does nothing once the provider has ended: nobody counts leases then.
 */
void
mcp_pool_entry_remove_lease (McpPoolEntry *self)
{
  if (self->n_leases == 0)
    return;

  self->n_leases--;
  self->used_at = g_get_monotonic_time ();
  tell_pool (self);
}

/**
 * mcp_pool_entry_is_configured:
 * @self: the entry
 * @configs: (element-type McpServerConfig): all configured servers
 *
 * Returns: whether the server of the entry is still enabled, and its configuration the same
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-server-records.h"

#include "common/mcp-keyed-hash.h"

#include "upstream/config/mcp-server-config.h"

/**
 * mcp_server_records_new:
 *
 * Returns: (transfer full): server name -> #McpServerRecord, empty
 */
GHashTable *
mcp_server_records_new (void)
{
  return g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free,
                                (GDestroyNotify) mcp_server_record_unref);
}

/**
 * mcp_server_records_ensure:
 * @records: of all servers
 * @server_name: one of them
 *
 * Returns: (transfer none): the record of the server; a new one if there was none
 */
McpServerRecord *
mcp_server_records_ensure (GHashTable *records, const char *server_name)
{
  McpServerRecord *record = g_hash_table_lookup (records, server_name);

  if (record == NULL)
    {
      record = mcp_server_record_new ();
      g_hash_table_insert (records, g_strdup (server_name), record);
    }
  return record;
}

/* Returns: (nullable): what is configured under the name */
static const McpServerConfig *
find_config (GPtrArray *configs, const char *name)
{
  for (guint i = 0; i < configs->len; i++)
    {
      const McpServerConfig *config = g_ptr_array_index (configs, i);

      if (g_str_equal (config->name, name))
        return config;
    }
  return NULL;
}

/**
 * mcp_server_records_keep:
 * @records: of all servers
 * @configs: (element-type McpServerConfig): those that are configured
 *
 * Forgets the servers that are not configured any more, and the failures of those that are
 * disabled.
 */
void
mcp_server_records_keep (GHashTable *records, GPtrArray *configs)
{
  GHashTableIter iter;
  gpointer name, record;

  g_hash_table_iter_init (&iter, records);
  while (g_hash_table_iter_next (&iter, &name, &record))
    {
      const McpServerConfig *config = find_config (configs, name);

      if (config == NULL)
        g_hash_table_iter_remove (&iter);
      else if (config->disabled)
        mcp_server_record_note (record, NULL);
    }
}

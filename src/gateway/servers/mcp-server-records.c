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

/**
 * mcp_server_records_keep:
 * @records: of all servers
 * @configs: (element-type McpServerConfig): those that are configured
 *
 * Forgets the servers that are not configured any more.
 */
void
mcp_server_records_keep (GHashTable *records, GPtrArray *configs)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, records);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      gboolean found = FALSE;

      for (guint i = 0; i < configs->len && !found; i++)
        found = g_str_equal (((McpServerConfig *) g_ptr_array_index (configs, i))->name, name);
      if (!found)
        g_hash_table_iter_remove (&iter);
    }
}

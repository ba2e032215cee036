/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-pool-sessions.h"

#include "common/mcp-keyed-hash.h"

/**
 * mcp_pool_sessions_new:
 *
 * Returns: (transfer full): session id -> set of #McpPoolEntry (unowned), empty
 */
GHashTable *
mcp_pool_sessions_new (void)
{
  return g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free,
                                (GDestroyNotify) g_hash_table_unref);
}

/**
 * mcp_pool_sessions_join:
 * @sessions: the index
 * @entry: the session uses this entry from now on
 * @session_id: the session
 */
void
mcp_pool_sessions_join (GHashTable *sessions, McpPoolEntry *entry, const char *session_id)
{
  GHashTable *entries;

  if (!g_hash_table_add (entry->sessions, g_strdup (session_id)))
    return;

  entries = g_hash_table_lookup (sessions, session_id);
  if (entries == NULL)
    {
      entries = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (sessions, g_strdup (session_id), entries);
    }
  g_hash_table_add (entries, entry);
}

/**
 * mcp_pool_sessions_leave_all:
 * @sessions: the index
 * @entry: no session uses this entry any more
 */
void
mcp_pool_sessions_leave_all (GHashTable *sessions, McpPoolEntry *entry)
{
  GHashTableIter iter;
  gpointer session_id;

  g_hash_table_iter_init (&iter, entry->sessions);
  while (g_hash_table_iter_next (&iter, &session_id, NULL))
    {
      GHashTable *entries = g_hash_table_lookup (sessions, session_id);

      g_hash_table_remove (entries, entry);
      if (g_hash_table_size (entries) == 0)
        g_hash_table_remove (sessions, session_id);
    }
  g_hash_table_remove_all (entry->sessions);
}

/**
 * mcp_pool_sessions_drop:
 * @sessions: the index
 * @session_id: of a session that has ended
 *
 * Returns: (transfer full) (element-type McpPoolEntry): the entries that no session uses now
 */
GPtrArray *
mcp_pool_sessions_drop (GHashTable *sessions, const char *session_id)
{
  GPtrArray *unused = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_pool_entry_unref);
  GHashTable *entries = g_hash_table_lookup (sessions, session_id);
  GHashTableIter iter;
  gpointer item;

  if (entries == NULL)
    return unused;

  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    {
      McpPoolEntry *entry = item;

      g_hash_table_remove (entry->sessions, session_id);
      if (g_hash_table_size (entry->sessions) == 0)
        g_ptr_array_add (unused, mcp_pool_entry_ref (entry));
    }
  g_hash_table_remove (sessions, session_id);
  return unused;
}

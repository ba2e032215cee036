/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/connection/mcp-connection-shares.h"

#include "common/mcp-process.h"
#include "mcp-http-connection-setup-private.h"

/* Reading /proc takes milliseconds where there are thousands of descriptors. */
#define LOOK_INTERVAL_US G_USEC_PER_SEC

typedef struct
{
  pid_t pid; /* 0: all those whose process is not known (yet) */
  guint n_connections;
} Holder;

/* Whose the TCP connections are that nobody has asked about yet: all in one go. */
static void
find_owners (McpConnectionShares *self, GHashTable *connections)
{
  g_autoptr (GHashTable) owners = NULL;
  gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer connection;

  if (self->looked_us != 0 && now_us - self->looked_us < LOOK_INTERVAL_US)
    return;

  self->looked_us = now_us;
  owners = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_hash_table_iter_init (&iter, connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      McpSocketPeer *peer = mcp_http_connection_get_peer (connection);

      if (peer->inode != 0)
        g_hash_table_insert (owners, &peer->inode, NULL);
    }
  mcp_process_find_sockets (owners);
  g_hash_table_iter_init (&iter, connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      McpSocketPeer *peer = mcp_http_connection_get_peer (connection);

      if (peer->inode != 0)
        peer->pid = GPOINTER_TO_INT (g_hash_table_lookup (owners, &peer->inode));
    }
}

static pid_t
get_holder (McpHttpConnection *connection)
{
  return mcp_http_connection_get_peer (connection)->pid;
}

static Holder
find_biggest (GHashTable *connections)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  Holder biggest = { 0 };
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      pid_t pid = get_holder (connection);
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, GINT_TO_POINTER (pid))) + 1;

      g_hash_table_insert (counts, GINT_TO_POINTER (pid), GUINT_TO_POINTER (count));
      if (count > biggest.n_connections)
        biggest = (Holder){ .pid = pid, .n_connections = count };
    }
  return biggest;
}

static McpHttpConnection *
find_idle (const GQueue *idle, pid_t pid)
{
  for (const GList *l = idle->head; l != NULL; l = l->next)
    if (get_holder (l->data) == pid)
      return l->data;
  return NULL;
}

static McpHttpConnection *
find_any (GHashTable *connections, pid_t pid)
{
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    if (get_holder (connection) == pid)
      return connection;
  return NULL;
}

/**
 * mcp_connection_shares_choose:
 * @self: the shares
 * @connections: a set of all #McpHttpConnection
 * @idle: those of them that wait for another request, the longest idle first
 * @max_connections: as many as there may be
 * @newcomer: the process of who comes; 0: not known
 *
 * Chooses who makes room for a client: of the process with the most connections the one that is
 * idle for the longest; where that has none to spare and more than half of all, any of its own,
 * unless it comes for more; else the longest idle of all.
 *
 * Returns: (transfer none) (nullable): whom to close
 */
McpHttpConnection *
mcp_connection_shares_choose (McpConnectionShares *self,
                              GHashTable *connections,
                              const GQueue *idle,
                              guint max_connections,
                              pid_t newcomer)
{
  McpHttpConnection *chosen;
  Holder biggest;

  find_owners (self, connections);
  biggest = find_biggest (connections);
  chosen = find_idle (idle, biggest.pid);
  if (chosen == NULL && biggest.pid != newcomer && biggest.n_connections > max_connections / 2)
    chosen = find_any (connections, biggest.pid);
  if (chosen == NULL && idle->head != NULL)
    chosen = idle->head->data;
  return chosen;
}

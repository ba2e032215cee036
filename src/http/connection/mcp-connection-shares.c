/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/connection/mcp-connection-shares.h"

#include "common/mcp-process.h"
#include "mcp-http-connection-setup-private.h"

/* A process that holds no more than this part of all connections loses none that is in use. */
#define FAIR_PART        64
/* Reading /proc takes milliseconds where there are thousands of descriptors. */
#define LOOK_INTERVAL_US G_USEC_PER_SEC

typedef struct
{
  pid_t pid; /* 0: all clients whose process is not known yet */
  guint n_connections;
} Holder;

/* Finds the processes of all TCP connections whose process is not known yet, in one search. */
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

/* Also counts the connections of @newcomer. */
static Holder
find_biggest (GHashTable *connections, Holder *newcomer)
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
  newcomer->n_connections =
      GPOINTER_TO_UINT (g_hash_table_lookup (counts, GINT_TO_POINTER (newcomer->pid)));
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

/* A newcomer may take from a process that still has as much as the newcomer afterwards. */
static gboolean
must_share (const Holder *biggest, const Holder *newcomer, guint max_connections)
{
  return biggest->pid != newcomer->pid && biggest->n_connections > max_connections / FAIR_PART &&
         biggest->n_connections > newcomer->n_connections + 1;
}

/**
 * mcp_connection_shares_choose:
 * @self: the shares
 * @connections: a set of all #McpHttpConnection
 * @idle: those of them that wait for another request, the longest idle first
 * @max_connections: as many as there may be
 * @newcomer_pid: the process of the client that comes; 0: not known
 *
 * Chooses the connection that makes room for a client: the longest idle one of the process that
 * has the most connections; where that process has none that is idle, but more than the
 * newcomer, any of its connections; else the longest idle of all.
 *
 * Returns: (transfer none) (nullable): the connection to close; %NULL: nobody makes room
 */
McpHttpConnection *
mcp_connection_shares_choose (McpConnectionShares *self,
                              GHashTable *connections,
                              const GQueue *idle,
                              guint max_connections,
                              pid_t newcomer_pid)
{
  Holder newcomer = { .pid = newcomer_pid };
  McpHttpConnection *chosen;
  Holder biggest;

  find_owners (self, connections);
  biggest = find_biggest (connections, &newcomer);
  chosen = find_idle (idle, biggest.pid);
  if (chosen == NULL && must_share (&biggest, &newcomer, max_connections))
    chosen = find_any (connections, biggest.pid);
  if (chosen == NULL && idle->head != NULL)
    chosen = idle->head->data;
  return chosen;
}

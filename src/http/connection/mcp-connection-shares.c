/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/connection/mcp-connection-shares.h"

#include "mcp-http-connection-setup-private.h"

/* A process that holds no more than this part of all connections loses none that is in use. */
#define FAIR_PART        64
/* The search takes a hundred milliseconds where there are tens of thousands of descriptors. */
#define LOOK_INTERVAL_US G_USEC_PER_SEC

/* A box: searches that are under way hold it, too. */
struct _McpConnectionShares
{
  McpConnectionSharesFunc looked; /* (nullable): as long as there is an owner */
  gpointer owner;                 /* (unowned) */
  gint64 looked_us;               /* when the processes of all connections were last searched for */
  guint n_sought;                 /* those that have not been found yet */
};

typedef struct
{
  pid_t pid; /* 0: all clients whose process is not known yet */
  guint n_connections;
} Holder;

/**
 * mcp_connection_shares_new:
 * @looked: called when a search that was waited for is over
 * @owner: for @looked; outlives @self
 *
 * Returns: (transfer full): nothing is known of any process
 */
McpConnectionShares *
mcp_connection_shares_new (McpConnectionSharesFunc looked, gpointer owner)
{
  McpConnectionShares *self = g_rc_box_new0 (McpConnectionShares);

  self->looked = looked;
  self->owner = owner;
  return self;
}

/**
 * mcp_connection_shares_free:
 * @self: (transfer full): the shares; `looked` is not called any more
 */
void
mcp_connection_shares_free (McpConnectionShares *self)
{
  self->looked = NULL;
  g_rc_box_release (self);
}

static void
found_cb (pid_t pid, gpointer user_data)
{
  McpConnectionShares *self = user_data;

  if (--self->n_sought == 0)
    {
      self->looked_us = g_get_monotonic_time ();
      if (self->looked != NULL)
        self->looked (self->owner);
    }
  g_rc_box_release (self);
}

static gboolean
is_fresh (McpConnectionShares *self)
{
  return self->looked_us != 0 && g_get_monotonic_time () - self->looked_us < LOOK_INTERVAL_US;
}

/**
 * mcp_connection_shares_look:
 * @self: the shares
 * @connections: a set of all #McpHttpConnection
 *
 * Has the processes of all connections found, so that the next choice is fair. Nobody should be
 * chosen, and nobody turned away, until `looked` is called.
 *
 * Returns: %FALSE: `looked` will be called; %TRUE: all that is known is known already
 */
gboolean
mcp_connection_shares_look (McpConnectionShares *self, GHashTable *connections)
{
  GHashTableIter iter;
  gpointer connection;

  if (self->n_sought > 0)
    return FALSE;
  if (is_fresh (self))
    return TRUE;

  g_hash_table_iter_init (&iter, connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      McpPeerProcess *process = mcp_http_connection_get_process (connection);

      if (mcp_peer_process_is_known (process))
        continue;
      self->n_sought++;
      mcp_peer_process_find (process, found_cb, g_rc_box_acquire (self));
    }
  if (self->n_sought == 0)
    self->looked_us = g_get_monotonic_time ();
  return self->n_sought == 0;
}

static pid_t
get_holder (McpHttpConnection *connection)
{
  return mcp_peer_process_get_pid (mcp_http_connection_get_process (connection));
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

/* Whoever has most must not have the idle connections of others as well. */
static gboolean
takes_all (const Holder *biggest, const Holder *newcomer, guint max_connections)
{
  return biggest->pid == newcomer->pid && biggest->n_connections > max_connections / FAIR_PART;
}

/**
 * mcp_connection_shares_choose:
 * @connections: a set of all #McpHttpConnection, whose processes mcp_connection_shares_look() has
 *   had found
 * @idle: those of them that wait for another request, the longest idle first
 * @max_connections: as many as there may be
 * @newcomer_pid: the process of the client that comes; 0: not known
 *
 * Chooses the connection that makes room for a client: the longest idle one of the process that
 * has the most connections; where that process has none that is idle, but more than the
 * newcomer, any of its connections; else the longest idle of all, unless the newcomer is of
 * that process.
 *
 * Returns: (transfer none) (nullable): the connection to close; %NULL: nobody makes room
 */
McpHttpConnection *
mcp_connection_shares_choose (GHashTable *connections,
                              const GQueue *idle,
                              guint max_connections,
                              pid_t newcomer_pid)
{
  Holder newcomer = { .pid = newcomer_pid };
  McpHttpConnection *chosen;
  Holder biggest;

  biggest = find_biggest (connections, &newcomer);
  chosen = find_idle (idle, biggest.pid);
  if (chosen == NULL && must_share (&biggest, &newcomer, max_connections))
    chosen = find_any (connections, biggest.pid);
  if (chosen == NULL && !takes_all (&biggest, &newcomer, max_connections))
    chosen = g_queue_peek_head ((GQueue *) idle);
  return chosen;
}

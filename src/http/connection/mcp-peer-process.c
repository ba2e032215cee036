/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * States of the process of a peer:
 *
 *   UNKNOWN ---- somebody must know ----> SOUGHT ---- a pass has ended ----> KNOWN
 *
 * A peer of the Unix socket is KNOWN from the beginning. KNOWN may mean: as nobody's. What follows
 * from a pass is done in turns: it may be a thousand requests.
 */
#include "http/connection/mcp-peer-process.h"

#include "common/mcp-turn-queue.h"

#include <gio/gio.h>

typedef enum
{
  PEER_UNKNOWN,
  PEER_SOUGHT,
  PEER_KNOWN,
} PeerState;

typedef struct
{
  McpProcessFoundFunc found;
  gpointer user_data;
} Waiter;

struct _McpPeerProcess
{
  PeerState state;
  guint64 inode; /* of its socket */
  pid_t pid;
  McpPeerSearch *search; /* (owned) (nullable): while not KNOWN */
  GArray *waiters;       /* (owned) (nullable) (element-type Waiter): while SOUGHT */
};

struct _McpPeerSearch
{
  GPtrArray *next; /* (owned) (element-type McpPeerProcess): for the next pass */
  gboolean runs;
  McpTurnQueue *found; /* (owned): McpPeerProcess (owned) */
};

/* One pass. The thread sees @owners and nothing else. */
typedef struct
{
  McpPeerSearch *search; /* (owned) */
  GPtrArray *peers;      /* (owned) (element-type McpPeerProcess) */
  GHashTable *owners;    /* (owned) guint64 (owned) -> pid */
} Pass;

/**
 * mcp_peer_process_search_new:
 *
 * Returns: (transfer full): a search that looks for nothing yet
 */
McpPeerSearch *
mcp_peer_process_search_new (void)
{
  McpPeerSearch *self = g_rc_box_new0 (McpPeerSearch);

  self->next = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_peer_process_unref);
  self->found = mcp_turn_queue_new ("peer-found");
  return self;
}

/**
 * mcp_peer_process_search_ref:
 * @self: a search
 *
 * Returns: (transfer full): @self
 */
McpPeerSearch *
mcp_peer_process_search_ref (McpPeerSearch *self)
{
  return g_rc_box_acquire (self);
}

static void
search_clear (gpointer data)
{
  McpPeerSearch *self = data;

  g_ptr_array_unref (self->next);
  mcp_turn_queue_free (self->found);
}

/**
 * mcp_peer_process_search_unref:
 * @self: (transfer full): a search; it lives on until all that are sought are known
 */
void
mcp_peer_process_search_unref (McpPeerSearch *self)
{
  g_rc_box_release_full (self, search_clear);
}

static void
tell_waiters (McpPeerProcess *self)
{
  g_autoptr (GArray) waiters = g_steal_pointer (&self->waiters);

  for (guint i = 0; i < waiters->len; i++)
    {
      const Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->found (self->pid, waiter->user_data);
    }
}

static void
settle (gpointer item)
{
  g_autoptr (McpPeerProcess) self = item;
  g_autoptr (McpPeerSearch) search = g_steal_pointer (&self->search);

  self->state = PEER_KNOWN;
  tell_waiters (self);
}

static void
search_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Pass *pass = task_data;

  mcp_process_find_sockets (pass->owners);
  g_task_return_boolean (task, TRUE);
}

static void
pass_free (Pass *self)
{
  g_ptr_array_unref (self->peers);
  g_hash_table_unref (self->owners);
  mcp_peer_process_search_unref (self->search);
  g_free (self);
}

static void start_pass (McpPeerSearch *self);

static void
passed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Pass *pass = user_data;
  McpPeerSearch *self = pass->search;

  for (guint i = 0; i < pass->peers->len; i++)
    {
      McpPeerProcess *peer = pass->peers->pdata[i];

      peer->pid = GPOINTER_TO_INT (g_hash_table_lookup (pass->owners, &peer->inode));
      mcp_turn_queue_push (self->found, settle, mcp_peer_process_ref (peer));
    }
  self->runs = FALSE;
  if (self->next->len > 0)
    start_pass (self);
  pass_free (pass);
}

static void
start_pass (McpPeerSearch *self)
{
  Pass *pass = g_new0 (Pass, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, passed_cb, pass);

  pass->search = mcp_peer_process_search_ref (self);
  pass->owners = g_hash_table_new (g_int64_hash, g_int64_equal);
  pass->peers = g_steal_pointer (&self->next);
  self->next = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_peer_process_unref);
  for (guint i = 0; i < pass->peers->len; i++)
    {
      McpPeerProcess *peer = pass->peers->pdata[i];

      g_hash_table_insert (pass->owners, &peer->inode, NULL);
    }
  self->runs = TRUE;
  g_task_set_source_tag (task, start_pass);
  /* The callback owns the pass: the main context must free the peers. */
  g_task_set_task_data (task, pass, NULL);
  g_task_run_in_thread (task, search_in_thread);
}

/**
 * mcp_peer_process_new:
 * @peer: what the kernel says of the peer
 * @search: finds the process when it must be known
 *
 * Returns: (transfer full): the process of the peer
 */
McpPeerProcess *
mcp_peer_process_new (const McpSocketPeer *peer, McpPeerSearch *search)
{
  McpPeerProcess *self = g_rc_box_new0 (McpPeerProcess);

  self->pid = peer->pid;
  self->inode = peer->inode;
  self->state = peer->inode != 0 ? PEER_UNKNOWN : PEER_KNOWN;
  if (self->state == PEER_UNKNOWN)
    self->search = mcp_peer_process_search_ref (search);
  return self;
}

/**
 * mcp_peer_process_ref:
 * @self: the process of a peer
 *
 * Returns: (transfer full): @self
 */
McpPeerProcess *
mcp_peer_process_ref (McpPeerProcess *self)
{
  return g_rc_box_acquire (self);
}

static void
process_clear (gpointer data)
{
  McpPeerProcess *self = data;

  g_clear_pointer (&self->search, mcp_peer_process_search_unref);
  g_clear_pointer (&self->waiters, g_array_unref);
}

/**
 * mcp_peer_process_unref:
 * @self: (transfer full): the process of a peer
 */
void
mcp_peer_process_unref (McpPeerProcess *self)
{
  g_rc_box_release_full (self, process_clear);
}

/**
 * mcp_peer_process_is_known:
 * @self: the process of a peer
 *
 * Returns: whether there is nothing to be found out any more
 */
gboolean
mcp_peer_process_is_known (McpPeerProcess *self)
{
  return self->state == PEER_KNOWN;
}

/**
 * mcp_peer_process_get_pid:
 * @self: the process of a peer
 *
 * The process may have ended since, and another may have its number.
 *
 * Returns: the process that connected; 0: not known, or not known yet
 */
pid_t
mcp_peer_process_get_pid (McpPeerProcess *self)
{
  return self->state == PEER_KNOWN ? self->pid : 0;
}

static void
seek (McpPeerProcess *self)
{
  McpPeerSearch *search = self->search;

  self->state = PEER_SOUGHT;
  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  g_ptr_array_add (search->next, mcp_peer_process_ref (self));
  if (!search->runs)
    start_pass (search);
}

/**
 * mcp_peer_process_find:
 * @self: the process of a peer
 * @found: called once, when the process is known; before this returns, where it is known already
 * @user_data: for @found; must live until then
 *
 * Has the process found. For a TCP peer a thread searches /proc the first time: ask only when the
 * answer is needed.
 */
void
mcp_peer_process_find (McpPeerProcess *self, McpProcessFoundFunc found, gpointer user_data)
{
  const Waiter waiter = { found, user_data };

  if (self->state == PEER_KNOWN)
    {
      found (self->pid, user_data);
      return;
    }
  if (self->state == PEER_UNKNOWN)
    seek (self);
  g_array_append_val (self->waiters, waiter);
}

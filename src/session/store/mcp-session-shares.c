/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-shares.h"

/* Whoever makes a session has that long to use it. */
#define MIN_AGE_US (60 * G_USEC_PER_SEC)

struct _McpSessionShares
{
  GHashTable *creators; /* (owned): pid -> Creator (owned) */
  GHashTable *places;   /* (owned): McpSession (unowned) -> Place (owned) */
};

/* A process that made sessions, alive or not; 0 stands for all that are not known. */
typedef struct
{
  pid_t pid;
  guint n_sessions;
  GQueue unused; /* (element-type McpSession) (unowned): oldest first; some may be used by now */
} Creator;

typedef struct
{
  Creator *creator; /* (unowned) */
  GList *link;      /* (unowned) (nullable): in its queue */
} Place;

static void
creator_free (gpointer data)
{
  Creator *creator = data;

  g_queue_clear (&creator->unused);
  g_free (creator);
}

/**
 * mcp_session_shares_new:
 *
 * Returns: (transfer full): no session
 */
McpSessionShares *
mcp_session_shares_new (void)
{
  McpSessionShares *self = g_new0 (McpSessionShares, 1);

  self->creators = g_hash_table_new_full (NULL, NULL, NULL, creator_free);
  self->places = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

/**
 * mcp_session_shares_free:
 * @self: (transfer full): the shares
 */
void
mcp_session_shares_free (McpSessionShares *self)
{
  g_hash_table_unref (self->places);
  g_hash_table_unref (self->creators);
  g_free (self);
}

static Creator *
get_creator (McpSessionShares *self, pid_t pid)
{
  Creator *creator = g_hash_table_lookup (self->creators, GINT_TO_POINTER (pid));

  if (creator == NULL)
    {
      creator = g_new0 (Creator, 1);
      creator->pid = pid;
      g_hash_table_insert (self->creators, GINT_TO_POINTER (pid), creator);
    }
  return creator;
}

/**
 * mcp_session_shares_add:
 * @self: the shares
 * @session: a new session, or one that was restored
 * @creator: the process that made it; 0: not known
 */
void
mcp_session_shares_add (McpSessionShares *self, McpSession *session, pid_t creator)
{
  Place *place = g_new0 (Place, 1);

  place->creator = get_creator (self, creator);
  place->creator->n_sessions++;
  g_queue_push_tail (&place->creator->unused, session);
  place->link = place->creator->unused.tail;
  g_hash_table_insert (self->places, session, place);
}

/**
 * mcp_session_shares_remove:
 * @self: the shares
 * @session: a session that was added
 */
void
mcp_session_shares_remove (McpSessionShares *self, McpSession *session)
{
  Place *place = g_hash_table_lookup (self->places, session);
  Creator *creator;

  g_return_if_fail (place != NULL);

  creator = place->creator;
  if (place->link != NULL)
    g_queue_delete_link (&creator->unused, place->link);
  creator->n_sessions--;
  g_hash_table_remove (self->places, session);
  if (creator->n_sessions == 0)
    g_hash_table_remove (self->creators, GINT_TO_POINTER (creator->pid));
}

/* Forgets those at the head that were used since. */
static McpSession *
get_oldest_unused (McpSessionShares *self, Creator *creator)
{
  McpSession *session;

  while ((session = g_queue_peek_head (&creator->unused)) != NULL && mcp_session_is_used (session))
    {
      Place *place = g_hash_table_lookup (self->places, session);

      place->link = NULL;
      g_queue_pop_head (&creator->unused);
    }
  return session;
}

/**
 * mcp_session_shares_find_unused:
 * @self: the shares
 * @now_real_us: in microseconds since 1970 UTC
 *
 * Looks for a session that may give way to a new one: over a minute old, and never used. Among
 * those, it is the oldest one of the process that made the most sessions.
 *
 * Returns: (transfer none) (nullable): the session
 */
McpSession *
mcp_session_shares_find_unused (McpSessionShares *self, gint64 now_real_us)
{
  McpSession *found = NULL;
  guint n_most = 0;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->creators);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Creator *creator = value;
      McpSession *session = creator->n_sessions > n_most ? get_oldest_unused (self, creator) : NULL;

      if (session == NULL || now_real_us - mcp_session_get_created_at (session) < MIN_AGE_US)
        continue;
      found = session;
      n_most = creator->n_sessions;
    }
  return found;
}

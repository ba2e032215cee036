/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A result may have 32 MiB, and a client that asks for many and reads none would have the daemon
 * hold them all. Where a session has too much, its answer that has moved least is given up; where
 * all sessions together have too much, that of the session with the most.
 */
#include "http/request/mcp-unread-answers.h"

struct _McpUnreadAnswers
{
  gsize max_bytes_per_session;
  gsize max_bytes;
  gsize n_bytes;
  GHashTable *holders; /* (owned): session, %NULL: none -> Holder (owned) */
};

typedef struct
{
  gconstpointer session; /* (unowned) (nullable): never looked into */
  gsize n_bytes;
  GQueue answers; /* (unowned) McpUnreadAnswer: the one that has not moved for the longest first */
} Holder;

/**
 * mcp_unread_answers_new:
 * @limits: copied
 *
 * Returns: (transfer full): an empty account
 */
McpUnreadAnswers *
mcp_unread_answers_new (const McpLimits *limits)
{
  McpUnreadAnswers *self = g_rc_box_new0 (McpUnreadAnswers);

  self->holders = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  mcp_unread_answers_set_limits (self, limits);
  return self;
}

/**
 * mcp_unread_answers_ref:
 * @self: the account
 *
 * Returns: (transfer full): @self
 */
McpUnreadAnswers *
mcp_unread_answers_ref (McpUnreadAnswers *self)
{
  return g_rc_box_acquire (self);
}

static void
account_clear (gpointer data)
{
  McpUnreadAnswers *self = data;

  g_hash_table_unref (self->holders);
}

/**
 * mcp_unread_answers_unref:
 * @self: (transfer full): the account; answers in it hold a reference
 */
void
mcp_unread_answers_unref (McpUnreadAnswers *self)
{
  g_rc_box_release_full (self, account_clear);
}

/**
 * mcp_unread_answers_set_limits:
 * @self: the account
 * @limits: copied; hold for what comes from now on
 */
void
mcp_unread_answers_set_limits (McpUnreadAnswers *self, const McpLimits *limits)
{
  self->max_bytes_per_session = limits->unread_bytes_per_session;
  self->max_bytes = limits->unread_bytes;
}

/**
 * mcp_unread_answers_get_n_bytes:
 * @self: the account
 *
 * Returns: the bytes of all answers in the account
 */
gsize
mcp_unread_answers_get_n_bytes (McpUnreadAnswers *self)
{
  return self->n_bytes;
}

static Holder *
find_biggest (McpUnreadAnswers *self)
{
  Holder *biggest = NULL;
  GHashTableIter iter;
  gpointer holder;

  g_hash_table_iter_init (&iter, self->holders);
  while (g_hash_table_iter_next (&iter, NULL, &holder))
    if (biggest == NULL || ((Holder *) holder)->n_bytes > biggest->n_bytes)
      biggest = holder;
  return biggest;
}

static void
cut_first (Holder *holder)
{
  McpUnreadAnswer *answer = g_queue_peek_head (&holder->answers);

  g_info ("A client does not read its answers; one of %" G_GSIZE_FORMAT " bytes is given up",
          answer->n_bytes);
  mcp_unread_answers_remove (answer);
  answer->cut (answer->data);
}

static void
enforce (McpUnreadAnswers *account, gconstpointer session)
{
  g_autoptr (McpUnreadAnswers) self = mcp_unread_answers_ref (account);
  Holder *holder;

  while ((holder = g_hash_table_lookup (self->holders, session)) != NULL &&
         holder->n_bytes > self->max_bytes_per_session)
    cut_first (holder);
  while (self->n_bytes > self->max_bytes)
    cut_first (find_biggest (self));
}

static Holder *
get_holder (McpUnreadAnswers *self, gconstpointer session)
{
  Holder *holder = g_hash_table_lookup (self->holders, session);

  if (holder == NULL)
    {
      holder = g_new0 (Holder, 1);
      holder->session = session;
      g_hash_table_insert (self->holders, (gpointer) session, holder);
    }
  return holder;
}

/**
 * mcp_unread_answers_add:
 * @self: the account
 * @answer: an answer that is in no account, with its @cut and @data; stays where it is until
 *   mcp_unread_answers_remove(), or until @cut is called
 * @session: (nullable): whom the answer is charged to; never looked into
 * @n_bytes: what the answer holds
 *
 * Charges an answer. That may cut others, or this one, before the function returns.
 */
void
mcp_unread_answers_add (McpUnreadAnswers *self,
                        McpUnreadAnswer *answer,
                        gconstpointer session,
                        gsize n_bytes)
{
  Holder *holder = get_holder (self, session);

  answer->account = mcp_unread_answers_ref (self);
  answer->holder = holder;
  answer->n_bytes = n_bytes;
  answer->link.data = answer;
  g_queue_push_tail_link (&holder->answers, &answer->link);
  holder->n_bytes += n_bytes;
  self->n_bytes += n_bytes;
  enforce (self, session);
}

/**
 * mcp_unread_answers_update:
 * @answer: an answer, in the account or not
 * @n_bytes: what the answer holds now
 *
 * Notes that the answer grew, or that the client took some of it. That may cut answers, this one
 * too, before the function returns.
 */
void
mcp_unread_answers_update (McpUnreadAnswer *answer, gsize n_bytes)
{
  Holder *holder = answer->holder;
  gboolean has_grown = n_bytes > answer->n_bytes;

  if (answer->account == NULL)
    return;

  holder->n_bytes += n_bytes - answer->n_bytes;
  answer->account->n_bytes += n_bytes - answer->n_bytes;
  answer->n_bytes = n_bytes;
  if (has_grown)
    {
      enforce (answer->account, holder->session);
      return;
    }
  g_queue_unlink (&holder->answers, &answer->link);
  g_queue_push_tail_link (&holder->answers, &answer->link);
}

/**
 * mcp_unread_answers_remove:
 * @answer: an answer, in the account or not
 *
 * Charges the answer to nobody any more.
 */
void
mcp_unread_answers_remove (McpUnreadAnswer *answer)
{
  g_autoptr (McpUnreadAnswers) self = g_steal_pointer (&answer->account);
  Holder *holder = answer->holder;

  if (self == NULL)
    return;

  g_queue_unlink (&holder->answers, &answer->link);
  holder->n_bytes -= answer->n_bytes;
  self->n_bytes -= answer->n_bytes;
  if (holder->answers.length == 0)
    g_hash_table_remove (self->holders, holder->session);
}

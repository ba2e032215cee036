/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-table.h"

#include "common/mcp-error.h"
#include "session/session/mcp-session-inner.h"
#include "session/session/mcp-token.h"

#include <string.h>

struct _McpSessionTable
{
  GHashTable *by_id;    /* (unowned) char *id -> (owned) McpSession */
  GHashTable *by_token; /* (unowned) McpTokenHash -> (unowned) McpSession; both of the session */
};

/* The key is the output of a hash function: any of its bytes will do. */
static guint
hash_token_hash (gconstpointer key)
{
  guint value;

  memcpy (&value, ((const McpTokenHash *) key)->bytes, sizeof value);
  return value;
}

static gboolean
equal_token_hash (gconstpointer a, gconstpointer b)
{
  return mcp_token_hash_equal (a, b);
}

/**
 * mcp_session_table_new:
 *
 * Returns: (transfer full): an empty table
 */
McpSessionTable *
mcp_session_table_new (void)
{
  McpSessionTable *self = g_new0 (McpSessionTable, 1);

  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->by_token = g_hash_table_new (hash_token_hash, equal_token_hash);
  return self;
}

/**
 * mcp_session_table_free:
 * @self: (transfer full): a table
 */
void
mcp_session_table_free (McpSessionTable *self)
{
  g_hash_table_unref (self->by_token);
  g_hash_table_unref (self->by_id);
  g_free (self);
}

/**
 * mcp_session_table_add:
 * @self: a table
 * @session: a session whose id is not in the table
 */
void
mcp_session_table_add (McpSessionTable *self, McpSession *session)
{
  const McpTokenHash *token_hash = mcp_session_get_token_hash (session);

  g_hash_table_insert (self->by_id, (gpointer) mcp_session_get_id (session),
                       g_object_ref (session));
  if (token_hash != NULL)
    g_hash_table_insert (self->by_token, (gpointer) token_hash, session);
}

/**
 * mcp_session_table_remove:
 * @self: a table
 * @session: a session in the table; the caller holds a reference to it
 */
void
mcp_session_table_remove (McpSessionTable *self, McpSession *session)
{
  const McpTokenHash *token_hash = mcp_session_get_token_hash (session);

  if (token_hash != NULL)
    g_hash_table_remove (self->by_token, token_hash);
  g_hash_table_remove (self->by_id, mcp_session_get_id (session));
}

/**
 * mcp_session_table_remove_all:
 * @self: a table
 */
void
mcp_session_table_remove_all (McpSessionTable *self)
{
  g_hash_table_remove_all (self->by_token);
  g_hash_table_remove_all (self->by_id);
}

/**
 * mcp_session_table_get_size:
 * @self: a table
 *
 * Returns: how many sessions there are
 */
guint
mcp_session_table_get_size (McpSessionTable *self)
{
  return g_hash_table_size (self->by_id);
}

/**
 * mcp_session_table_lookup:
 * @self: a table
 * @session_id: any text
 *
 * Returns: (transfer none) (nullable): the session of that id
 */
McpSession *
mcp_session_table_lookup (McpSessionTable *self, const char *session_id)
{
  return g_hash_table_lookup (self->by_id, session_id);
}

/**
 * mcp_session_table_authenticate:
 * @self: a table
 * @session_id: any text
 * @token: any text
 * @error: return location
 *
 * Errors: %MCP_ERROR_AUTHENTICATION_FAILED, the same for an unknown session and a wrong token.
 *
 * Returns: (transfer none) (nullable): the session of that id, if the token is its own
 */
McpSession *
mcp_session_table_authenticate (McpSessionTable *self,
                                const char *session_id,
                                const char *token,
                                GError **error)
{
  static const McpTokenHash no_hash = { { 0 } };
  McpSession *session = mcp_session_table_lookup (self, session_id);
  const McpTokenHash *token_hash = session != NULL ? mcp_session_get_token_hash (session) : NULL;

  /* Compared in any case: the time must not tell which sessions exist. */
  if (mcp_token_matches (token_hash != NULL ? token_hash : &no_hash, token) && token_hash != NULL)
    return session;

  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED,
                       "No session of that id has that token");
  return NULL;
}

/**
 * mcp_session_table_find_by_token_hash:
 * @self: a table
 * @token_hash: the hash of what was presented
 *
 * Returns: (transfer none) (nullable): the session whose token has this hash
 */
McpSession *
mcp_session_table_find_by_token_hash (McpSessionTable *self, const McpTokenHash *token_hash)
{
  /* The time of the look-up depends on the hash of what was presented, which tells nothing about
   * any token. */
  McpSession *session = g_hash_table_lookup (self->by_token, token_hash);
  const McpTokenHash *own_hash = session != NULL ? mcp_session_get_token_hash (session) : NULL;

  return own_hash != NULL && mcp_token_hash_equal (own_hash, token_hash) ? session : NULL;
}

/**
 * mcp_session_table_renew_token:
 * @self: a table
 * @session: a session in the table, with or without a token
 * @error: return location
 *
 * Gives the session a new token; the old one is found no more.
 *
 * Errors: #GIOErrorEnum where the kernel gives no random bytes; the old token stays then.
 *
 * Returns: (transfer full) (nullable): the new token
 */
char *
mcp_session_table_renew_token (McpSessionTable *self, McpSession *session, GError **error)
{
  const McpTokenHash *old_hash = mcp_session_get_token_hash (session);
  char *token = mcp_token_generate (error);
  McpTokenHash token_hash;

  if (token == NULL)
    return NULL;

  /* The key lies in the session: it leaves the table before it changes. */
  if (old_hash != NULL)
    g_hash_table_remove (self->by_token, old_hash);
  mcp_token_hash (token, &token_hash);
  mcp_session_set_token_hash (session, &token_hash);
  g_hash_table_insert (self->by_token, (gpointer) mcp_session_get_token_hash (session), session);
  return token;
}

static int
compare_sessions (gconstpointer a, gconstpointer b)
{
  McpSession *first = *(McpSession *const *) a;
  McpSession *second = *(McpSession *const *) b;
  gint64 later_us = mcp_session_get_created_at (first) - mcp_session_get_created_at (second);

  if (later_us != 0)
    return later_us < 0 ? -1 : 1;
  return strcmp (mcp_session_get_id (first), mcp_session_get_id (second));
}

/**
 * mcp_session_table_list:
 * @self: a table
 *
 * Returns: (transfer full) (element-type McpSession): all sessions, oldest first
 */
GPtrArray *
mcp_session_table_list (McpSessionTable *self)
{
  GPtrArray *list =
      g_ptr_array_new_full (mcp_session_table_get_size (self), (GDestroyNotify) g_object_unref);
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    g_ptr_array_add (list, g_object_ref (session));
  g_ptr_array_sort (list, compare_sessions);
  return list;
}

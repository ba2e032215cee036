/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-grant-keep.h"

#include "common/mcp-names.h"
#include "session/store/mcp-grant.h"

#include <string.h>

struct _McpGrantKeep
{
  GObject parent_instance;

  McpSessionStore *store; /* (owned) (nullable): until dispose */
  McpSessionDb *db;       /* (owned) (nullable): until dispose */
  GHashTable *sessions;   /* (owned): id (owned) -> set of what is allowed (owned) */
};

G_DEFINE_FINAL_TYPE (McpGrantKeep, mcp_grant_keep, G_TYPE_OBJECT)

static void
free_grant (gpointer grant)
{
  mcp_grant_free (grant);
}

static void
add (McpGrantKeep *self, const char *session_id, const char *what)
{
  GHashTable *set = g_hash_table_lookup (self->sessions, session_id);

  if (set == NULL)
    {
      set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->sessions, g_strdup (session_id), set);
    }
  g_hash_table_add (set, g_strdup (what));
}

/* A session that ends together with the daemon goes on with the next one. */
static void
session_removed_cb (McpSessionStore *store,
                    McpSession *session,
                    const char *reason,
                    McpGrantKeep *self)
{
  const char *session_id = mcp_session_get_id (session);

  if (strcmp (reason, MCP_REASON_SHUTDOWN) != 0 && g_hash_table_remove (self->sessions, session_id))
    mcp_session_db_write (self->db, mcp_grant_delete_of, g_strdup (session_id), g_free);
}

static void
mcp_grant_keep_dispose (GObject *object)
{
  McpGrantKeep *self = MCP_GRANT_KEEP (object);

  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_object (&self->store);
  g_clear_object (&self->db);

  G_OBJECT_CLASS (mcp_grant_keep_parent_class)->dispose (object);
}

static void
mcp_grant_keep_finalize (GObject *object)
{
  g_hash_table_unref (MCP_GRANT_KEEP (object)->sessions);

  G_OBJECT_CLASS (mcp_grant_keep_parent_class)->finalize (object);
}

static void
mcp_grant_keep_class_init (McpGrantKeepClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcp_grant_keep_dispose;
  G_OBJECT_CLASS (klass)->finalize = mcp_grant_keep_finalize;
}

static void
mcp_grant_keep_init (McpGrantKeep *self)
{
  self->sessions =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
}

/**
 * mcp_grant_keep_new:
 * @store: the sessions, those of earlier daemons included
 * @db: a database whose thread was not started
 * @error: return location
 *
 * Loads what is allowed to the sessions that there are. Blocks.
 *
 * Errors: what SQLite says.
 *
 * Returns: (transfer full) (nullable): what is allowed
 */
McpGrantKeep *
mcp_grant_keep_new (McpSessionStore *store, McpSessionDb *db, GError **error)
{
  g_autoptr (GPtrArray) grants = g_ptr_array_new_with_free_func (free_grant);
  McpGrantKeep *self;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (store), NULL);
  g_return_val_if_fail (MCP_IS_SESSION_DB (db), NULL);

  if (!mcp_session_db_do_now (db, mcp_grant_load_all, grants, error))
    return NULL;
  self = g_object_new (MCP_TYPE_GRANT_KEEP, NULL);
  self->store = g_object_ref (store);
  self->db = g_object_ref (db);
  for (guint i = 0; i < grants->len; i++)
    {
      const McpGrant *grant = grants->pdata[i];

      add (self, grant->session_id, grant->what);
    }
  g_signal_connect (store, "session-removed", G_CALLBACK (session_removed_cb), self);
  return self;
}

/**
 * mcp_grant_keep_add:
 * @self: what is allowed
 * @session_id: of a session that there is
 * @what: any text
 *
 * Allows something until the session ends.
 */
void
mcp_grant_keep_add (McpGrantKeep *self, const char *session_id, const char *what)
{
  g_return_if_fail (MCP_IS_GRANT_KEEP (self));
  g_return_if_fail (session_id != NULL && what != NULL);

  if (mcp_grant_keep_has (self, session_id, what))
    return;
  add (self, session_id, what);
  mcp_session_db_write (self->db, mcp_grant_write, mcp_grant_new (session_id, what), free_grant);
}

/**
 * mcp_grant_keep_has:
 * @self: what is allowed
 * @session_id: of a session
 * @what: any text
 *
 * Returns: whether just this is allowed to the session
 */
gboolean
mcp_grant_keep_has (McpGrantKeep *self, const char *session_id, const char *what)
{
  GHashTable *set;

  g_return_val_if_fail (MCP_IS_GRANT_KEEP (self), FALSE);
  g_return_val_if_fail (session_id != NULL && what != NULL, FALSE);

  set = g_hash_table_lookup (self->sessions, session_id);
  return set != NULL && g_hash_table_contains (set, what);
}

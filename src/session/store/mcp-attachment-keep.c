/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-attachment-keep.h"

#include "common/mcp-names.h"

#include <string.h>

/* Clients that crashed, over many daemons, are kept no longer than this many newer ones of their
 * session are. */
#define MAX_PER_SESSION 64

struct _McpAttachmentKeep
{
  GObject parent_instance;

  McpSessionStore *store; /* (owned) (nullable): until dispose */
  McpSessionDb *db;       /* (owned) (nullable): until dispose */
  GHashTable *records;    /* (owned): McpTokenHash (unowned) -> McpAttachmentRecord (owned) */
  GHashTable *of_session; /* (owned): session's id (owned) -> GPtrArray of the records (unowned) */
};

G_DEFINE_FINAL_TYPE (McpAttachmentKeep, mcp_attachment_keep, G_TYPE_OBJECT)

/* The key is the output of a hash function: any of its bytes will do. */
static guint
hash_id_hash (gconstpointer key)
{
  guint value;

  memcpy (&value, ((const McpTokenHash *) key)->bytes, sizeof value);
  return value;
}

static gboolean
equal_id_hash (gconstpointer a, gconstpointer b)
{
  return mcp_token_hash_equal (a, b);
}

static void
free_record (gpointer record)
{
  mcp_attachment_record_free (record);
}

static void
add (McpAttachmentKeep *self, McpAttachmentRecord *record)
{
  GPtrArray *siblings = g_hash_table_lookup (self->of_session, record->session_id);

  if (siblings == NULL)
    {
      siblings = g_ptr_array_new ();
      g_hash_table_insert (self->of_session, g_strdup (record->session_id), siblings);
    }
  g_ptr_array_add (siblings, record);
  g_hash_table_insert (self->records, &record->id_hash, record);
}

static void
drop (McpAttachmentKeep *self, const McpTokenHash *id_hash)
{
  McpAttachmentRecord *record = g_hash_table_lookup (self->records, id_hash);
  GPtrArray *siblings;

  if (record == NULL)
    return;
  siblings = g_hash_table_lookup (self->of_session, record->session_id);
  g_ptr_array_remove_fast (siblings, record);
  if (siblings->len == 0)
    g_hash_table_remove (self->of_session, record->session_id);
  g_hash_table_remove (self->records, id_hash);
}

static void
forget (McpAttachmentKeep *self, const McpTokenHash *id_hash)
{
  McpTokenHash copy = *id_hash;

  drop (self, &copy);
  mcp_session_db_write (self->db, mcp_attachment_record_delete, g_memdup2 (&copy, sizeof copy),
                        g_free);
}

/* The one that was used longest ago, except that one. */
static void
forget_oldest (McpAttachmentKeep *self, const McpAttachmentRecord *except)
{
  GPtrArray *siblings = g_hash_table_lookup (self->of_session, except->session_id);
  const McpAttachmentRecord *oldest = NULL;

  for (guint i = 0; i < siblings->len; i++)
    {
      const McpAttachmentRecord *record = siblings->pdata[i];

      if (record != except && (oldest == NULL || record->last_used_at < oldest->last_used_at))
        oldest = record;
    }
  if (siblings->len > MAX_PER_SESSION && oldest != NULL)
    forget (self, &oldest->id_hash);
}

/* A session that ends together with the daemon goes on with the next one, and so do its clients. */
static void
session_removed_cb (McpSessionStore *store,
                    McpSession *session,
                    const char *reason,
                    McpAttachmentKeep *self)
{
  const char *session_id = mcp_session_get_id (session);
  GPtrArray *siblings = g_hash_table_lookup (self->of_session, session_id);

  if (siblings == NULL || strcmp (reason, MCP_REASON_SHUTDOWN) == 0)
    return;
  for (guint i = 0; i < siblings->len; i++)
    g_hash_table_remove (self->records, &((McpAttachmentRecord *) siblings->pdata[i])->id_hash);
  g_hash_table_remove (self->of_session, session_id);
  mcp_session_db_write (self->db, mcp_attachment_record_delete_of, g_strdup (session_id), g_free);
}

static void
mcp_attachment_keep_dispose (GObject *object)
{
  McpAttachmentKeep *self = MCP_ATTACHMENT_KEEP (object);

  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_object (&self->store);
  g_clear_object (&self->db);

  G_OBJECT_CLASS (mcp_attachment_keep_parent_class)->dispose (object);
}

static void
mcp_attachment_keep_finalize (GObject *object)
{
  McpAttachmentKeep *self = MCP_ATTACHMENT_KEEP (object);

  g_hash_table_unref (self->of_session);
  g_hash_table_unref (self->records);

  G_OBJECT_CLASS (mcp_attachment_keep_parent_class)->finalize (object);
}

static void
mcp_attachment_keep_class_init (McpAttachmentKeepClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_attachment_keep_dispose;
  object_class->finalize = mcp_attachment_keep_finalize;
}

static void
mcp_attachment_keep_init (McpAttachmentKeep *self)
{
  self->records = g_hash_table_new_full (hash_id_hash, equal_id_hash, NULL, free_record);
  self->of_session =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * mcp_attachment_keep_new:
 * @store: the sessions, those of earlier daemons included
 * @db: a database whose thread was not started
 * @error: return location
 *
 * Loads the clients of the sessions that there are. Blocks.
 *
 * Errors: what SQLite says.
 *
 * Returns: (transfer full) (nullable): the clients
 */
McpAttachmentKeep *
mcp_attachment_keep_new (McpSessionStore *store, McpSessionDb *db, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (free_record);
  McpAttachmentKeep *self;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (store), NULL);
  g_return_val_if_fail (MCP_IS_SESSION_DB (db), NULL);

  if (!mcp_session_db_do_now (db, mcp_attachment_record_load_all, records, error))
    return NULL;
  self = g_object_new (MCP_TYPE_ATTACHMENT_KEEP, NULL);
  self->store = g_object_ref (store);
  self->db = g_object_ref (db);
  g_ptr_array_set_free_func (records, NULL);
  for (guint i = 0; i < records->len; i++)
    add (self, records->pdata[i]);
  g_signal_connect (store, "session-removed", G_CALLBACK (session_removed_cb), self);
  return self;
}

/**
 * mcp_attachment_keep_save:
 * @self: the clients
 * @attachment_id: of a client
 * @record: what is known of it now; copied, but for the hash, which is that of @attachment_id
 *
 * Keeps a client, or what has changed of it.
 */
void
mcp_attachment_keep_save (McpAttachmentKeep *self,
                          const char *attachment_id,
                          const McpAttachmentRecord *record)
{
  McpAttachmentRecord *kept;

  g_return_if_fail (MCP_IS_ATTACHMENT_KEEP (self));
  g_return_if_fail (attachment_id != NULL && record != NULL);

  kept = mcp_attachment_record_copy (record);
  mcp_token_hash (attachment_id, &kept->id_hash);
  drop (self, &kept->id_hash);
  add (self, kept);
  mcp_session_db_write (self->db, mcp_attachment_record_write, mcp_attachment_record_copy (kept),
                        free_record);
  forget_oldest (self, kept);
}

/**
 * mcp_attachment_keep_forget:
 * @self: the clients
 * @attachment_id: any text
 *
 * Forgets a client that has left.
 */
void
mcp_attachment_keep_forget (McpAttachmentKeep *self, const char *attachment_id)
{
  McpTokenHash id_hash;

  g_return_if_fail (MCP_IS_ATTACHMENT_KEEP (self));
  g_return_if_fail (attachment_id != NULL);

  mcp_token_hash (attachment_id, &id_hash);
  if (g_hash_table_contains (self->records, &id_hash))
    forget (self, &id_hash);
}

/**
 * mcp_attachment_keep_lookup:
 * @self: the clients
 * @attachment_id: any text
 *
 * Returns: (transfer none) (nullable): what is kept of the client of that id
 */
const McpAttachmentRecord *
mcp_attachment_keep_lookup (McpAttachmentKeep *self, const char *attachment_id)
{
  McpTokenHash id_hash;

  g_return_val_if_fail (MCP_IS_ATTACHMENT_KEEP (self), NULL);
  g_return_val_if_fail (attachment_id != NULL, NULL);

  /* The time of the look-up depends on the hash of what was presented, which tells nothing about
   * any id. */
  mcp_token_hash (attachment_id, &id_hash);
  return g_hash_table_lookup (self->records, &id_hash);
}

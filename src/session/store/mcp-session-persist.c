/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-persist.h"

#include "common/mcp-names.h"
#include "common/mcp-timer.h"
#include "session/history/mcp-call-sql.h"
#include "session/session/mcp-session-inner.h"
#include "session/store/mcp-session-sql.h"

#include <string.h>

/* Event numbers are promised to the disk so far ahead, and again when so many are used: in the
 * time of a commit the rest does not run out. */
#define RESERVE       10000
#define RESERVE_AFTER 1000

/* When a session was last used may be so stale in the database, at most twice. */
#define NOTE_USE_SECONDS 30
/* After a disk was full. */
#define RETRY_SECONDS    60

struct _McpSessionPersist
{
  GObject parent_instance;

  McpSessionStore *store;  /* (owned) */
  McpSessionDb *db;        /* (owned) */
  McpCallHistory *history; /* (owned) */
  GHashTable *entries;     /* (unowned) McpSession -> (owned) Entry */
  GSource *use_timer;      /* (owned) (nullable): while a use is not written */
  GSource *retry_timer;    /* (owned) (nullable): while the database fails */
};

G_DEFINE_FINAL_TYPE (McpSessionPersist, mcp_session_persist, G_TYPE_OBJECT)

/* What is in the database, or on its way there. */
typedef struct
{
  guint64 mark;
  gint64 last_active_at;
} Entry;

/* Sequence numbers. */

/* A mark on its way to the disk. */
typedef struct
{
  McpSession *session; /* (owned) */
  guint64 mark;
} Reservation;

static void
reservation_free (Reservation *reservation)
{
  g_object_unref (reservation->session);
  g_free (reservation);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reservation, reservation_free)

static void
write_session (McpSessionPersist *self, McpSession *session, Entry *entry)
{
  McpSessionRecord *record = mcp_session_record_new (session, entry->mark);

  entry->last_active_at = record->last_active_at;
  mcp_session_db_write (self->db, mcp_session_sql_update, record,
                        (GDestroyNotify) mcp_session_record_free);
}

static void
reserved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Reservation) reservation = user_data;

  mcp_session_set_sequence_mark (reservation->session, reservation->mark,
                                 reservation->mark - (RESERVE - RESERVE_AFTER));
}

static void
sequence_low_cb (McpSessionStore *store, McpSession *session, McpSessionPersist *self)
{
  Entry *entry = g_hash_table_lookup (self->entries, session);
  Reservation *reservation;

  if (entry == NULL)
    return;
  entry->mark = mcp_session_get_last_sequence (session) + RESERVE;
  write_session (self, session, entry);

  reservation = g_new0 (Reservation, 1);
  reservation->session = g_object_ref (session);
  reservation->mark = entry->mark;
  mcp_session_db_sync_async (self->db, g_task_new (self, NULL, reserved_cb, reservation));
}

static gboolean
use_timer_cb (gpointer user_data)
{
  McpSessionPersist *self = user_data;

  mcp_timer_clear (&self->use_timer);
  mcp_session_persist_note_use (self);
  return G_SOURCE_REMOVE;
}

static void
session_used_cb (McpSessionStore *store, McpSession *session, McpSessionPersist *self)
{
  if (self->use_timer == NULL)
    self->use_timer = mcp_timer_new_seconds ("note-use", NOTE_USE_SECONDS, use_timer_cb, self);
}

/* Another label, other tools or another token. */
static void
session_changed_cb (McpSessionStore *store, McpSession *session, McpSessionPersist *self)
{
  Entry *entry = g_hash_table_lookup (self->entries, session);

  if (entry != NULL)
    write_session (self, session, entry);
}

/* Following the store. */

static Entry *
follow (McpSessionPersist *self, McpSession *session, guint64 mark)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->mark = mark;
  entry->last_active_at = mcp_session_get_last_active_at (session);
  g_hash_table_insert (self->entries, session, entry);
  mcp_session_set_sequence_mark (session, mark, mark - (RESERVE - RESERVE_AFTER));
  return entry;
}

static void
session_added_cb (McpSessionStore *store, McpSession *session, McpSessionPersist *self)
{
  Entry *entry = follow (self, session, mcp_session_get_last_sequence (session) + RESERVE);

  mcp_session_db_write (self->db, mcp_session_sql_insert,
                        mcp_session_record_new (session, entry->mark),
                        (GDestroyNotify) mcp_session_record_free);
}

/* One that ends only together with the daemon goes on with the next. */
static void
session_removed_cb (McpSessionStore *store,
                    McpSession *session,
                    const char *reason,
                    McpSessionPersist *self)
{
  Entry *entry = g_hash_table_lookup (self->entries, session);

  if (entry == NULL)
    return;
  if (strcmp (reason, MCP_REASON_SHUTDOWN) == 0)
    {
      entry->mark = mcp_session_get_last_sequence (session);
      write_session (self, session, entry);
    }
  else
    mcp_session_db_write (self->db, mcp_session_sql_delete,
                          mcp_session_record_new (session, entry->mark),
                          (GDestroyNotify) mcp_session_record_free);

  g_hash_table_remove (self->entries, session);
}

/**
 * mcp_session_persist_note_use:
 * @self: the persistence
 *
 * Writes when sessions were last used, of those that were used since. Happens by itself half a
 * minute after a use.
 */
void
mcp_session_persist_note_use (McpSessionPersist *self)
{
  GHashTableIter iter;
  gpointer session, entry;

  g_return_if_fail (MCP_IS_SESSION_PERSIST (self));

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &session, &entry))
    {
      mcp_session_note_use (session);
      if (((Entry *) entry)->last_active_at != mcp_session_get_last_active_at (session))
        write_session (self, session, entry);
    }
  /* Where nothing is written, the database looks after its file all the same. */
  mcp_session_db_sync_async (self->db, g_task_new (self, NULL, NULL, NULL));
}

/* After a failure. */

/* All sessions, to be written again. */
typedef struct
{
  GPtrArray *records; /* (owned) (element-type McpSessionRecord) */
  gint64 call_mark;
} Everything;

static void
everything_free (gpointer data)
{
  Everything *everything = data;

  g_ptr_array_unref (everything->records);
  g_free (everything);
}

static gboolean
write_everything (McpSql *sql, gpointer data, GError **error)
{
  Everything *everything = data;
  static const char why[] = "its end could not be written";

  /* calls that still run come again at their end */
  return mcp_session_sql_replace_all (sql, everything->records, error) &&
         mcp_call_sql_end_running (sql, (gpointer) why, error) &&
         mcp_call_sql_write_mark (sql, &everything->call_mark, error);
}

static void set_retry_timer (McpSessionPersist *self, gboolean wanted);

static void
recovered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpSessionPersist *self = MCP_SESSION_PERSIST (source);
  g_autoptr (GError) error = NULL;

  if (self->db == NULL)
    return;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    set_retry_timer (self, FALSE);
  else
    {
      g_debug ("The database still fails: %s", error->message);
      set_retry_timer (self, TRUE);
    }
}

/**
 * mcp_session_persist_retry:
 * @self: the persistence
 *
 * Tries to write everything again after a failure. Called by a timer every minute; does nothing
 * where there was no failure.
 */
void
mcp_session_persist_retry (McpSessionPersist *self)
{
  Everything *everything;
  GHashTableIter iter;
  gpointer session, entry;

  g_return_if_fail (MCP_IS_SESSION_PERSIST (self));

  everything = g_new0 (Everything, 1);
  everything->records = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_session_record_free);
  everything->call_mark = mcp_call_history_get_mark (self->history);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &session, &entry))
    g_ptr_array_add (everything->records,
                     mcp_session_record_new (session, ((Entry *) entry)->mark));
  mcp_session_db_recover_async (self->db, write_everything, everything, everything_free,
                                g_task_new (self, NULL, recovered_cb, NULL));
}

static gboolean
retry_cb (gpointer user_data)
{
  McpSessionPersist *self = user_data;

  g_clear_pointer (&self->retry_timer, g_source_unref);
  mcp_session_persist_retry (self);
  return G_SOURCE_REMOVE;
}

static void
set_retry_timer (McpSessionPersist *self, gboolean wanted)
{
  mcp_timer_clear (&self->retry_timer);
  if (wanted)
    self->retry_timer = mcp_timer_new_seconds ("database-retry", RETRY_SECONDS, retry_cb, self);
}

/* A damaged file is replaced at once; a full disk needs somebody to make room. */
static void
failed_cb (McpSessionDb *db, gboolean damaged, McpSessionPersist *self)
{
  if (damaged)
    mcp_session_persist_retry (self);
  else
    set_retry_timer (self, TRUE);
}

/* Beginning and end. */

/**
 * mcp_session_persist_flush_async:
 * @self: the persistence
 * @callback: (scope async): when everything is on the disk
 * @user_data: for @callback
 *
 * For a clean end: once the store's sessions and the calls have ended.
 */
void
mcp_session_persist_flush_async (McpSessionPersist *self,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (MCP_IS_SESSION_PERSIST (self));

  mcp_call_history_flush (self->history);
  mcp_session_db_sync_async (self->db, g_task_new (self, NULL, callback, user_data));
}

/**
 * mcp_session_persist_flush_finish:
 * @self: the persistence
 * @result: what the callback got
 * @error: return location
 *
 * Returns: %TRUE
 */
gboolean
mcp_session_persist_flush_finish (McpSessionPersist *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
mcp_session_persist_dispose (GObject *object)
{
  McpSessionPersist *self = MCP_SESSION_PERSIST (object);

  mcp_timer_clear (&self->use_timer);
  mcp_timer_clear (&self->retry_timer);
  if (self->store != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->store, self);
      mcp_session_store_set_db (self->store, NULL);
    }
  if (self->db != NULL)
    g_signal_handlers_disconnect_by_data (self->db, self);
  g_hash_table_remove_all (self->entries);
  g_clear_object (&self->store);
  g_clear_object (&self->history);
  g_clear_object (&self->db);

  G_OBJECT_CLASS (mcp_session_persist_parent_class)->dispose (object);
}

static void
mcp_session_persist_finalize (GObject *object)
{
  g_hash_table_unref (MCP_SESSION_PERSIST (object)->entries);

  G_OBJECT_CLASS (mcp_session_persist_parent_class)->finalize (object);
}

static void
mcp_session_persist_class_init (McpSessionPersistClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_session_persist_dispose;
  object_class->finalize = mcp_session_persist_finalize;
}

static void
mcp_session_persist_init (McpSessionPersist *self)
{
  self->entries = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

/* Reserves the next numbers of all sessions. */
static gboolean
reserve_numbers (McpSql *sql, gpointer data, GError **error)
{
  guint64 reserve = RESERVE;

  return mcp_session_sql_raise_marks (sql, &reserve, error);
}

/**
 * mcp_session_persist_new:
 * @store: an empty store
 * @db: a database whose thread was not started
 * @history: of the same database
 * @error: return location
 *
 * Puts the database's sessions into the store, then follows it; from then on
 * mcp_session_store_settle_async() waits for the disk. Blocks.
 *
 * Errors: what SQLite says.
 *
 * Returns: (transfer full) (nullable): the persistence
 */
McpSessionPersist *
mcp_session_persist_new (McpSessionStore *store,
                         McpSessionDb *db,
                         McpCallHistory *history,
                         GError **error)
{
  g_autoptr (GPtrArray) records =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_session_record_free);
  McpSessionPersist *self;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (store), NULL);
  g_return_val_if_fail (MCP_IS_SESSION_DB (db), NULL);
  g_return_val_if_fail (MCP_IS_CALL_HISTORY (history), NULL);

  if (!mcp_session_db_do_now (db, mcp_session_sql_load, records, error))
    return NULL;
  /* A full disk is no reason to forget sessions; the next change reports that the disk is full. */
  if (!mcp_session_db_do_now (db, reserve_numbers, NULL, NULL))
    mcp_session_db_write (db, reserve_numbers, NULL, NULL);

  self = g_object_new (MCP_TYPE_SESSION_PERSIST, NULL);
  self->store = g_object_ref (store);
  self->db = g_object_ref (db);
  self->history = g_object_ref (history);
  for (guint i = 0; i < records->len; i++)
    {
      McpSessionRecord *record = records->pdata[i];
      McpSession *session = mcp_session_store_restore (store, record);

      if (session != NULL)
        follow (self, session, record->sequence_mark + RESERVE);
    }
  g_signal_connect (store, "session-added", G_CALLBACK (session_added_cb), self);
  g_signal_connect (store, "session-removed", G_CALLBACK (session_removed_cb), self);
  g_signal_connect (store, "token-changed", G_CALLBACK (session_changed_cb), self);
  g_signal_connect (store, "session-changed", G_CALLBACK (session_changed_cb), self);
  g_signal_connect (store, "session-used", G_CALLBACK (session_used_cb), self);
  g_signal_connect (store, "sequence-low", G_CALLBACK (sequence_low_cb), self);
  g_signal_connect (db, "failed", G_CALLBACK (failed_cb), self);
  mcp_session_store_set_db (store, db);
  return self;
}

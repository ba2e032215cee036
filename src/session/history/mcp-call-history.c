/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/history/mcp-call-history.h"

#include "common/mcp-timer.h"
#include "session/database/mcp-sql.h"
#include "session/history/mcp-call-sql.h"
#include "session/history/mcp-query-turns.h"

#include <string.h>

/* Numbers are promised to the disk so far ahead, and again when so many are used: in the time
 * of a commit the rest does not run out. */
#define RESERVE       10000
#define RESERVE_AFTER 1000

/* How late a call may be forgotten: a share of the time for which calls are kept. */
#define LATE_SHARE 24
/* What calls change is gathered for so long: most calls have ended by then, and are one row, and
 * one transaction has them all. */
#define GATHER_MS  100

#define TRIM_AFTER_CALLS 1000

/* The text of an error is for people; servers can send any length. */
#define MAX_ERROR_BYTES 1024

struct _McpCallHistory
{
  GObject parent_instance;

  McpSessionDb *db;     /* (owned) */
  McpQueryTurns *turns; /* (owned) (nullable): until dispose */
  gint64 last_number;
  gint64 mark; /* no number above it is given out */
  guint days;
  guint max_calls; /* 0: nothing is kept */
  guint n_since_trim;
  gint64 newest_at;   /* when the newest call began, in us since 1970 UTC; 0: there is none */
  GSource *timer;     /* (owned) (nullable): while there may be calls */
  GPtrArray *due;     /* (owned): McpCallRecord (owned): not written since they changed, in order */
  GSource *due_timer; /* (owned) (nullable): while there are some */
};

G_DEFINE_FINAL_TYPE (McpCallHistory, mcp_call_history, G_TYPE_OBJECT)

static void
write_mark (McpCallHistory *self)
{
  mcp_session_db_write (self->db, mcp_call_sql_write_mark,
                        g_memdup2 (&self->mark, sizeof self->mark), g_free);
}

/**
 * mcp_call_history_next_id:
 * @self: the history
 *
 * Returns: (transfer full): an id that no call has had, whatever happens to the daemon
 */
char *
mcp_call_history_next_id (McpCallHistory *self)
{
  g_return_val_if_fail (MCP_IS_CALL_HISTORY (self), NULL);

  self->last_number++;
  if (self->last_number + RESERVE - RESERVE_AFTER >= self->mark)
    {
      self->mark = self->last_number + RESERVE;
      write_mark (self);
    }
  return mcp_call_record_format_id (self->last_number);
}

static void arm_timer (McpCallHistory *self);

static gboolean
trim_cb (gpointer user_data)
{
  McpCallHistory *self = user_data;

  mcp_timer_clear (&self->timer);
  mcp_call_history_trim (self);
  arm_timer (self);
  return G_SOURCE_REMOVE;
}

/* Where no call is kept, nothing becomes too old. */
static void
arm_timer (McpCallHistory *self)
{
  guint seconds = (guint) CLAMP ((guint64) self->days * 24 * 3600 / LATE_SHARE, 3600, 24 * 3600);

  if (self->timer == NULL && self->newest_at > 0)
    self->timer = mcp_timer_new_seconds ("history-trim", seconds, trim_cb, self);
}

/* Returns: (transfer full): what nobody changes any more */
static McpCallRecord *
settle (McpCallRecord *record)
{
  record->is_due = FALSE;
  return record->state == MCP_PROGRESS_STATE_RUNNING ? mcp_call_record_copy (record)
                                                     : mcp_call_record_ref (record);
}

static void
write_due (gpointer user_data)
{
  McpCallHistory *self = user_data;
  g_autoptr (GPtrArray) due = g_steal_pointer (&self->due);
  GPtrArray *settled = g_ptr_array_sized_new (due->len);

  mcp_timer_clear (&self->due_timer);
  self->due = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_call_record_unref);
  for (guint i = 0; i < due->len; i++)
    g_ptr_array_add (settled, settle (due->pdata[i]));
  /* The database's thread has the only references from here on. */
  g_clear_pointer (&due, g_ptr_array_unref);
  mcp_session_db_write_each (self->db, mcp_call_sql_write, settled,
                             (GDestroyNotify) mcp_call_record_unref);
}

static void
gather_cb (gpointer user_data)
{
  McpCallHistory *self = user_data;

  if (self->due->len > 0)
    write_due (self);
}

static gboolean
due_cb (gpointer user_data)
{
  write_due (user_data);
  return G_SOURCE_REMOVE;
}

static void
note_changed (McpCallHistory *self, McpCallRecord *record)
{
  if (self->max_calls == 0 || record->is_due)
    return;
  self->newest_at = MAX (self->newest_at, record->started_at);
  arm_timer (self);
  record->is_due = TRUE;
  g_ptr_array_add (self->due, mcp_call_record_ref (record));
  if (self->due_timer == NULL)
    self->due_timer = mcp_timer_new_ms ("history-write", GATHER_MS, due_cb, self);
}

/**
 * mcp_call_history_begin:
 * @self: the history
 * @call_id: of mcp_call_history_next_id()
 * @session_id: where the call is made
 * @tool: the tool's exposed name
 * @provider: the server's name
 * @client: (nullable): who calls
 *
 * Notes that a call begins now. What changes is written soon: a query, and whatever else is handed
 * to the database, comes after it.
 *
 * Returns: (transfer full): for mcp_call_history_end()
 */
McpCallRecord *
mcp_call_history_begin (McpCallHistory *self,
                        const char *call_id,
                        const char *session_id,
                        const char *tool,
                        const char *provider,
                        const char *client)
{
  McpCallRecord *record = mcp_call_record_new ();

  g_return_val_if_fail (MCP_IS_CALL_HISTORY (self), record);

  if (!mcp_call_record_parse_id (call_id, &record->number))
    g_critical ("“%s” is no call id of the history", call_id);
  record->session_id = g_strdup (session_id);
  record->tool = g_strdup (tool);
  record->provider = g_strdup (provider);
  record->client = client != NULL ? g_utf8_make_valid (client, -1) : NULL;
  record->started_at = g_get_real_time ();
  record->started_us = g_get_monotonic_time ();
  note_changed (self, record);
  return record;
}

/**
 * mcp_call_history_note_consent:
 * @self: the history
 * @record: of mcp_call_history_begin(), of a call that runs
 * @consent: “asked”, or the answer
 * @consent_by: (nullable): the way by which the owner answered
 *
 * Notes that the owner is asked about a call, or has answered.
 */
void
mcp_call_history_note_consent (McpCallHistory *self,
                               McpCallRecord *record,
                               const char *consent,
                               const char *consent_by)
{
  g_return_if_fail (MCP_IS_CALL_HISTORY (self));

  g_free (record->consent);
  record->consent = g_strdup (consent);
  g_free (record->consent_by);
  record->consent_by = g_strdup (consent_by);
  note_changed (self, record);
}

static char *
dup_error_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *end;

  if (strlen (valid) <= MAX_ERROR_BYTES)
    return g_steal_pointer (&valid);

  end = g_utf8_find_prev_char (valid, valid + MAX_ERROR_BYTES + 1);
  return g_strndup (valid, (gsize) (end - valid));
}

/**
 * mcp_call_history_end:
 * @self: the history
 * @record: (transfer full): of mcp_call_history_begin()
 * @state: how it ended
 * @error_text: (nullable): why, if it failed; any bytes
 *
 * Notes that a call ends now.
 */
void
mcp_call_history_end (McpCallHistory *self,
                      McpCallRecord *record,
                      McpProgressState state,
                      const char *error_text)
{
  g_return_if_fail (MCP_IS_CALL_HISTORY (self));

  record->duration_ms = (g_get_monotonic_time () - record->started_us) / 1000;
  record->state = state;
  if (error_text != NULL)
    record->error = dup_error_text (error_text);
  note_changed (self, record);
  mcp_call_record_unref (record);

  self->n_since_trim++;
  if (self->n_since_trim >= TRIM_AFTER_CALLS)
    mcp_call_history_trim (self);
}

/**
 * mcp_call_history_query_async:
 * @self: the history
 * @session_id: (nullable): the session whose calls are asked for; %NULL: those of all sessions,
 *   ended ones as well, for the owner
 * @filter: which of its calls; copied
 * @callback: (scope async): when they are there
 * @user_data: for @callback
 *
 * Asks for calls, after the queries that the same session asked before. What is answered is on the
 * disk.
 */
void
mcp_call_history_query_async (McpCallHistory *self,
                              const char *session_id,
                              const McpCallFilter *filter,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  McpCallQuery *query;
  GTask *task;

  g_return_if_fail (MCP_IS_CALL_HISTORY (self));
  g_return_if_fail (filter != NULL);

  query = g_new0 (McpCallQuery, 1);
  query->session_id = g_strdup (session_id);
  query->filter = mcp_call_filter_copy (filter);
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_call_history_query_async);
  mcp_query_turns_add (self->turns, query, task);
}

/**
 * mcp_call_history_find_async:
 * @self: the history
 * @call_id: any text
 * @callback: (scope async): when the call is there; calls mcp_call_history_query_finish()
 * @user_data: for @callback
 *
 * Asks for one call, of whatever session, as mcp_call_history_query_async().
 */
void
mcp_call_history_find_async (McpCallHistory *self,
                             const char *call_id,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  McpCallQuery *query;
  GTask *task;

  g_return_if_fail (MCP_IS_CALL_HISTORY (self));
  g_return_if_fail (call_id != NULL);

  query = g_new0 (McpCallQuery, 1);
  /* No call has the number 0. */
  if (!mcp_call_record_parse_id (call_id, &query->number))
    query->number = 0;
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_call_history_find_async);
  mcp_query_turns_add (self->turns, query, task);
}

/**
 * mcp_call_history_query_finish:
 * @self: the history
 * @result: what the callback got
 * @error: return location
 *
 * Errors: what SQLite says when the database cannot be read; %MCP_ERROR_NOT_FOUND after
 * mcp_call_history_find_async().
 *
 * Returns: (transfer full) (nullable): the JSON that GET /session/{id}/calls answers, or GET
 *   /calls, or GET /calls/{id}
 */
GBytes *
mcp_call_history_query_finish (McpCallHistory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mcp_call_history_trim:
 * @self: the history
 *
 * Forgets what is too old or too much. Happens by itself every thousand calls, and once a day; more
 * often where calls are kept for less than 24 days, once an hour at most.
 */
void
mcp_call_history_trim (McpCallHistory *self)
{
  McpCallTrim *trim;

  g_return_if_fail (MCP_IS_CALL_HISTORY (self));

  trim = g_new0 (McpCallTrim, 1);
  trim->older_than = g_get_real_time () - (gint64) self->days * G_TIME_SPAN_DAY;
  trim->max_calls = self->max_calls;
  if (self->newest_at < trim->older_than || self->max_calls == 0)
    self->newest_at = 0;
  self->n_since_trim = 0;
  mcp_session_db_write (self->db, mcp_call_sql_trim, trim, g_free);
}

/**
 * mcp_call_history_set_limits:
 * @self: the history
 * @days: how long calls are kept
 * @max_calls: how many at most, of all sessions; up to a thousand more until they are
 *   counted again; 0: none
 *
 * Takes new limits, and keeps to them at once.
 */
void
mcp_call_history_set_limits (McpCallHistory *self, guint days, guint max_calls)
{
  g_return_if_fail (MCP_IS_CALL_HISTORY (self));

  self->days = days;
  self->max_calls = max_calls;
  mcp_call_history_trim (self);
  mcp_timer_clear (&self->timer);
  arm_timer (self);
}

/* No number above it has been given out, nor will be before the next one is written. */
gint64
mcp_call_history_get_mark (McpCallHistory *self)
{
  return self->mark;
}

/* At a clean end, so that no numbers are left out. */
void
mcp_call_history_flush (McpCallHistory *self)
{
  self->mark = self->last_number;
  write_mark (self);
}

static void
mcp_call_history_dispose (GObject *object)
{
  McpCallHistory *self = MCP_CALL_HISTORY (object);

  mcp_timer_clear (&self->timer);
  g_clear_pointer (&self->turns, mcp_query_turns_close);
  if (self->db != NULL)
    {
      gather_cb (self);
      mcp_session_db_set_gather (self->db, NULL, NULL);
    }
  g_clear_object (&self->db);

  G_OBJECT_CLASS (mcp_call_history_parent_class)->dispose (object);
}

static void
mcp_call_history_finalize (GObject *object)
{
  g_ptr_array_unref (MCP_CALL_HISTORY (object)->due);

  G_OBJECT_CLASS (mcp_call_history_parent_class)->finalize (object);
}

static void
mcp_call_history_class_init (McpCallHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcp_call_history_dispose;
  G_OBJECT_CLASS (klass)->finalize = mcp_call_history_finalize;
}

static void
mcp_call_history_init (McpCallHistory *self)
{
  self->due = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_call_record_unref);
  self->days = MCP_CALL_HISTORY_DEFAULT_DAYS;
  self->max_calls = MCP_CALL_HISTORY_DEFAULT_MAX_CALLS;
}

static gboolean
read_past (McpSql *sql, gpointer data, GError **error)
{
  McpCallHistory *self = data;

  if (!mcp_call_sql_read_mark (sql, &self->last_number, error) ||
      !mcp_sql_read_int64 (sql, "SELECT started_at FROM call ORDER BY number DESC LIMIT 1",
                           &self->newest_at, error))
    return FALSE;
  /* Where an earlier database is not to be had, its numbers were lower than any microsecond of
   * now: the numbers of a replacement database begin there, those of a new one at 1. */
  if (mcp_session_db_is_fresh (self->db))
    self->last_number = MAX (self->last_number, g_get_real_time ());

  self->mark = self->last_number + RESERVE;
  return TRUE;
}

static gboolean
write_beginning (McpSql *sql, gpointer mark, GError **error)
{
  static const char why[] = "the daemon ended";

  return mcp_call_sql_end_running (sql, (gpointer) why, error) &&
         mcp_call_sql_write_mark (sql, mark, error);
}

/**
 * mcp_call_history_new:
 * @db: a database whose thread was not started
 * @error: return location
 *
 * Opens the history in the database. Calls that ran when the last daemon ended are recorded as
 * failed. Blocks.
 *
 * Errors: what SQLite says.
 *
 * Returns: (transfer full) (nullable): the history
 */
McpCallHistory *
mcp_call_history_new (McpSessionDb *db, GError **error)
{
  g_autoptr (McpCallHistory) self = NULL;

  g_return_val_if_fail (MCP_IS_SESSION_DB (db), NULL);

  self = g_object_new (MCP_TYPE_CALL_HISTORY, NULL);
  self->db = g_object_ref (db);
  mcp_session_db_set_gather (db, gather_cb, self);
  self->turns = mcp_query_turns_new (db);
  if (!mcp_session_db_do_now (db, read_past, self, error))
    return NULL;
  /* A full disk is no reason to forget the history; the next change reports that the disk is full.
   */
  if (!mcp_session_db_do_now (db, write_beginning, &self->mark, NULL))
    mcp_session_db_write (db, write_beginning, g_memdup2 (&self->mark, sizeof self->mark), g_free);
  arm_timer (self);
  return g_steal_pointer (&self);
}

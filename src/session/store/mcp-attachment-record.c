/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-attachment-record.h"

#include "common/mcp-json.h"
#include "session/database/mcp-sql.h"

#include <string.h>

/* A file may have been written to by others: these are above what clients say. */
#define MAX_TEXT_BYTES         4096
#define MAX_CAPABILITIES_BYTES (4 * 1024 * 1024)
#define MAX_DEPTH              512
#define MAX_VALUES             1000000
#define MAX_SUBSCRIPTIONS      1024
/* Ids of events go on from here; what clients read as a double stays exact. */
#define MAX_EVENT_MARK         (G_GUINT64_CONSTANT (1) << 52)

#define COLUMNS                                                                                   \
  "id_hash, session_id, revision, client, capabilities, log_level, last_used_at, subscriptions, " \
  "server, event_mark"

/**
 * mcp_attachment_record_copy:
 * @self: a record
 *
 * Returns: (transfer full): one like it
 */
McpAttachmentRecord *
mcp_attachment_record_copy (const McpAttachmentRecord *self)
{
  McpAttachmentRecord *copy = g_memdup2 (self, sizeof *self);

  copy->session_id = g_strdup (self->session_id);
  copy->server = g_strdup (self->server);
  copy->revision = g_strdup (self->revision);
  copy->client = g_strdup (self->client);
  copy->capabilities = g_strdup (self->capabilities);
  copy->log_level = g_strdup (self->log_level);
  copy->subscriptions = g_strdupv (self->subscriptions);
  return copy;
}

/**
 * mcp_attachment_record_free:
 * @self: (transfer full): a record
 */
void
mcp_attachment_record_free (McpAttachmentRecord *self)
{
  g_free (self->session_id);
  g_free (self->server);
  g_free (self->revision);
  g_free (self->client);
  g_free (self->capabilities);
  g_free (self->log_level);
  g_strfreev (self->subscriptions);
  g_free (self);
}

static gboolean
is_short (const char *text)
{
  return text == NULL || (strlen (text) <= MAX_TEXT_BYTES && g_utf8_validate (text, -1, NULL));
}

static gboolean
is_object (const char *json)
{
  McpJsonSlice root;

  return json == NULL || (strlen (json) <= MAX_CAPABILITIES_BYTES &&
                          mcp_json_scan (json, strlen (json), MAX_DEPTH, MAX_VALUES,
                                         MCP_JSON_SCAN_DEFAULT, &root, NULL) &&
                          mcp_json_get_type (root) == MCP_JSON_OBJECT);
}

/**
 * mcp_attachment_record_is_valid:
 * @self: a record that was read from a file
 *
 * Returns: whether a daemon can have written it
 */
gboolean
mcp_attachment_record_is_valid (const McpAttachmentRecord *self)
{
  return self->session_id != NULL && g_uuid_string_is_valid (self->session_id) &&
         self->revision != NULL && is_short (self->revision) && is_short (self->client) &&
         is_short (self->server) && is_short (self->log_level) &&
         self->event_mark <= MAX_EVENT_MARK && is_object (self->capabilities);
}

static char *
dup_uris_json (char *const *uris)
{
  GString *json = g_string_new ("[");

  for (guint i = 0; uris != NULL && uris[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      mcp_json_append_string (json, uris[i]);
    }
  g_string_append_c (json, ']');
  return g_string_free (json, FALSE);
}

/* Returns: (nullable): %NULL where @json is no list of texts */
static char **
parse_uris_json (const char *json)
{
  g_autoptr (GStrvBuilder) uris = g_strv_builder_new ();
  McpJsonSlice root, item;
  McpJsonIter iter;

  if (json == NULL ||
      !mcp_json_scan (json, strlen (json), 2, MAX_SUBSCRIPTIONS + 1, MCP_JSON_SCAN_DEFAULT, &root,
                      NULL) ||
      mcp_json_get_type (root) != MCP_JSON_ARRAY)
    return NULL;
  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      g_autofree char *uri =
          mcp_json_get_type (item) == MCP_JSON_STRING ? mcp_json_dup_string (item) : NULL;

      if (uri == NULL)
        return NULL;
      g_strv_builder_add (uris, uri);
    }
  return g_strv_builder_end (uris);
}

static McpAttachmentRecord *
read_record (sqlite3_stmt *row)
{
  g_autoptr (McpAttachmentRecord) record = g_new0 (McpAttachmentRecord, 1);
  const void *hash = sqlite3_column_blob (row, 0);

  if (hash == NULL || sqlite3_column_bytes (row, 0) != sizeof record->id_hash.bytes)
    return NULL;
  memcpy (record->id_hash.bytes, hash, sizeof record->id_hash.bytes);
  record->session_id = g_strdup (mcp_sql_get_text (row, 1));
  record->revision = g_strdup (mcp_sql_get_text (row, 2));
  record->client = g_strdup (mcp_sql_get_text (row, 3));
  record->capabilities = g_strdup (mcp_sql_get_text (row, 4));
  record->log_level = g_strdup (mcp_sql_get_text (row, 5));
  record->last_used_at = sqlite3_column_int64 (row, 6);
  record->subscriptions = parse_uris_json (mcp_sql_get_text (row, 7));
  record->server = g_strdup (mcp_sql_get_text (row, 8));
  record->event_mark = (guint64) sqlite3_column_int64 (row, 9);
  return mcp_attachment_record_is_valid (record) ? g_steal_pointer (&record) : NULL;
}

/**
 * mcp_attachment_record_load_all:
 * @sql: the database
 * @records: (type GPtrArray) (element-type McpAttachmentRecord): gets all clients of sessions that
 *   there are
 * @error: return location
 *
 * Forgets clients whose sessions are gone.
 *
 * Returns: whether they could be read; a row that makes no sense is left out
 */
gboolean
mcp_attachment_record_load_all (McpSql *sql, gpointer records, GError **error)
{
  sqlite3_stmt *statement = mcp_sql_prepare (
      sql, "SELECT " COLUMNS " FROM attachment WHERE session_id IN (SELECT id FROM session)",
      error);
  int step;

  if (statement == NULL)
    return FALSE;
  while ((step = mcp_sql_step (sql, statement, error)) > 0)
    {
      McpAttachmentRecord *record = read_record (statement);

      if (record != NULL)
        g_ptr_array_add (records, record);
    }
  return step == 0;
}

static void
bind_hash (sqlite3_stmt *statement, const McpTokenHash *hash)
{
  sqlite3_bind_blob (statement, 1, hash->bytes, sizeof hash->bytes, SQLITE_TRANSIENT);
}

/**
 * mcp_attachment_record_write:
 * @sql: the database
 * @data: (type McpAttachmentRecord): a client; takes the place of what is there of it
 * @error: return location
 *
 * Returns: whether it was written
 */
gboolean
mcp_attachment_record_write (McpSql *sql, gpointer data, GError **error)
{
  const McpAttachmentRecord *record = data;
  g_autofree char *subscriptions = dup_uris_json (record->subscriptions);
  sqlite3_stmt *statement = mcp_sql_prepare (
      sql, "INSERT OR REPLACE INTO attachment (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      error);

  if (statement == NULL)
    return FALSE;
  bind_hash (statement, &record->id_hash);
  mcp_sql_bind_text (statement, 2, record->session_id);
  mcp_sql_bind_text (statement, 3, record->revision);
  mcp_sql_bind_text (statement, 4, record->client);
  mcp_sql_bind_text (statement, 5, record->capabilities);
  mcp_sql_bind_text (statement, 6, record->log_level);
  sqlite3_bind_int64 (statement, 7, record->last_used_at);
  mcp_sql_bind_text (statement, 8, subscriptions);
  mcp_sql_bind_text (statement, 9, record->server);
  sqlite3_bind_int64 (statement, 10, (gint64) record->event_mark);
  return mcp_sql_run (sql, statement, error);
}

/**
 * mcp_attachment_record_delete:
 * @sql: the database
 * @data: (type McpTokenHash): of the client's id
 * @error: return location
 *
 * Returns: whether it is there no more
 */
gboolean
mcp_attachment_record_delete (McpSql *sql, gpointer data, GError **error)
{
  sqlite3_stmt *statement =
      mcp_sql_prepare (sql, "DELETE FROM attachment WHERE id_hash = ?", error);

  if (statement == NULL)
    return FALSE;
  bind_hash (statement, data);
  return mcp_sql_run (sql, statement, error);
}

/**
 * mcp_attachment_record_delete_of:
 * @sql: the database
 * @data: (type utf8): a session's id
 * @error: return location
 *
 * Returns: whether none of its clients are there
 */
gboolean
mcp_attachment_record_delete_of (McpSql *sql, gpointer data, GError **error)
{
  sqlite3_stmt *statement =
      mcp_sql_prepare (sql, "DELETE FROM attachment WHERE session_id = ?", error);

  if (statement == NULL)
    return FALSE;
  mcp_sql_bind_text (statement, 1, data);
  return mcp_sql_run (sql, statement, error);
}

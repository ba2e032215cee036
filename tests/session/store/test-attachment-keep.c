/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "db-test.h"
#include "session/store/mcp-attachment-keep.h"

#include <string.h>

#define ID "0123456789abcdef0123456789abcdef"

/* As db_test_open(), with the clients as well. */
static McpAttachmentKeep *
open_keep (DbTest *f)
{
  g_autoptr (GError) error = NULL;
  McpAttachmentKeep *keep;

  f->store = session_test_new_store ();
  f->db = mcp_session_db_open (f->path, NULL);
  f->history = mcp_call_history_new (f->db, &error);
  g_assert_no_error (error);
  f->persist = mcp_session_persist_new (f->store, f->db, f->history, &error);
  g_assert_no_error (error);
  keep = mcp_attachment_keep_new (f->store, f->db, &error);
  g_assert_no_error (error);
  mcp_session_db_start (f->db);
  return keep;
}

static void
close_keep (DbTest *f, McpAttachmentKeep *keep)
{
  g_assert_finalize_object (keep);
  db_test_kill (f);
}

/* The clock of what is saved. */
static gint64 n_saved;

static void
save (McpAttachmentKeep *keep, McpSession *session, const char *id, const char *level)
{
  static char *uris[] = { (char *) "a://b", (char *) "c://\"d", NULL };
  const McpAttachmentRecord record = {
    .subscriptions = uris,
    .session_id = (char *) mcp_session_get_id (session),
    .revision = (char *) "2025-11-25",
    .client = (char *) "gemini",
    .capabilities = (char *) "{\"roots\":{}}",
    .log_level = (char *) level,
    .server = (char *) "files",
    .event_mark = 4711,
    .last_used_at = ++n_saved,
  };

  mcp_attachment_keep_save (keep, id, &record);
}

static void
test_goes_on (DbTest *f, gconstpointer data)
{
  McpAttachmentKeep *keep = open_keep (f);
  const McpAttachmentRecord *record;
  g_autofree char *session_id = NULL;
  McpSession *session = session_test_create (f->store, NULL);

  g_test_summary ("A client is known after a restart, by its id alone");
  session_id = g_strdup (mcp_session_get_id (session));
  save (keep, session, ID, NULL);
  save (keep, session, ID, "error");
  mcp_session_store_close_all (f->store, MCP_REASON_SHUTDOWN);
  db_test_settle (f);
  close_keep (f, keep);
  g_assert_cmpint (db_test_count (f, "SELECT count(*) FROM attachment"), ==, 1);
  g_assert_cmpint (db_test_count (f, "SELECT count(*) FROM attachment WHERE hex(id_hash) LIKE '%" ID
                                     "%' OR CAST(id_hash AS TEXT) LIKE '%" ID "%'"),
                   ==, 0);

  keep = open_keep (f);
  g_assert_null (mcp_attachment_keep_lookup (keep, "another"));
  record = mcp_attachment_keep_lookup (keep, ID);
  g_assert_nonnull (record);
  g_assert_cmpstr (record->session_id, ==, session_id);
  g_assert_cmpstr (record->revision, ==, "2025-11-25");
  g_assert_cmpstr (record->server, ==, "files");
  g_assert_cmpuint (record->event_mark, ==, 4711);
  g_assert_cmpstr (record->client, ==, "gemini");
  g_assert_cmpstr (record->capabilities, ==, "{\"roots\":{}}");
  g_assert_cmpstr (record->log_level, ==, "error");
  g_assert_cmpuint (g_strv_length (record->subscriptions), ==, 2);
  g_assert_cmpstr (record->subscriptions[1], ==, "c://\"d");
  close_keep (f, keep);
}

static void
test_forgotten (DbTest *f, gconstpointer data)
{
  McpAttachmentKeep *keep = open_keep (f);
  McpSession *session = session_test_create (f->store, NULL);
  McpSession *other = session_test_create (f->store, NULL);

  g_test_summary ("A client that leaves, or whose session ends, is forgotten");
  save (keep, session, "one", NULL);
  save (keep, session, "two", NULL);
  save (keep, other, "three", NULL);
  mcp_attachment_keep_forget (keep, "one");
  mcp_attachment_keep_forget (keep, "one");
  g_assert_null (mcp_attachment_keep_lookup (keep, "one"));
  g_assert_nonnull (mcp_attachment_keep_lookup (keep, "two"));
  mcp_session_store_close (f->store, mcp_session_get_id (session), MCP_REASON_CLOSED, NULL);
  g_assert_null (mcp_attachment_keep_lookup (keep, "two"));
  g_assert_nonnull (mcp_attachment_keep_lookup (keep, "three"));
  db_test_settle (f);
  close_keep (f, keep);
  g_assert_cmpint (db_test_count (f, "SELECT count(*) FROM attachment"), ==, 1);
}

static void
test_many (DbTest *f, gconstpointer data)
{
  McpAttachmentKeep *keep = open_keep (f);
  McpSession *session = session_test_create (f->store, NULL);

  g_test_summary ("Of the clients of a session the newest are kept");
  for (int i = 0; i < 70; i++)
    {
      g_autofree char *id = g_strdup_printf ("client %d", i);

      save (keep, session, id, NULL);
      save (keep, session, "client 0", NULL);
    }
  g_assert_null (mcp_attachment_keep_lookup (keep, "client 1"));
  g_assert_nonnull (mcp_attachment_keep_lookup (keep, "client 0"));
  g_assert_nonnull (mcp_attachment_keep_lookup (keep, "client 69"));
  db_test_settle (f);
  close_keep (f, keep);
  g_assert_cmpint (db_test_count (f, "SELECT count(*) FROM attachment"), ==, 64);
}

static void
test_spoilt (DbTest *f, gconstpointer data)
{
  static const char *const spoilt[] = {
    "id_hash = x'00'",
    "session_id = 'nobody'",
    "revision = hex(zeroblob(5000))",
    "client = hex(zeroblob(5000))",
    "capabilities = '[]'",
    "capabilities = '{'",
    "event_mark = -1",
  };

  g_test_summary ("A row that no daemon wrote is left out");
  for (gsize i = 0; i < G_N_ELEMENTS (spoilt); i++)
    {
      g_autofree char *query = g_strdup_printf ("UPDATE attachment SET %s RETURNING 1", spoilt[i]);
      McpAttachmentKeep *keep = open_keep (f);

      g_test_message ("%s", spoilt[i]);
      save (keep, session_test_create (f->store, NULL), ID, NULL);
      db_test_settle (f);
      close_keep (f, keep);
      db_test_count (f, query);
      keep = open_keep (f);
      g_assert_null (mcp_attachment_keep_lookup (keep, ID));
      close_keep (f, keep);
      db_test_count (f, "DELETE FROM attachment RETURNING 1");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  db_test_add ("/session/attachment-keep/goes-on", test_goes_on);
  db_test_add ("/session/attachment-keep/forgotten", test_forgotten);
  db_test_add ("/session/attachment-keep/many", test_many);
  db_test_add ("/session/attachment-keep/spoilt", test_spoilt);
  return g_test_run ();
}

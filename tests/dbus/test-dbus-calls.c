/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-persist.h"
#include "test-bus.h"

#include <string.h>

/* A bus with a history, in memory. */
typedef struct
{
  TestBus bus;
  McpSessionDb *db;
  McpCallHistory *history;
  McpSessionPersist *persist;
  GMutex gate;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  test_bus_set_up (&f->bus, NULL);
  f->db = mcp_session_db_open (NULL, NULL);
  f->history = mcp_call_history_new (f->db, &error);
  g_assert_no_error (error);
  f->persist = mcp_session_persist_new (f->bus.store, f->db, f->history, &error);
  g_assert_no_error (error);
  mcp_session_db_start (f->db);
  mcp_gateway_set_history (f->bus.gateway, f->history);
  g_mutex_init (&f->gate);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_true (mcp_session_db_close (f->db, 20000));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  mcp_gateway_set_history (f->bus.gateway, NULL);
  g_assert_finalize_object (f->persist);
  test_bus_tear_down (&f->bus, NULL);
  g_assert_finalize_object (f->history);
  g_assert_finalize_object (f->db);
  g_mutex_clear (&f->gate);
}

static void
make_call (Fixture *f, McpSession *session, const char *tool, McpProgressState state)
{
  g_autofree char *call_id = mcp_call_history_next_id (f->history);

  mcp_call_history_end (f->history,
                        mcp_call_history_begin (f->history, call_id, mcp_session_get_id (session),
                                                tool, "server", NULL),
                        state, NULL);
}

static char *
list (Fixture *f, const char *path, const char *filter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      test_bus_call (&f->bus, path, SESSION_INTERFACE, "ListCalls",
                     g_variant_new ("(@a{sv})", g_variant_new_parsed (filter)), &error);
  char *json = NULL;

  g_assert_no_error (error);
  g_variant_get (reply, "(s)", &json);
  return json;
}

static void
test_list (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (&f->bus, &path);
  g_autofree char *none = list (f, path, "@a{sv} {}");
  g_autofree char *all = NULL;
  g_autofree char *one = NULL;
  g_autofree char *failed = NULL;

  g_test_summary ("ListCalls answers as the HTTP route does, by the same keys");
  g_assert_cmpstr (none, ==, "{\"calls\":[]}");
  make_call (f, session, "a__b", MCP_PROGRESS_STATE_OK);
  make_call (f, session, "a__c", MCP_PROGRESS_STATE_ERROR);
  all = list (f, path, "@a{sv} {}");
  g_assert_nonnull (strstr (all, "a__c"));
  g_assert_nonnull (strstr (strstr (all, "a__c"), "a__b"));
  one = list (f, path, "{'limit': <uint32 1>}");
  g_assert_null (strstr (one, "a__b"));
  g_assert_nonnull (strstr (one, "],\"next\":"));
  failed = list (f, path, "{'state': <'error'>, 'tool': <'a__c'>}");
  g_assert_nonnull (strstr (failed, "a__c"));
  g_assert_null (strstr (failed, "a__b"));
}

static void
test_bad_filter (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = {
    "{'limit': <uint32 0>}",  "{'limit': <'1'>}",       "{'limit': <uint32 1001>}",
    "{'before': <uint32 1>}", "{'before': <'12'>}",     "{'state': <'done'>}",
    "{'tool': <''>}",         "{'offset': <uint32 1>}",
  };
  g_autofree char *path = NULL;

  g_test_summary ("Unknown keys, wrong types and bad values are InvalidArguments");
  test_bus_create (&f->bus, &path);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    test_bus_assert_fails (&f->bus, path, SESSION_INTERFACE, "ListCalls",
                           g_variant_new ("(@a{sv})", g_variant_new_parsed (bad[i])),
                           "org.mcpsessiond.Error.InvalidArguments", "");
}

static gboolean
wait_at_gate (McpSql *sql, gpointer gate, GError **error)
{
  g_mutex_lock (gate);
  g_mutex_unlock (gate);
  return TRUE;
}

static void
replied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  g_assert_no_error (error);
  ++*(guint *) user_data;
}

static void
call (Fixture *f,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *args,
      guint *n_replies)
{
  g_dbus_connection_call (f->bus.client, MCP_BUS_NAME, path, interface, method, args, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, replied_cb, n_replies);
}

static void
test_held (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *other_path = NULL;
  g_autofree char *other_id = NULL;
  guint n_replies = 0;

  g_test_summary ("CreateSession, CloseSession and Close answer once what they did is kept");
  test_bus_create (&f->bus, &path);
  other_id = g_strdup (mcp_session_get_id (test_bus_create (&f->bus, &other_path)));
  g_mutex_lock (&f->gate);
  mcp_session_db_write (f->db, wait_at_gate, &f->gate, NULL);
  call (f, MCP_STORE_PATH, STORE_INTERFACE, "CreateSession",
        g_variant_new_parsed ("('/', {'label': <'x'>})"), &n_replies);
  call (f, path, SESSION_INTERFACE, "Close", NULL, &n_replies);
  call (f, MCP_STORE_PATH, STORE_INTERFACE, "CloseSession", g_variant_new ("(s)", other_id),
        &n_replies);
  AWAIT (mcp_session_store_lookup (f->bus.store, other_id) == NULL);
  test_bus_round_trip (&f->bus);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->bus.store), ==, 1);
  g_assert_cmpuint (n_replies, ==, 0);
  g_mutex_unlock (&f->gate);
  AWAIT (n_replies == 3);
}

#define add(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/dbus/calls/list", test_list);
  add ("/dbus/calls/bad-filter", test_bad_filter);
  add ("/dbus/calls/held", test_held);
  return g_test_run ();
}

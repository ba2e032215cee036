/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-bus.h"

#include <signal.h>
#include <string.h>

static void
publish (McpSession *session, guint number)
{
  McpProgressFields fields = { .progress = number };

  g_assert_true (mcp_session_publish (session, &fields));
}

/* The progress of the nth Progress of a session's object. */
static guint
get_progress (TestSignal *signal)
{
  g_autoptr (GVariant) event =
      g_variant_get_child_value (signal->args, g_variant_n_children (signal->args) - 1);
  double progress = -1;

  g_assert_true (g_variant_lookup (event, "progress", "d", &progress));
  return (guint) progress;
}

static void
test_both_objects (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autoptr (GVariant) token = g_variant_ref_sink (g_variant_new_uint64 (G_MAXUINT64));
  McpProgressFields fields = {
    .token = token,
    .progress = 4,
    .has_total = TRUE,
    .total = 10,
    .message = "page 4",
    .tool = "notion__search",
    .call_id = "c-000012",
    .state = MCP_PROGRESS_STATE_RUNNING,
  };
  g_autoptr (GVariant) here = NULL;
  g_autoptr (GVariant) there = NULL;
  g_autofree char *types = NULL;
  const char *session_id;
  const char *timestamp;
  TestSignal *signal;

  g_test_summary ("An event is signalled on the session's object and the store's, typed exactly");
  g_assert_true (mcp_session_publish (session, &fields));
  signal = test_bus_nth (bus, path, "Progress", 0);
  g_assert_cmpstr (signal->interface, ==, SESSION_INTERFACE);
  g_variant_get (signal->args, "(@a{sv})", &here);
  signal = test_bus_nth (bus, MCP_STORE_PATH, "Progress", 0);
  g_assert_cmpstr (signal->interface, ==, STORE_INTERFACE);
  g_variant_get (signal->args, "(&s@a{sv})", &session_id, &there);
  g_assert_cmpstr (session_id, ==, mcp_session_get_id (session));
  g_assert_true (g_variant_equal (here, there));

  g_assert_true (g_variant_lookup (here, "timestamp", "&s", &timestamp));
  types = g_variant_print (here, TRUE);
  g_assert_true (g_str_has_prefix (
      types, "{'token': <uint64 18446744073709551615>, 'progress': <4.0>, 'total': <10.0>,"
             " 'message': <'page 4'>, 'tool': <'notion__search'>, 'timestamp': <'2"));
  g_assert_true (g_str_has_suffix (types, "'call_id': <'c-000012'>, 'state': <'running'>}"));
}

static void
test_order (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *other_path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  McpSession *other = test_bus_create (bus, &other_path);
  const guint n_events = 1000;

  g_test_summary ("Events come in order, each session's on its own object, while the bus keeps up");
  for (guint i = 0; i < n_events; i++)
    {
      publish (session, i);
      publish (other, i);
      if (i % MCP_SESSION_KEPT_EVENTS == 0)
        test_bus_nth (bus, other_path, "Progress", i);
    }

  test_bus_nth (bus, path, "Progress", n_events - 1);
  test_bus_nth (bus, other_path, "Progress", n_events - 1);
  test_bus_nth (bus, MCP_STORE_PATH, "Progress", 2 * n_events - 1);
  for (guint i = 0, here = 0, there = 0; i < bus->signals->len; i++)
    {
      TestSignal *signal = g_ptr_array_index (bus->signals, i);

      g_assert_cmpstr (signal->name, !=, "Lagged");
      if (strcmp (signal->name, "Progress") != 0)
        continue;
      if (strcmp (signal->path, path) == 0)
        g_assert_cmpuint (get_progress (signal), ==, here++);
      else if (strcmp (signal->path, other_path) == 0)
        g_assert_cmpuint (get_progress (signal), ==, there++);
    }
}

/* The bus daemon's own process, to be stopped and continued. */
static pid_t
get_bus_pid (TestBus *bus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      bus->client, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "GetConnectionUnixProcessID", g_variant_new ("(s)", "org.freedesktop.DBus"),
      G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  guint32 pid;

  g_assert_no_error (error);
  g_variant_get (reply, "(u)", &pid);
  g_assert_cmpuint (pid, >, 1);
  return (pid_t) pid;
}

/* Checks that what was signalled from 0 on and what was said to be missed leave no gap. */
static guint
assert_adds_up (TestBus *bus, const char *path, guint n_events)
{
  guint next = 0;
  guint n_missed = 0;

  for (guint i = 0; i < bus->signals->len; i++)
    {
      TestSignal *signal = g_ptr_array_index (bus->signals, i);
      guint32 missed;

      if (strcmp (signal->path, path) != 0)
        continue;
      if (strcmp (signal->name, "Lagged") == 0)
        {
          g_variant_get (signal->args, "(u)", &missed);
          next += missed;
          n_missed += missed;
        }
      else if (strcmp (signal->name, "Progress") == 0)
        g_assert_cmpuint (get_progress (signal), ==, next++);
    }
  g_assert_cmpuint (next, ==, n_events);
  return n_missed;
}

static guint
get_last_progress (TestBus *bus, const char *path)
{
  guint count = test_bus_count (bus, path, "Progress");

  return count > 0 ? get_progress (test_bus_nth (bus, path, "Progress", count - 1)) : 0;
}

static void
test_slow_bus (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *quiet_path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  McpSession *quiet = test_bus_create (bus, &quiet_path);
  const guint n_events = 10000;
  pid_t bus_pid = get_bus_pid (bus);

  g_test_summary (
      "While the bus stalls, events wait in the bounded queue; what is lost is counted");
  g_assert_cmpint (kill (bus_pid, SIGSTOP), ==, 0);
  publish (quiet, 0);
  for (guint i = 0; i < n_events; i++)
    {
      publish (session, i);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  publish (quiet, 1);
  g_assert_cmpint (kill (bus_pid, SIGCONT), ==, 0);

  publish (session, n_events);
  test_bus_nth (bus, quiet_path, "Progress", 1);
  AWAIT (get_last_progress (bus, path) == n_events);
  g_assert_cmpuint (assert_adds_up (bus, path, n_events + 1), >, 1000);
  g_assert_cmpuint (test_bus_count (bus, quiet_path, "Lagged"), ==, 0);
}

static void
test_burst (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);

  g_test_summary ("A burst above the queue's length loses its oldest, and says how many");
  for (guint i = 0; i < 100; i++)
    publish (session, i);
  test_bus_nth (bus, MCP_STORE_PATH, "Progress", 63);
  g_assert_cmpuint (assert_adds_up (bus, path, 100), ==, 36);
}

static void
test_large_events (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *large = g_strnfill (900 * 1024, 'x');
  g_autofree char *too_large = g_strnfill (1024 * 1024, 'x');
  McpSession *session = test_bus_create (bus, &path);
  McpProgressFields fields = { 0 };

  g_test_summary ("Large events are signalled one after the other; one too large is missed");
  for (guint i = 0; i < 8; i++)
    {
      fields.progress = i;
      fields.message = i == 4 ? too_large : large;
      g_assert_true (mcp_session_publish (session, &fields));
    }
  test_bus_nth (bus, MCP_STORE_PATH, "Progress", 6);
  g_assert_cmpuint (assert_adds_up (bus, path, 8), ==, 1);
}

static void
test_last_words (TestBus *bus, gconstpointer data)
{
  static const char *const expected[] = {
    "Progress", "Progress", "Progress", "Progress", "Closed", "InterfacesRemoved", "SessionRemoved",
  };
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autofree char *session_id = g_strdup (mcp_session_get_id (session));

  g_test_summary ("A session's last events are signalled before its end, and its end in order");
  test_bus_round_trip (bus);
  g_ptr_array_set_size (bus->signals, 0);
  publish (session, 0);
  publish (session, 1);
  g_assert_true (mcp_session_store_close (bus->store, session_id, MCP_REASON_SHUTDOWN, NULL));
  test_bus_nth (bus, MCP_STORE_PATH, "SessionRemoved", 0);
  for (gsize i = 0, k = 0; k < G_N_ELEMENTS (expected); i++)
    {
      TestSignal *signal = g_ptr_array_index (bus->signals, i);

      /* the store's Count, told whenever the main context is idle */
      if (strcmp (signal->name, "PropertiesChanged") != 0)
        g_assert_cmpstr (signal->name, ==, expected[k++]);
    }
}

static void
test_many_last_words (TestBus *bus, gconstpointer data)
{
  const guint n_sessions = 40;
  const guint n_events = MCP_SESSION_KEPT_EVENTS;
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  g_test_summary ("Sessions that end all at once put a bounded number of signals on the bus");
  for (guint i = 0; i < n_sessions; i++)
    {
      char *path = NULL;
      McpSession *session = test_bus_create (bus, &path);

      for (guint k = 0; k < n_events; k++)
        publish (session, k);
      g_ptr_array_add (paths, path);
    }
  mcp_session_store_close_all (bus->store, MCP_REASON_SHUTDOWN);
  test_bus_nth (bus, MCP_STORE_PATH, "SessionRemoved", n_sessions - 1);
  for (guint i = 0; i < n_sessions; i++)
    {
      assert_adds_up (bus, g_ptr_array_index (paths, i), n_events);
      g_assert_cmpuint (test_bus_count (bus, g_ptr_array_index (paths, i), "Closed"), ==, 1);
    }
  g_assert_cmpuint (test_bus_count (bus, MCP_STORE_PATH, "Progress"), <, 700);
  g_ptr_array_unref (paths);
}

static guint
get_last_calls_in_flight (TestBus *bus, const char *path)
{
  guint count = test_bus_count (bus, path, "PropertiesChanged");
  TestSignal *signal = test_bus_nth (bus, path, "PropertiesChanged", count - 1);
  g_autoptr (GVariant) changed = g_variant_get_child_value (signal->args, 1);
  guint32 calls = G_MAXUINT32;

  g_assert_true (g_variant_lookup (changed, "CallsInFlight", "u", &calls));
  return calls;
}

static void
test_changed (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autoptr (GVariant) changed = NULL;
  guint32 calls = 0;
  gint64 end_us;

  g_test_summary ("Counters that change are signalled, but not each time");
  g_assert_true (mcp_session_begin_call (session, NULL));
  g_variant_get (test_bus_nth (bus, path, "PropertiesChanged", 0)->args, "(&s@a{sv}@as)", NULL,
                 &changed, NULL);
  g_assert_cmpuint (g_variant_n_children (changed), ==, 1);
  g_assert_true (g_variant_lookup (changed, "CallsInFlight", "u", &calls));
  g_assert_cmpuint (calls, ==, 1);

  end_us = g_get_monotonic_time () + 250000;
  while (g_get_monotonic_time () < end_us)
    {
      mcp_session_end_call (session);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_true (mcp_session_begin_call (session, NULL));
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  mcp_session_end_call (session);
  AWAIT (get_last_calls_in_flight (bus, path) == 0);
  test_bus_round_trip (bus);
  g_assert_cmpuint (get_last_calls_in_flight (bus, path), ==, 0);
  g_assert_cmpuint (test_bus_count (bus, path, "PropertiesChanged"), <, 10);
}

static void
test_connection_closes (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autoptr (GError) error = NULL;
  g_autofree char *late_path = NULL;
  g_autoptr (GVariant) id = NULL;

  g_test_summary ("Sessions go on without the bus, and are published again on another connection");
  test_bus_round_trip (bus);
  g_dbus_connection_close_sync (bus->server, NULL, NULL);
  publish (session, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  publish (session, 1);
  test_bus_create (bus, &late_path);
  g_assert_false (mcp_dbus_service_export (bus->service, bus->server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);

  test_bus_reconnect (bus);
  g_assert_true (mcp_dbus_service_export (bus->service, bus->server, &error));
  g_assert_no_error (error);
  publish (session, 2);
  g_assert_cmpuint (get_progress (test_bus_nth (bus, path, "Progress", 0)), ==, 2);
  id = test_bus_get_property (bus, late_path, SESSION_INTERFACE, "Id");
}

typedef struct
{
  gboolean is_called;
  gboolean is_exported;
} Export;

static void
exported_cb (gboolean is_exported, gpointer user_data)
{
  *(Export *) user_data = (Export){ TRUE, is_exported };
}

static void
test_export_by_steps (TestBus *bus, gconstpointer data)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  Export export = { FALSE };
  guint n_turns = 0;

  g_test_summary (
      "Of many sessions some are published in each turn of the main context, and all in "
      "the end; those that end meanwhile are not there");
  mcp_dbus_service_unexport (bus->service);
  for (guint i = 0; i < 1000; i++)
    {
      char *path = NULL;

      test_bus_create (bus, &path);
      g_ptr_array_add (paths, path);
    }
  g_assert_true (
      mcp_dbus_service_export_by_steps (bus->service, bus->server, exported_cb, &export, &error));
  g_assert_no_error (error);
  mcp_session_store_close_some (bus->store, MCP_REASON_CLOSED, 1);
  for (; !export.is_called; n_turns++)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (export.is_exported);
  g_assert_cmpuint (n_turns, >, 1);
  test_bus_assert_fails (bus, paths->pdata[0], "org.freedesktop.DBus.Properties", "GetAll",
                         g_variant_new ("(s)", SESSION_INTERFACE),
                         "org.freedesktop.DBus.Error.UnknownMethod", "");
  for (guint i = 1; i < paths->len; i++)
    g_variant_unref (test_bus_get_property (bus, paths->pdata[i], SESSION_INTERFACE, "Id"));
}

static void
test_export_is_broken_off (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  Export export = { FALSE };

  g_test_summary ("An export by steps that is taken back says that nothing is there");
  mcp_dbus_service_unexport (bus->service);
  test_bus_create (bus, &path);
  g_assert_true (
      mcp_dbus_service_export_by_steps (bus->service, bus->server, exported_cb, &export, &error));
  g_assert_no_error (error);
  mcp_dbus_service_unexport (bus->service);
  g_assert_true (export.is_called);
  g_assert_false (export.is_exported);
}

static void
test_unexport (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autofree char *session_id = g_strdup (mcp_session_get_id (session));

  g_test_summary ("Nothing is said after unexport, not even what was waiting");
  test_bus_round_trip (bus);
  publish (session, 0);
  mcp_dbus_service_unexport (bus->service);
  publish (session, 1);
  g_assert_true (mcp_session_store_close (bus->store, session_id, MCP_REASON_CLOSED, NULL));
  test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "GetSession",
                         g_variant_new ("(s)", session_id),
                         "org.freedesktop.DBus.Error.UnknownMethod", "");
  g_assert_cmpuint (test_bus_count (bus, NULL, "Progress"), ==, 0);
  g_assert_cmpuint (test_bus_count (bus, NULL, "Closed"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add ("/dbus/signals/both-objects", test_both_objects);
  test_add ("/dbus/signals/order", test_order);
  test_add ("/dbus/signals/slow-bus", test_slow_bus);
  test_add ("/dbus/signals/burst", test_burst);
  test_add ("/dbus/signals/large-events", test_large_events);
  test_add ("/dbus/signals/last-words", test_last_words);
  test_add ("/dbus/signals/many-last-words", test_many_last_words);
  test_add ("/dbus/signals/changed", test_changed);
  test_add ("/dbus/signals/connection-closes", test_connection_closes);
  test_add ("/dbus/signals/export-by-steps", test_export_by_steps);
  test_add ("/dbus/signals/export-is-broken-off", test_export_is_broken_off);
  test_add ("/dbus/signals/unexport", test_unexport);
  return g_test_run ();
}

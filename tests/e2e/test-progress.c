/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "e2e.h"

#include <string.h>

#define STEPS 3

typedef struct
{
  GPtrArray *events; /* "state progress" of each */
  char *session_id;
  gboolean ended;
} BusWatcher;

/* An event as both kinds of watchers tell it. */
static char *
describe (const char *state, double progress)
{
  return g_strdup_printf ("%s %g", state, progress);
}

static void
progress_signal_cb (GDBusConnection *connection,
                    const char *sender,
                    const char *path,
                    const char *interface,
                    const char *signal,
                    GVariant *parameters,
                    gpointer user_data)
{
  BusWatcher *watcher = user_data;
  g_autoptr (GVariant) dictionary = NULL;
  const char *id;
  const char *state = "";
  double progress = -1;

  g_variant_get (parameters, "(&s@a{sv})", &id, &dictionary);
  if (g_strcmp0 (id, watcher->session_id) != 0)
    return;
  g_assert_true (g_variant_lookup (dictionary, "state", "&s", &state));
  g_assert_true (g_variant_lookup (dictionary, "progress", "d", &progress));
  g_ptr_array_add (watcher->events, describe (state, progress));
  watcher->ended = !g_str_equal (state, "running");
}

/* Reads a session's stream up to the end event of one call. */
static GPtrArray *
read_watched (GDataInputStream *stream)
{
  GPtrArray *events = g_ptr_array_new_with_free_func (g_free);
  gint64 last_sequence = 0;

  for (;;)
    {
      g_autoptr (E2eEvent) event = e2e_next_event (stream);
      g_autoptr (JsonObject) object = NULL;
      const char *state;

      g_assert_nonnull (event->data);
      g_assert_null (event->name);
      g_assert_cmpint (g_ascii_strtoll (event->id, NULL, 10), >, last_sequence);
      last_sequence = g_ascii_strtoll (event->id, NULL, 10);

      object = e2e_parse (event->data);
      g_assert_cmpint (json_object_get_int_member (object, "token"), ==, 7);
      g_assert_cmpstr (json_object_get_string_member (object, "tool"), ==, "test__count");
      state = json_object_get_string_member (object, "state");
      g_ptr_array_add (events,
                       describe (state, json_object_get_double_member (object, "progress")));
      if (!g_str_equal (state, "running"))
        return events;
    }
}

/* Reads the caller's own stream: its progress notifications, then the result. */
static void
assert_caller (GDataInputStream *stream)
{
  for (int i = 1; i <= STEPS; i++)
    {
      g_autoptr (E2eEvent) event = e2e_next_event (stream);
      g_autoptr (JsonObject) message = e2e_parse (event->data);
      JsonObject *params = json_object_get_object_member (message, "params");

      g_assert_cmpstr (json_object_get_string_member (message, "method"), ==,
                       "notifications/progress");
      g_assert_cmpint (json_object_get_int_member (params, "progressToken"), ==, 7);
      g_assert_cmpint (json_object_get_int_member (params, "progress"), ==, i);
    }

  {
    g_autoptr (E2eEvent) event = e2e_next_event (stream);
    g_autoptr (JsonObject) message = e2e_parse (event->data);

    g_assert_cmpint (json_object_get_int_member (message, "id"), ==, 1);
    g_assert_true (json_object_has_member (message, "result"));
  }
}

static void
assert_events (GPtrArray *events)
{
  const char *const expected[] = { "running 0", "running 1", "running 2", "running 3", "ok 3" };

  g_assert_cmpuint (events->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < events->len; i++)
    g_assert_cmpstr (g_ptr_array_index (events, i), ==, expected[i]);
}

static void
test_three_watchers (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (GDataInputStream) events = NULL;
  g_autoptr (GDataInputStream) caller = NULL;
  g_autoptr (GPtrArray) watched = NULL;
  g_autofree char *path = NULL;
  BusWatcher watcher = { g_ptr_array_new_with_free_func (g_free), NULL, FALSE };
  const char *token;
  guint subscription;

  g_test_summary ("Caller, event stream and bus see the same call, each in its own form");
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  token = json_object_get_string_member (session, "token");
  watcher.session_id = g_strdup (json_object_get_string_member (session, "session_id"));
  path = g_strdup_printf ("/session/%s/events", watcher.session_id);
  subscription = g_dbus_connection_signal_subscribe (
      e2e->connection, "org.mcpsessiond.Daemon", "org.mcpsessiond.SessionStore1", "Progress",
      "/org/mcpsessiond/SessionStore", NULL, G_DBUS_SIGNAL_FLAGS_NONE, progress_signal_cb, &watcher,
      NULL);

  events = e2e_stream (e2e, "GET", path, token, NULL);
  caller = e2e_stream (e2e, "POST", "/mcp", token,
                       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                       "{\"name\":\"test__count\",\"arguments\":{\"steps\":3},"
                       "\"_meta\":{\"progressToken\":7}}}");
  assert_caller (caller);
  watched = read_watched (events);
  assert_events (watched);
  test_await (&watcher.ended, "the end event on the bus");
  assert_events (watcher.events);

  g_dbus_connection_signal_unsubscribe (e2e->connection, subscription);
  g_ptr_array_unref (watcher.events);
  g_free (watcher.session_id);
}

static void
test_gdbus_call_tool (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (GDataInputStream) events = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GPtrArray) watched = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *object_path = NULL;
  const char *id;
  const char *result;

  g_test_summary ("A tool called on the bus is watched over HTTP like any other");
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  session = e2e_create_session (e2e, NULL);
  id = json_object_get_string_member (session, "session_id");
  path = g_strdup_printf ("/session/%s/events", id);
  object_path = g_strdelimit (g_strdup_printf ("/org/mcpsessiond/Session/%s", id), "-", '_');
  events = e2e_stream (e2e, "GET", path, json_object_get_string_member (session, "token"), NULL);

  reply = g_dbus_connection_call_sync (
      e2e->connection, "org.mcpsessiond.Daemon", object_path, "org.mcpsessiond.Session1",
      "CallTool",
      g_variant_new_parsed ("('test__count', '{\"steps\":3}', {'progress_token': <int64 7>})"),
      G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, 30000, NULL, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &result);
  g_assert_nonnull (strstr (result, "counted to 3"));
  watched = read_watched (events);
  assert_events (watched);
}

static void
assert_next_event (GDataInputStream *events, const char *name, const char *text)
{
  g_autoptr (E2eEvent) event = e2e_next_event (events);

  g_assert_cmpstr (event->name, ==, name);
  g_assert_nonnull (event->data);
  g_assert_nonnull (strstr (event->data, text));
}

static void
test_ended_session (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (GDataInputStream) events = NULL;
  g_autofree char *path = NULL;
  g_autofree char *events_path = NULL;
  g_autofree char *object_path = NULL;
  const char *id;
  const char *token;
  guint status;

  g_test_summary ("A session that is ended says the end of its calls, then its own");
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  session = e2e_create_session (e2e, NULL);
  id = json_object_get_string_member (session, "session_id");
  token = json_object_get_string_member (session, "token");
  path = g_strdup_printf ("/session/%s", id);
  events_path = g_strconcat (path, "/events", NULL);
  object_path = g_strdelimit (g_strdup_printf ("/org/mcpsessiond/Session/%s", id), "-", '_');
  events = e2e_stream (e2e, "GET", events_path, token, NULL);

  g_dbus_connection_call (e2e->connection, "org.mcpsessiond.Daemon", object_path,
                          "org.mcpsessiond.Session1", "CallTool",
                          g_variant_new_parsed ("('test__hang', '{}', @a{sv} {})"), NULL,
                          G_DBUS_CALL_FLAGS_NONE, 30000, NULL, NULL, NULL);
  assert_next_event (events, NULL, "\"state\":\"running\"");
  g_free (e2e_http (e2e, "DELETE", path, token, NULL, &status));
  g_assert_cmpuint (status, ==, 204);
  assert_next_event (events, NULL, "\"state\":\"cancelled\"");
  assert_next_event (events, "closed", "\"reason\":\"closed\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2e/progress/three-watchers", test_three_watchers);
  g_test_add_func ("/e2e/progress/gdbus-call-tool", test_gdbus_call_tool);
  g_test_add_func ("/e2e/progress/ended-session", test_ended_session);
  return g_test_run ();
}

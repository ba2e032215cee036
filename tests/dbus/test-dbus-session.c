/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-process.h"
#include "fake-gateway.h"
#include "test-bus.h"

#include <string.h>
#include <unistd.h>

#define INVALID_ARGUMENTS "org.mcpsessiond.Error.InvalidArguments"
#define PROVIDER_FAILED   "org.mcpsessiond.Error.ProviderFailed"

static char *
get_text (TestBus *bus, const char *path, const char *name)
{
  g_autoptr (GVariant) value = test_bus_get_property (bus, path, SESSION_INTERFACE, name);

  return g_variant_print (value, TRUE);
}

static void
assert_property (TestBus *bus, const char *path, const char *name, const char *expected)
{
  g_autofree char *text = get_text (bus, path, name);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_properties (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autofree char *id = g_strdup_printf ("'%s'", mcp_session_get_id (session));
  g_autofree char *created_at = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_test_summary ("A session's properties have the contract's types and follow the model");
  assert_property (bus, path, "Id", id);
  assert_property (bus, path, "Cwd", "'/'");
  assert_property (bus, path, "Label", "''");
  assert_property (bus, path, "AllowedTools", "['*']");
  assert_property (bus, path, "Subscribers", "uint32 0");
  assert_property (bus, path, "CallsInFlight", "uint32 0");
  created_at = get_text (bus, path, "CreatedAt");
  g_assert_true (g_regex_match_simple ("^'\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z'$",
                                       created_at, 0, 0));

  before = get_text (bus, path, "LastActiveAt");
  g_assert_true (mcp_session_begin_call (session, NULL));
  mcp_session_touch (session);
  assert_property (bus, path, "CallsInFlight", "uint32 1");
  after = get_text (bus, path, "LastActiveAt");
  g_assert_cmpstr (before, <, after);
  mcp_session_end_call (session);
}

static void
test_close (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  TestSignal *signal;
  const char *reason;

  g_test_summary ("Close ends the session and says so on its object");
  test_bus_create (bus, &path);
  reply = test_bus_call (bus, path, SESSION_INTERFACE, "Close", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (bus->store), ==, 0);
  signal = test_bus_nth (bus, path, "Closed", 0);
  g_variant_get (signal->args, "(&s)", &reason);
  g_assert_cmpstr (reason, ==, "closed");
}

static void
test_publish (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpEventQueue) queue =
      mcp_session_subscribe (session, MCP_SUBSCRIBER_STREAM, NULL, &error);
  g_autoptr (GVariant) by_session = NULL;
  g_autoptr (GVariant) by_store = NULL;
  double total = 0;

  g_test_summary ("What is published on the bus, by either object, reaches any watcher");
  by_session = test_bus_call (
      bus, path, SESSION_INTERFACE, "PublishProgress",
      g_variant_new ("(@a{sv})",
                     g_variant_new_parsed ("{'token': <byte 9>, 'progress': <1>, 'total': <2>}")),
      &error);
  g_assert_no_error (error);
  by_store = test_bus_call (bus, MCP_STORE_PATH, STORE_INTERFACE, "PublishProgress",
                            g_variant_new ("(s@a{sv})", mcp_session_get_id (session),
                                           g_variant_new_parsed ("{'progress': <0.5>}")),
                            &error);
  g_assert_no_error (error);

  for (guint i = 0; i < 2; i++)
    {
      guint64 missed = 0;
      g_autoptr (McpProgressEvent) event = mcp_event_queue_pop (queue, &missed);

      g_assert_nonnull (event);
      g_assert_cmpuint (missed, ==, 0);
      g_assert_cmpfloat (mcp_progress_event_get_progress (event), ==, i == 0 ? 1.0 : 0.5);
      g_assert_cmpint (mcp_progress_event_get_total (event, &total), ==, i == 0);
      g_assert_cmpint (g_variant_get_int64 (mcp_progress_event_get_token (event)), ==,
                       i == 0 ? 9 : 0);
    }
  mcp_session_unsubscribe (session, queue);
}

static void
test_publish_refused (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;

  g_test_summary ("What is no event is refused by name of the key, and nobody sees it");
  test_bus_create (bus, &path);
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "PublishProgress",
                         g_variant_new_parsed ("({'progress': <1>, 'percent': <1>},)"),
                         INVALID_ARGUMENTS, "percent");
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "PublishProgress",
                         g_variant_new_parsed ("(@a{sv} {},)"), INVALID_ARGUMENTS, "progress");
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "PublishProgress",
                         g_variant_new_parsed ("('progress',)"),
                         "org.freedesktop.DBus.Error.InvalidArgs", "");
  test_bus_round_trip (bus);
  g_assert_cmpuint (test_bus_count (bus, path, "Progress"), ==, 0);
}

static void
test_list (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  const char *json;

  g_test_summary ("ListTools answers the gateway's JSON; ListCalls says where there is no history");
  test_bus_create (bus, &path);
  reply = test_bus_call (bus, path, SESSION_INTERFACE, "ListTools", NULL, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &json);
  g_assert_cmpstr (json, ==, "{\"tools\":[]}");

  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "ListCalls",
                         g_variant_new_parsed ("(@a{sv} {},)"),
                         "org.freedesktop.DBus.Error.NotSupported", "history");
}

static GVariant *
call_args (const char *name, const char *arguments, const char *options)
{
  return g_variant_new ("(ss@a{sv})", name, arguments, g_variant_new_parsed (options));
}

typedef struct
{
  const char *arguments;
  const char *options;
  const char *answer; /* of the tool echo: arguments, timeout in ms, token */
} Echo;

static const Echo echoes[] = {
  { "{\"a\":1}", "@a{sv} {}", "{\"a\":1} 0 none" },
  { "", "{'timeout_seconds': <uint32 90>}", "{} 90000 none" },
  { "{}", "{'timeout_seconds': <uint32 4294967>}", "{} 4294967000 none" },
  { "{}", "{'progress_token': <7>}", "{} 0 int64 7" },
  { "{}", "{'progress_token': <byte 7>}", "{} 0 int64 7" },
  { "{}", "{'progress_token': <uint64 18446744073709551615>}", "{} 0 uint64 18446744073709551615" },
  { "{}", "{'progress_token': <'seven'>}", "{} 0 'seven'" },
  { "{}", "{'progress_token': <<'seven'>>}", "{} 0 'seven'" },
};

static void
test_call (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;

  g_test_summary ("CallTool hands over arguments, timeout, token and the caller's name");
  test_bus_create (bus, &path);
  for (gsize i = 0; i < G_N_ELEMENTS (echoes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply =
          test_bus_call (bus, path, SESSION_INTERFACE, "CallTool",
                         call_args ("echo", echoes[i].arguments, echoes[i].options), &error);
      g_autofree char *name = mcp_process_dup_name (getpid ());
      g_autofree char *expected = g_strconcat (echoes[i].answer, " ", name, NULL);
      const char *answer;

      g_assert_no_error (error);
      g_variant_get (reply, "(&s)", &answer);
      g_assert_cmpstr (answer, ==, expected);
    }
}

static void
test_call_refused (TestBus *bus, gconstpointer data)
{
  static const char *const bad[][2] = {
    { "{'timeout': <uint32 1>}", "“timeout” is not known" },
    { "{'timeout_seconds': <1>}", "“timeout_seconds” must be of type u, not i" },
    { "{'timeout_seconds': <uint32 4294968>}", "“timeout_seconds” must be at most" },
    { "{'progress_token': <1.5>}", "“progress_token” must be an integer or a string" },
    { "{'progress_token': <<<1>>>}", "“progress_token” must be an integer or a string" },
  };
  g_autofree char *longer = g_strnfill (1024 * 1024 + 1, ' ');
  g_autofree char *path = NULL;

  g_test_summary ("CallTool names the argument that is wrong, and calls nothing");
  test_bus_create (bus, &path);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    test_bus_assert_fails (bus, path, SESSION_INTERFACE, "CallTool",
                           call_args ("echo", "{}", bad[i][0]), INVALID_ARGUMENTS, bad[i][1]);
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "CallTool",
                         call_args ("echo", longer, "@a{sv} {}"), INVALID_ARGUMENTS,
                         "“arguments_json” is longer than 1 MiB");
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "CallTool",
                         call_args (longer, "{}", "@a{sv} {}"), INVALID_ARGUMENTS,
                         "“name” is longer than 1 MiB");
  g_assert_cmpuint (fake_gateway_get_n_calls (bus->gateway), ==, 0);
}

static void
test_call_fails (TestBus *bus, gconstpointer data)
{
  static const char *const failures[][3] = {
    { "unknown", "org.mcpsessiond.Error.NotFound", "Unknown tool" },
    { "binary", PROVIDER_FAILED, "UTF-8" },
    { "huge", "org.mcpsessiond.Error.LimitExceeded", "64 MiB" },
    { "timed-out", PROVIDER_FAILED, "too late" },
    { "broken", "org.freedesktop.DBus.Error.Failed", "it" },
  };
  g_autofree char *path = NULL;

  g_test_summary ("Whatever goes wrong behind it, CallTool answers an error of the contract");
  test_bus_create (bus, &path);
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    test_bus_assert_fails (bus, path, SESSION_INTERFACE, "CallTool",
                           call_args (failures[i][0], "{}", "@a{sv} {}"), failures[i][1],
                           failures[i][2]);
}

static void
test_caller_leaves (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  GDBusConnection *caller = test_bus_connect (bus);

  g_test_summary ("A call is cancelled when its caller leaves the bus");
  test_bus_create (bus, &path);
  g_dbus_connection_call (caller, MCP_BUS_NAME, path, SESSION_INTERFACE, "CallTool",
                          call_args ("wait", "{}", "@a{sv} {}"), NULL, G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, NULL, NULL, NULL);
  AWAIT (fake_gateway_get_n_calls (bus->gateway) == 1);
  g_assert_cmpuint (fake_gateway_get_n_cancelled (bus->gateway), ==, 0);

  test_bus_disconnect (caller);
  AWAIT (fake_gateway_get_n_cancelled (bus->gateway) == 1);
}

static void
test_bus_goes (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;

  g_test_summary ("A call is cancelled when the bus connection it came by closes");
  test_bus_create (bus, &path);
  g_dbus_connection_call (bus->client, MCP_BUS_NAME, path, SESSION_INTERFACE, "CallTool",
                          call_args ("wait", "{}", "@a{sv} {}"), NULL, G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, NULL, NULL, NULL);
  AWAIT (fake_gateway_get_n_calls (bus->gateway) == 1);
  g_dbus_connection_close_sync (bus->server, NULL, NULL);
  AWAIT (fake_gateway_get_n_cancelled (bus->gateway) == 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add ("/dbus/session/properties", test_properties);
  test_add ("/dbus/session/close", test_close);
  test_add ("/dbus/session/publish", test_publish);
  test_add ("/dbus/session/publish-refused", test_publish_refused);
  test_add ("/dbus/session/list", test_list);
  test_add ("/dbus/session/call", test_call);
  test_add ("/dbus/session/call-refused", test_call_refused);
  test_add ("/dbus/session/call-fails", test_call_fails);
  test_add ("/dbus/session/caller-leaves", test_caller_leaves);
  test_add ("/dbus/session/bus-goes", test_bus_goes);
  return g_test_run ();
}

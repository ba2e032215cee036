/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bus before the real gateway and a real server.
 */
#include "test-bus.h"
#include "upstream/config/mcp-server-config.h"

#include <string.h>

#define NOT_FOUND         "org.mcpsessiond.Error.NotFound"
#define INVALID_ARGUMENTS "org.mcpsessiond.Error.InvalidArguments"

static void
set_up (TestBus *bus, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autofree char *text = g_strdup_printf ("{\"mcpServers\":{\"t\":{\"command\":\"%s\"}}}",
                                           g_getenv ("MCP_TEST_SERVER"));

  test_bus_set_up (bus, data);
  configs = mcp_server_config_parse_file (text, strlen (text), "mcp.json", &problems, &error);
  g_assert_no_error (error);
  mcp_gateway_set_call_timeout (bus->gateway, 10000);
  mcp_gateway_set_servers (bus->gateway, configs);
}

static GVariant *
call_args (const char *name, const char *arguments, const char *options)
{
  return g_variant_new ("(ss@a{sv})", name, arguments, g_variant_new_parsed (options));
}

static char *
call (TestBus *bus, const char *path, const char *name, const char *arguments, const char *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = test_bus_call (bus, path, SESSION_INTERFACE, "CallTool",
                                              call_args (name, arguments, options), &error);
  char *json = NULL;

  g_assert_no_error (error);
  g_variant_get (reply, "(s)", &json);
  return json;
}

/* Only what does not differ from run to run. */
static char *
describe (TestSignal *signal)
{
  g_autoptr (GVariant) event =
      g_variant_get_child_value (signal->args, g_variant_n_children (signal->args) - 1);
  g_autoptr (GVariant) token = g_variant_lookup_value (event, "token", NULL);
  g_autofree char *token_text = g_variant_print (token, TRUE);
  double progress = -1;
  double total = -1;
  const char *tool = "-";
  const char *state = "-";

  g_variant_lookup (event, "progress", "d", &progress);
  g_variant_lookup (event, "total", "d", &total);
  g_variant_lookup (event, "tool", "&s", &tool);
  g_variant_lookup (event, "state", "&s", &state);
  return g_strdup_printf ("%s %g/%g %s %s", token_text, progress, total, tool, state);
}

static void
assert_events (TestBus *bus, const char *path, const char *const *expected)
{
  for (guint i = 0; expected[i] != NULL; i++)
    {
      g_autofree char *text = describe (test_bus_nth (bus, path, "Progress", i));

      g_assert_cmpstr (text, ==, expected[i]);
    }
  g_assert_cmpuint (test_bus_count (bus, path, "Progress"), ==, g_strv_length ((char **) expected));
}

static void
test_list (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  const char *json;

  g_test_summary ("ListTools answers the tools of the configured servers");
  test_bus_create (bus, &path);
  reply = test_bus_call (bus, path, SESSION_INTERFACE, "ListTools", NULL, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &json);
  g_assert_true (g_str_has_prefix (json, "{\"tools\":["));
  g_assert_nonnull (strstr (json, "\"t__count\""));
}

static void
test_progress (TestBus *bus, gconstpointer data)
{
  static const char *const expected[] = {
    "'mine' 0/-1 t__count running", "'mine' 1/3 t__count running", "'mine' 2/3 t__count running",
    "'mine' 3/3 t__count running",  "'mine' 3/3 t__count ok",      NULL,
  };
  g_autofree char *path = NULL;
  g_autofree char *json = NULL;

  g_test_summary ("A call's progress is signalled on both objects, from its start to its end, "
                  "before the call is answered");
  test_bus_create (bus, &path);
  json = call (bus, path, "t__count", "{\"steps\":3}", "{'progress_token': <'mine'>}");
  g_assert_nonnull (strstr (json, "counted to 3"));
  g_assert_cmpuint (test_bus_count (bus, MCP_STORE_PATH, "Progress"), ==, 5);
  assert_events (bus, path, expected);
  assert_events (bus, MCP_STORE_PATH, expected);
}

static void
test_many (TestBus *bus, gconstpointer data)
{
  const guint n_calls = 50;
  g_autofree char *path = NULL;

  g_test_summary ("No event of calls one after the other is lost");
  test_bus_create (bus, &path);
  for (guint i = 0; i < n_calls; i++)
    {
      g_autofree char *json = call (bus, path, "t__count", "{\"steps\":3}", "@a{sv} {}");
    }
  test_bus_nth (bus, path, "Progress", 5 * n_calls - 1);
  test_bus_nth (bus, MCP_STORE_PATH, "Progress", 5 * n_calls - 1);
  test_bus_round_trip (bus);
  g_assert_cmpuint (test_bus_count (bus, path, "Progress"), ==, 5 * n_calls);
  g_assert_cmpuint (test_bus_count (bus, path, "Lagged"), ==, 0);
}

static void
test_errors (TestBus *bus, gconstpointer data)
{
  static const char *const failures[][4] = {
    { "t__nothing", "{}", NOT_FOUND, "t__nothing" },
    { "", "{}", NOT_FOUND, "" },
    { "t__echo", "{", INVALID_ARGUMENTS, "" },
    { "t__echo", "[]", INVALID_ARGUMENTS, "" },
    { "t__echo", "{} {}", INVALID_ARGUMENTS, "" },
    { "t__crash", "{}", "org.mcpsessiond.Error.ProviderFailed", "" },
  };
  g_autofree char *path = NULL;
  g_autofree char *json = NULL;

  g_test_summary ("A wrong call and a broken server are errors; a tool that failed is a result");
  test_bus_create (bus, &path);
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    test_bus_assert_fails (bus, path, SESSION_INTERFACE, "CallTool",
                           call_args (failures[i][0], failures[i][1], "@a{sv} {}"), failures[i][2],
                           failures[i][3]);
  json = call (bus, path, "t__fail", "", "@a{sv} {}");
  g_assert_nonnull (strstr (json, "\"isError\":true"));
}

static void
test_timeout (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;

  g_test_summary ("timeout_seconds ends a call that says nothing");
  test_bus_create (bus, &path);
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "CallTool",
                         call_args ("t__hang", "{}", "{'timeout_seconds': <uint32 1>}"),
                         "org.mcpsessiond.Error.ProviderFailed", "");
}

static void
test_caller_leaves (TestBus *bus, gconstpointer data)
{
  static const char *const expected[] = {
    "int64 5 0/-1 t__hang running",
    "int64 5 1/1 t__hang cancelled",
    NULL,
  };
  g_autofree char *path = NULL;
  GDBusConnection *caller = test_bus_connect (bus);
  McpSession *session = test_bus_create (bus, &path);

  g_test_summary ("A call whose caller left the bus ends as cancelled, for all who watch");
  g_dbus_connection_call (caller, MCP_BUS_NAME, path, SESSION_INTERFACE, "CallTool",
                          call_args ("t__hang", "{}", "{'progress_token': <5>}"), NULL,
                          G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, NULL, NULL);
  test_bus_nth (bus, path, "Progress", 0);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (session), ==, 1);
  test_bus_disconnect (caller);
  assert_events (bus, path, expected);
  AWAIT (mcp_session_get_calls_in_flight (session) == 0);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError **error = user_data;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, error);

  g_assert_null (reply);
}

static void
test_session_closes (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  McpSession *session = test_bus_create (bus, &path);

  g_test_summary ("A session that ends answers the calls under way");
  g_dbus_connection_call (bus->client, MCP_BUS_NAME, path, SESSION_INTERFACE, "CallTool",
                          call_args ("t__hang", "{}", "@a{sv} {}"), NULL, G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, NULL, called_cb, &error);
  test_bus_nth (bus, path, "Progress", 0);
  mcp_session_store_close (bus->store, mcp_session_get_id (session), MCP_REASON_CLOSED, NULL);
  AWAIT (error != NULL);
  name = g_dbus_error_get_remote_error (error);
  g_assert_cmpstr (name, ==, "org.mcpsessiond.Error.Closed");
}

static char *
get_call_id (TestBus *bus, const char *path)
{
  g_autoptr (GVariant) event =
      g_variant_get_child_value (test_bus_nth (bus, path, "Progress", 0)->args, 0);
  char *call_id = NULL;

  g_assert_true (g_variant_lookup (event, "call_id", "s", &call_id));
  return call_id;
}

static void
test_owner_cancels (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *call_id = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) no_error = NULL;

  g_test_summary ("The owner cancels one call, whose caller gets an error");
  test_bus_create (bus, &path);
  g_dbus_connection_call (bus->client, MCP_BUS_NAME, path, SESSION_INTERFACE, "CallTool",
                          call_args ("t__hang", "{}", "@a{sv} {}"), NULL, G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, NULL, called_cb, &error);
  call_id = get_call_id (bus, path);
  test_bus_assert_fails (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "CancelCall",
                         g_variant_new ("(s)", "c-999999"), "org.mcpsessiond.Error.NotFound",
                         "No call of that id");
  reply = test_bus_call (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "CancelCall",
                         g_variant_new ("(s)", call_id), &no_error);
  g_assert_no_error (no_error);
  AWAIT (error != NULL);
  name = g_dbus_error_get_remote_error (error);
  g_assert_cmpstr (name, ==, "org.mcpsessiond.Error.Cancelled");
}

static void
test_owner_stops (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GVariant) stopped = NULL;
  g_autoptr (GVariant) released = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) no_error = NULL;

  g_test_summary ("The owner stops all calls, and allows them again");
  test_bus_create (bus, &path);
  g_dbus_connection_call (bus->client, MCP_BUS_NAME, path, SESSION_INTERFACE, "CallTool",
                          call_args ("t__hang", "{}", "@a{sv} {}"), NULL, G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, NULL, called_cb, &error);
  test_bus_nth (bus, path, "Progress", 0);
  stopped = test_bus_call (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "StopAll", NULL, &no_error);
  g_assert_no_error (no_error);
  AWAIT (error != NULL);
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "CallTool",
                         call_args ("t__echo", "{\"text\":\"x\"}", "@a{sv} {}"),
                         "org.mcpsessiond.Error.LimitExceeded", "stopped all tool calls");
  released = test_bus_call (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "Release", NULL, &no_error);
  g_assert_no_error (no_error);
  g_free (call (bus, path, "t__echo", "{\"text\":\"x\"}", "@a{sv} {}"));
}

static void
count_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  g_assert_null (reply);
  (*(guint *) user_data)++;
}

static void
test_sender_limit (TestBus *bus, gconstpointer data)
{
  McpLimits limits;
  g_autofree char *path = NULL;
  guint n_ended = 0;
  McpSession *session = test_bus_create (bus, &path);

  g_test_summary ("One call more than a sender may wait for is refused, until one is answered");
  mcp_limits_init_defaults (&limits);
  limits.bus_calls_per_sender = 2;
  mcp_dbus_service_set_limits (bus->service, &limits);
  for (guint i = 0; i < 2; i++)
    g_dbus_connection_call (bus->client, MCP_BUS_NAME, path, SESSION_INTERFACE, "CallTool",
                            call_args ("t__hang", "{}", "@a{sv} {}"), NULL, G_DBUS_CALL_FLAGS_NONE,
                            G_MAXINT, NULL, count_cb, &n_ended);
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "ListTools", NULL,
                         "org.mcpsessiond.Error.LimitExceeded", "BusCallsPerSender");
  mcp_session_store_close (bus->store, mcp_session_get_id (session), MCP_REASON_CLOSED, NULL);
  AWAIT (n_ended == 2);
  g_clear_pointer (&path, g_free);
  test_bus_create (bus, &path);
  g_free (call (bus, path, "t__echo", "{\"text\":\"x\"}", "@a{sv} {}"));
}

static void
test_providers (TestBus *bus, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      test_bus_call (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "ListProviders", NULL, &error);
  g_autoptr (GVariant) providers = NULL;
  g_autoptr (GVariant) provider = NULL;
  const char *name = NULL;

  g_test_summary ("ListProviders tells of each configured server");
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (reply), ==, "(aa{sv})");
  providers = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (providers), ==, 1);
  provider = g_variant_get_child_value (providers, 0);
  g_assert_true (g_variant_lookup (provider, "name", "&s", &name));
  g_assert_cmpstr (name, ==, "t");
}

static void
test_tools_changed (TestBus *bus, gconstpointer data)
{
  static const char *const added[] = { "a", "b", NULL };
  static const char *const none[] = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) held = NULL;
  g_autoptr (GVariant) accepted = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("Changes of tools are signalled; those held back are told, and accepted");
  g_signal_emit_by_name (bus->gateway, "tools-changed", "t", added, none, none);
  text = g_variant_print (test_bus_nth (bus, MCP_TOOLS_PATH, "ToolsChanged", 0)->args, FALSE);
  g_assert_cmpstr (text, ==, "('t', ['a', 'b'], [], [])");

  held = test_bus_call (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "HeldTools",
                        g_variant_new ("(s)", "t"), &error);
  g_assert_no_error (error);
  g_free (text);
  text = g_variant_print (held, FALSE);
  g_assert_cmpstr (text, ==, "('[]',)");
  accepted = test_bus_call (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "AcceptTools",
                            g_variant_new ("(ss)", "t", "[]"), &error);
  g_assert_no_error (error);
  test_bus_assert_fails (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "AcceptTools",
                         g_variant_new ("(ss)", "x", "[]"), NOT_FOUND, "x");
  test_bus_assert_fails (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "AcceptTools",
                         g_variant_new ("(ss)", "t", "[{}]"), INVALID_ARGUMENTS, "again");
  test_bus_assert_fails (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "HeldTools",
                         g_variant_new ("(s)", "x"), NOT_FOUND, "x");
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, NULL,
                                                       (char **) user_data, &error));
  g_assert_no_error (error);
}

/* As a server does: a child of this process, which is the daemon here. */
static void
assert_child_is_refused (TestBus *bus, const char *method, const char *first, const char *second)
{
  g_autofree char *full = g_strconcat (TOOLS_INTERFACE ".", method, NULL);
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = NULL;

  child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, "gdbus", "call", "--address",
                            g_test_dbus_get_bus_address (bus->dbus), "--dest", MCP_BUS_NAME,
                            "--object-path", MCP_TOOLS_PATH, "--method", full, first, second, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (child, NULL, NULL, exited_cb, &said);
  AWAIT (said != NULL);
  g_assert_nonnull (strstr (said, "org.mcpsessiond.Error.AuthenticationFailed"));
}

static void
test_server_decides (TestBus *bus, gconstpointer data)
{
  g_test_summary ("No server accepts its own changed tools, or ends the owner's stop");
  assert_child_is_refused (bus, "AcceptTools", "t", "[]");
  assert_child_is_refused (bus, "Release", NULL, NULL);
}

static void
test_provider_changed (TestBus *bus, gconstpointer data)
{
  g_autoptr (GVariant) what = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("The bus hears what is different of a server");
  what = g_variant_ref_sink (g_variant_new_parsed ("{'state': <'running'>}"));
  g_signal_emit_by_name (bus->gateway, "provider-changed", "t", what);
  text = g_variant_print (test_bus_nth (bus, MCP_TOOLS_PATH, "ProviderChanged", 0)->args, FALSE);
  g_assert_cmpstr (text, ==, "('t', {'state': <'running'>})");
}

static GVariant *
list_only_provider (TestBus *bus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      test_bus_call (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "ListProviders", NULL, &error);
  g_autoptr (GVariant) providers = NULL;

  g_assert_no_error (error);
  providers = g_variant_get_child_value (reply, 0);
  return g_variant_get_child_value (providers, 0);
}

static void
test_usage (TestBus *bus, gconstpointer data)
{
  g_autoptr (GVariant) before = list_only_provider (bus);
  g_autoptr (GVariant) after = NULL;
  g_autofree char *path = NULL;
  g_autofree char *result = NULL;
  guint32 n_processes = 0;
  guint64 memory = 0;
  double cpu_seconds = -1;

  g_test_summary ("What a running server takes is told; of one that does not run nothing is");
  g_assert_false (g_variant_lookup (before, "memory", "t", &memory));
  g_assert_false (g_variant_lookup (before, "cpu-seconds", "d", &cpu_seconds));

  test_bus_create (bus, &path);
  result = call (bus, path, "t__echo", "{\"text\":\"x\"}", "@a{sv} {}");
  after = list_only_provider (bus);
  g_assert_true (g_variant_lookup (after, "processes", "u", &n_processes));
  g_assert_cmpuint (n_processes, ==, 1);
  g_assert_true (g_variant_lookup (after, "memory", "t", &memory));
  g_assert_cmpuint (memory, >, 100 * 1024);
  g_assert_cmpuint (memory, <, G_GUINT64_CONSTANT (1) << 33);
  g_assert_true (g_variant_lookup (after, "cpu-seconds", "d", &cpu_seconds));
  g_assert_cmpfloat (cpu_seconds, >=, 0);
  g_assert_cmpfloat (cpu_seconds, <, 60);
}

static void
test_dump (TestBus *bus, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autoptr (GVariant) reply =
      test_bus_call (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "Dump", NULL, &error);
  const char *json = NULL;

  g_test_summary ("Dump tells the state as JSON");
  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &json);
  g_assert_true (g_str_has_prefix (json, "{\"time\":\""));
  g_assert_nonnull (strstr (json, mcp_session_get_id (session)));
  g_assert_nonnull (strstr (json, "\"name\":\"t\""));
  g_assert_nonnull (strstr (json, "\"state\":\"stopped\""));
}

#define add(path, function) g_test_add (path, TestBus, NULL, set_up, function, test_bus_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/dbus/gateway/list", test_list);
  add ("/dbus/gateway/progress", test_progress);
  add ("/dbus/gateway/many", test_many);
  add ("/dbus/gateway/sender-limit", test_sender_limit);
  add ("/dbus/gateway/owner-cancels", test_owner_cancels);
  add ("/dbus/gateway/owner-stops", test_owner_stops);
  add ("/dbus/gateway/tools-changed", test_tools_changed);
  add ("/dbus/gateway/server-decides", test_server_decides);
  add ("/dbus/gateway/provider-changed", test_provider_changed);
  add ("/dbus/gateway/errors", test_errors);
  add ("/dbus/gateway/timeout", test_timeout);
  add ("/dbus/gateway/caller-leaves", test_caller_leaves);
  add ("/dbus/gateway/session-closes", test_session_closes);
  add ("/dbus/gateway/providers", test_providers);
  add ("/dbus/gateway/usage", test_usage);
  add ("/dbus/gateway/dump", test_dump);
  return g_test_run ();
}

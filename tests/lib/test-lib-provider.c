/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tools of an app, asked as the daemon asks them.
 */
#include "mcp-test-await.h"
#include "mcpsession.h"

#include <string.h>

#define PATH      "/org/example/Tools"
#define INTERFACE "org.mcpsessiond.ToolProvider1"

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *app;    /* where the tools are */
  GDBusConnection *daemon; /* which asks */
  McpToolProvider *provider;
  McpToolCall *call; /* (owned) (nullable): the last one */
  GAsyncResult *result;
  guint n_asked; /* and not answered */
  GString *progress;
} Fixture;

static GDBusConnection *
connect_to (GTestDBus *bus)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static void
keep_cb (McpToolCall *call, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_set_object (&fixture->call, call);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture->app = connect_to (fixture->bus);
  fixture->daemon = connect_to (fixture->bus);
  fixture->progress = g_string_new (NULL);
  fixture->provider = mcp_tool_provider_new ("notes");
  g_assert_true (mcp_tool_provider_add_tool (
      fixture->provider, "add", "Adds a note",
      "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}}}", keep_cb, fixture,
      NULL, &error));
  g_assert_no_error (error);
  g_assert_true (mcp_tool_provider_export (fixture->provider, fixture->app, PATH, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->call);
  AWAIT (fixture->n_asked == 0);
  g_clear_object (&fixture->provider);
  g_clear_object (&fixture->result);
  g_string_free (fixture->progress, TRUE);
  g_object_unref (fixture->daemon);
  g_object_unref (fixture->app);
  g_test_dbus_stop (fixture->bus);
  g_object_unref (fixture->bus);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_asked--;
  g_set_object (&fixture->result, result);
}

static void
ask (Fixture *fixture, const char *method, GVariant *parameters)
{
  fixture->n_asked++;
  g_dbus_connection_call (fixture->daemon, g_dbus_connection_get_unique_name (fixture->app), PATH,
                          INTERFACE, method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          done_cb, fixture);
}

static char *
await_text (Fixture *fixture, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  char *text = NULL;

  AWAIT (fixture->result != NULL);
  reply = g_dbus_connection_call_finish (fixture->daemon, fixture->result, error);
  g_clear_object (&fixture->result);
  if (reply != NULL && g_variant_n_children (reply) > 0)
    g_variant_get (reply, "(s)", &text);
  return text;
}

static void
start_call (Fixture *fixture, const char *tool)
{
  ask (fixture, "CallTool",
       g_variant_new_parsed ("('c-1', %s, '{\"text\": \"milk\", \"n\": 3, \"yes\": true}', "
                             "{'cwd': <'/srv'>, 'client': <'codex'>})",
                             tool));
}

static void
await_call (Fixture *fixture)
{
  start_call (fixture, "add");
  AWAIT (fixture->call != NULL);
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *list = NULL;
  g_autofree char *none = NULL;

  g_test_summary ("The daemon is told the tools as MCP has them");
  ask (fixture, "ListTools", NULL);
  list = await_text (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (list, ==,
                   "[{\"name\":\"add\",\"description\":\"Adds a note\",\"inputSchema\":{\"type\":"
                   "\"object\",\"properties\":{\"text\":{\"type\":\"string\"}}}}]");
  g_assert_true (mcp_tool_provider_remove_tool (fixture->provider, "add"));
  g_assert_false (mcp_tool_provider_remove_tool (fixture->provider, "add"));
  ask (fixture, "ListTools", NULL);
  none = await_text (fixture, &error);
  g_assert_cmpstr (none, ==, "[]");
}

static void
test_call (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *result = NULL;

  g_test_summary ("A handler gets the arguments, and its answer reaches the daemon");
  await_call (fixture);
  text = mcp_tool_call_dup_string (fixture->call, "text");
  g_assert_cmpstr (text, ==, "milk");
  g_assert_cmpint (mcp_tool_call_get_int (fixture->call, "n"), ==, 3);
  g_assert_true (mcp_tool_call_get_boolean (fixture->call, "yes"));
  g_assert_false (mcp_tool_call_has_argument (fixture->call, "no"));
  g_assert_cmpstr (mcp_tool_call_get_cwd (fixture->call), ==, "/srv");
  g_assert_cmpstr (mcp_tool_call_get_client (fixture->call), ==, "codex");
  mcp_tool_call_return_text (fixture->call, "noted “milk”");
  mcp_tool_call_return_error (fixture->call, "only the first answer counts");
  result = await_text (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (result, ==, "{\"content\":[{\"type\":\"text\",\"text\":\"noted “milk”\"}]}");
}

static void
test_answers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) wrong = NULL;
  g_autofree char *json = NULL;
  g_autofree char *failed = NULL;
  g_autofree char *name = NULL;

  g_test_summary ("Structured results, failures and wrong arguments have their own answers");
  await_call (fixture);
  mcp_tool_call_return_json (fixture->call, "{\"n\":1}");
  json = await_text (fixture, &none);
  g_assert_nonnull (strstr (json, "\"structuredContent\":{\"n\":1}"));
  g_clear_object (&fixture->call);

  await_call (fixture);
  mcp_tool_call_return_error (fixture->call, "out of paper");
  failed = await_text (fixture, &none);
  g_assert_nonnull (strstr (failed, "\"isError\":true"));
  g_clear_object (&fixture->call);

  await_call (fixture);
  mcp_tool_call_return_invalid_arguments (fixture->call, "no text");
  g_assert_null (await_text (fixture, &wrong));
  name = g_dbus_error_get_remote_error (wrong);
  g_assert_cmpstr (name, ==, "org.mcpsessiond.Error.InvalidArguments");
}

static void
progress_cb (GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *text = g_variant_print (parameters, FALSE);

  g_string_append (fixture->progress, text);
}

static void
test_progress (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *result = NULL;
  guint id =
      g_dbus_connection_signal_subscribe (fixture->daemon, NULL, INTERFACE, "Progress", PATH, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, progress_cb, fixture, NULL);

  g_test_summary ("Progress reaches the daemon before the answer, and nothing after it");
  await_call (fixture);
  mcp_tool_call_report_progress (fixture->call, 1, 2, "half");
  mcp_tool_call_return_text (fixture->call, "done");
  mcp_tool_call_report_progress (fixture->call, 2, -1, NULL);
  result = await_text (fixture, &error);
  g_assert_no_error (error);
  AWAIT (fixture->progress->len > 0);
  mcp_test_settle ();
  g_assert_nonnull (strstr (fixture->progress->str, "'c-1'"));
  g_assert_nonnull (strstr (fixture->progress->str, "'half'"));
  g_assert_null (strstr (fixture->progress->str, "'progress': <2.0>"));
  g_dbus_connection_signal_unsubscribe (fixture->daemon, id);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GCancellable *cancellable;
  g_autoptr (GDBusConnection) stranger = connect_to (fixture->bus);
  g_autoptr (GVariant) reply = NULL;

  g_test_summary ("Only the one who calls can cancel");
  await_call (fixture);
  cancellable = mcp_tool_call_get_cancellable (fixture->call);
  fixture->n_asked++;
  g_dbus_connection_call (stranger, g_dbus_connection_get_unique_name (fixture->app), PATH,
                          INTERFACE, "CancelCall", g_variant_new ("(s)", "c-1"), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, done_cb, fixture);
  AWAIT (fixture->result != NULL);
  reply = g_dbus_connection_call_finish (stranger, fixture->result, &error);
  g_clear_object (&fixture->result);
  g_assert_no_error (error);
  g_assert_false (g_cancellable_is_cancelled (cancellable));
  ask (fixture, "CancelCall", g_variant_new ("(s)", "c-1"));
  AWAIT (g_cancellable_is_cancelled (cancellable));
}

static void
test_same_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDBusConnection) stranger = connect_to (fixture->bus);
  g_autoptr (McpToolCall) call = NULL;

  g_test_summary ("Who calls under the id of another one's call takes nothing from that");
  await_call (fixture);
  call = g_steal_pointer (&fixture->call);
  g_dbus_connection_call (stranger, g_dbus_connection_get_unique_name (fixture->app), PATH,
                          INTERFACE, "CallTool",
                          g_variant_new_parsed ("('c-1', 'add', '{}', @a{sv} {})"), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
  AWAIT (fixture->call != NULL);
  ask (fixture, "CancelCall", g_variant_new ("(s)", "c-1"));
  AWAIT (g_cancellable_is_cancelled (mcp_tool_call_get_cancellable (call)));
  g_assert_false (g_cancellable_is_cancelled (mcp_tool_call_get_cancellable (fixture->call)));
}

static void
test_deep (Fixture *fixture, gconstpointer data)
{
  g_autofree char *brackets = g_strnfill (1000 * 1000, '[');
  g_autofree char *arguments = g_strconcat ("{\"a\":", brackets, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Arguments that are nested a million deep do not end the app");
  ask (fixture, "CallTool",
       g_variant_new ("(sss@a{sv})", "c-1", "add", arguments,
                      g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)));
  g_assert_null (await_text (fixture, &error));
  g_assert_nonnull (strstr (error->message, "too deeply"));
  g_assert_null (fixture->call);
}

static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) dropped = NULL;
  g_autoptr (GError) unknown = NULL;

  g_test_summary ("A call without an answer, and one of no tool, get an error");
  await_call (fixture);
  g_clear_object (&fixture->call);
  g_assert_null (await_text (fixture, &dropped));
  g_assert_nonnull (strstr (dropped->message, "no answer"));
  start_call (fixture, "nothing");
  g_assert_null (await_text (fixture, &unknown));
  g_assert_nonnull (unknown);
}

static void
remove_itself_cb (McpToolCall *call, gpointer user_data)
{
  Fixture *fixture = user_data;

  mcp_tool_provider_remove_tool (fixture->provider, "add");
  mcp_tool_call_return_text (call, "gone");
}

static void
test_removed_in_call (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *result = NULL;

  g_test_summary ("A handler may take its own tool back");
  g_assert_true (mcp_tool_provider_add_tool (fixture->provider, "add", "Ends", NULL,
                                             remove_itself_cb, fixture, NULL, &error));
  start_call (fixture, "add");
  result = await_text (fixture, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (result, "gone"));
}

static void
test_wrong_schema (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) broken = NULL;
  g_autoptr (GError) array = NULL;
  g_autoptr (GError) nameless = NULL;

  g_test_summary ("A schema that is none is refused, and the tool is not there");
  g_assert_false (
      mcp_tool_provider_add_tool (fixture->provider, "x", "X", "{", keep_cb, NULL, NULL, &broken));
  g_assert_nonnull (broken);
  g_assert_false (
      mcp_tool_provider_add_tool (fixture->provider, "x", "X", "[]", keep_cb, NULL, NULL, &array));
  g_assert_error (array, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_false (
      mcp_tool_provider_add_definition (fixture->provider, "{}", keep_cb, NULL, NULL, &nameless));
  g_assert_error (nameless, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_false (mcp_tool_provider_remove_tool (fixture->provider, "x"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, test) g_test_add ("/lib/provider/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("list", test_list);
  ADD ("call", test_call);
  ADD ("answers", test_answers);
  ADD ("progress", test_progress);
  ADD ("cancel", test_cancel);
  ADD ("same-id", test_same_id);
  ADD ("deep", test_deep);
  ADD ("dropped", test_dropped);
  ADD ("removed-in-call", test_removed_in_call);
  ADD ("wrong-schema", test_wrong_schema);
#undef ADD

  return g_test_run ();
}

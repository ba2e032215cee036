/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * stdio: a client that starts its servers, and the daemon behind one.
 */
#include "cli-test.h"

#include <signal.h>
#include <string.h>

#define INITIALIZE                                                                               \
  "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-06-18\",\"capabilities\":{\"roots\":{},\"elicitation\":{}},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define MODERN_META                                                        \
  "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
  "\"io.modelcontextprotocol/clientCapabilities\":{}}"

typedef struct
{
  CliTest *test;
  GSubprocess *process;
  GOutputStream *in; /* (unowned) */
  GDataInputStream *out;
} Client;

static Client *
client_new (CliTest *test)
{
  static const char *const arguments[] = { "stdio", NULL };
  Client *self = g_new0 (Client, 1);

  self->test = test;
  self->process = cli_test_spawn (
      test, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, arguments);
  self->in = g_subprocess_get_stdin_pipe (self->process);
  self->out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  return self;
}

static void
send (Client *self, const char *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (self->in, text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

typedef struct
{
  char *line;
  gboolean done;
} Reading;

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *reading = user_data;

  reading->line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  reading->done = TRUE;
}

static char *
receive_any (Client *self)
{
  Reading reading = { NULL, FALSE };

  g_data_input_stream_read_line_async (self->out, G_PRIORITY_DEFAULT, NULL, line_cb, &reading);
  test_await (&reading.done, "a line");
  g_test_message ("<- %s", reading.line);
  return reading.line;
}

/* The next line, but for what may come at any time; NULL at the end. */
static char *
receive (Client *self)
{
  char *line = receive_any (self);

  while (line != NULL && strstr (line, "list_changed\"}") != NULL)
    {
      g_free (line);
      line = receive_any (self);
    }
  return line;
}

static void
assert_receives (Client *self, const char *part)
{
  g_autofree char *line = receive (self);

  if (line == NULL || strstr (line, part) == NULL)
    g_error ("“%s” is not in: %s", part, line);
}

static void
initialize (Client *self)
{
  send (self, INITIALIZE);
  assert_receives (self, "\"protocolVersion\":\"2025-06-18\"");
  send (self, INITIALIZED);
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static int
await_exit (Client *self)
{
  gboolean exited = FALSE;

  g_subprocess_wait_async (self->process, NULL, exited_cb, &exited);
  test_await (&exited, "the bridge's end");
  return g_subprocess_get_exit_status (self->process);
}

static void
client_free (Client *self)
{
  g_output_stream_close (self->in, NULL, NULL);
  await_exit (self);
  g_object_unref (self->out);
  g_object_unref (self->process);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static JsonObject *
get_only_session (CliTest *test)
{
  g_autoptr (JsonObject) list = e2e_http_json (test->e2e, "GET", "unix:/session", NULL, NULL);
  JsonArray *sessions = json_object_get_array_member (list, "sessions");

  g_assert_cmpuint (json_array_get_length (sessions), ==, 1);
  return json_object_ref (json_array_get_object_element (sessions, 0));
}

static void
test_life (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  Client *client;

  g_test_summary ("A client has a session where it is, labelled after it, until its input ends");
  cli_test_start_daemon (test);
  client = client_new (test);
  initialize (client);
  send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
  assert_receives (client, "test__echo");
  session = get_only_session (test);
  g_assert_cmpstr (json_object_get_string_member (session, "cwd"), ==, test->cwd);
  g_assert_cmpstr (json_object_get_string_member (session, "label"), ==, "test-stdio");
  g_output_stream_close (client->in, NULL, NULL);
  g_assert_cmpint (await_exit (client), ==, 0);
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
  client_free (client);
}

static void
test_progress (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Client) client = NULL;

  g_test_summary ("Progress comes before the answer; a slow call holds no other up");
  cli_test_start_daemon (test);
  client = client_new (test);
  initialize (client);
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__count\","
      "\"arguments\":{\"steps\":2},\"_meta\":{\"progressToken\":\"p\"}}}");
  assert_receives (client, "\"progressToken\":\"p\",\"progress\":1");
  assert_receives (client, "\"progress\":2");
  assert_receives (client, "counted to 2");
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\"}}");
  send (client, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
  assert_receives (client, "\"id\":3");
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":2}}");
  send (client, "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\"}");
  assert_receives (client, "\"id\":4");
}

static void
test_asked (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Client) client = NULL;
  g_autoptr (JsonObject) question = NULL;
  g_autoptr (JsonNode) id_node = NULL;
  g_autofree char *line = NULL;
  g_autofree char *id = NULL;
  g_autofree char *answer = NULL;

  g_test_summary ("What a server asks in a call gets to the client, and its answer back");
  cli_test_start_daemon (test);
  client = client_new (test);
  initialize (client);
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__ask\","
      "\"arguments\":{\"method\":\"elicitation/create\",\"params\":{\"message\":\"?\","
      "\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}}}");
  line = receive (client);
  question = e2e_parse (line);
  g_assert_cmpstr (json_object_get_string_member (question, "method"), ==, "elicitation/create");
  id_node = json_object_dup_member (question, "id");
  id = json_to_string (id_node, FALSE);
  answer =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"action\":\"decline\"}}", id);
  send (client, answer);
  assert_receives (client, "decline");
}

static void
test_pipeline (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) run = NULL;

  g_test_summary ("A script's messages are all answered before the end of its input counts");
  cli_test_start_daemon (test);
  run = cli_test_run (
      test,
      INITIALIZE "\n" INITIALIZED "\n"
                 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                 "{\"name\":\"test__wait\",\"arguments\":{\"delay_ms\":50,\"text\":\"waited\"}}}\n"
                 "no json\n"
                 "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"nothing/such\"}",
      "stdio", NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_nonnull (strstr (run->out, "\"text\":\"waited\""));
  g_assert_nonnull (strstr (run->out, "-32700"));
  g_assert_nonnull (strstr (run->out, "-32601"));
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
}

static void
test_modern (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Client) client = NULL;
  g_autoptr (GDataInputStream) events = NULL;
  g_autoptr (E2eEvent) event = NULL;

  g_test_summary (
      "A stateless client's messages get their headers; to cancel is to drop the request");
  cli_test_start_daemon (test);
  client = client_new (test);
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__echo\","
      "\"arguments\":{\"a\":1}," MODERN_META "}}");
  assert_receives (client, "\"resultType\":\"complete\"");
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"no such \\u00e9\","
      "\"arguments\":{}," MODERN_META "}}");
  assert_receives (client, "-32602");

  events = e2e_stream (test->e2e, "GET", "unix:/events", NULL, NULL);
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\","
      "\"arguments\":{}," MODERN_META "}}");
  event = e2e_next_event (events);
  g_assert_nonnull (strstr (event->data, "running"));
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":3}}");
  g_clear_pointer (&event, e2e_event_free);
  event = e2e_next_event (events);
  g_assert_nonnull (strstr (event->data, "cancelled"));
}

static void
test_param_headers (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *servers = g_strdup_printf ("{\"mcpServers\": {\"fx\": {\"command\": \"%s\"}}}",
                                              g_getenv ("MCP_TEST_FIXTURE"));
  g_autoptr (Client) client = NULL;

  g_test_summary ("A tool that wants an argument as a header gets it, once it was listed");
  g_free (test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", servers, 0600));
  cli_test_start_daemon (test);
  client = client_new (test);
  send (client,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" MODERN_META "}}");
  assert_receives (client, "fx__test_x_mcp_header");
  send (client,
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":"
        "\"fx__test_x_mcp_header\",\"arguments\":{\"region\":\"eu \\u00e9\"}," MODERN_META "}}");
  assert_receives (client, "Region: eu é");
}

static void
restart_daemon (CliTest *test)
{
  g_subprocess_send_signal (test->e2e->process, SIGKILL);
  g_assert_cmpint (e2e_await_exit (test->e2e), ==, -1);
  e2e_start (test->e2e);
}

static void
test_restart (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Client) client = NULL;
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) after = NULL;

  g_test_summary (
      "A daemon that is started anew is found, with the same session; a call it had is lost");
  cli_test_start_daemon (test);
  client = client_new (test);
  initialize (client);
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__echo\"}}");
  assert_receives (client, "\"id\":1");
  before = get_only_session (test);
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\"}}");
  send (client, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
  assert_receives (client, "\"id\":3");

  restart_daemon (test);
  assert_receives (client, "\"id\":2,\"error\"");
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/call\",\"params\":{\"name\":\"test__echo\","
      "\"arguments\":{\"b\":2}}}");
  assert_receives (client, "{\\\"b\\\":2}");
  after = get_only_session (test);
  g_assert_cmpstr (json_object_get_string_member (after, "session_id"), ==,
                   json_object_get_string_member (before, "session_id"));
}

static void
test_session_lost (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Client) client = NULL;
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) after = NULL;

  g_test_summary ("A session that somebody ended is replaced by one like it");
  cli_test_start_daemon (test);
  client = client_new (test);
  initialize (client);
  send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
  assert_receives (client, "\"id\":1");
  before = get_only_session (test);
  g_free (
      cli_test_run_ok (test, "close", json_object_get_string_member (before, "session_id"), NULL));
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"test__cwd\"}}");
  assert_receives (client, test->cwd);
  after = get_only_session (test);
  g_assert_cmpstr (json_object_get_string_member (after, "label"), ==, "test-stdio");
}

static void
test_terminated (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  Client *client;

  g_test_summary ("SIGTERM ends it at once, and its session");
  cli_test_start_daemon (test);
  client = client_new (test);
  initialize (client);
  send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\"}}");
  send (client, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
  assert_receives (client, "\"id\":3");
  g_subprocess_send_signal (client->process, SIGTERM);
  g_assert_cmpint (await_exit (client), ==, 128 + SIGTERM);
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
  client_free (client);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/stdio/life", test_life);
  g_test_add_func ("/cli/stdio/progress", test_progress);
  g_test_add_func ("/cli/stdio/asked", test_asked);
  g_test_add_func ("/cli/stdio/pipeline", test_pipeline);
  g_test_add_func ("/cli/stdio/modern", test_modern);
  g_test_add_func ("/cli/stdio/param-headers", test_param_headers);
  g_test_add_func ("/cli/stdio/restart", test_restart);
  g_test_add_func ("/cli/stdio/session-lost", test_session_lost);
  g_test_add_func ("/cli/stdio/terminated", test_terminated);
  return g_test_run ();
}

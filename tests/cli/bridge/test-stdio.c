/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * stdio: a client that starts its servers, and the daemon behind one.
 */
#include "stdio-client.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void
test_life (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  StdioClient *client;

  g_test_summary (
      "A client has a session in its directory, with its name as label, until its input ends");
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  stdio_client_initialize (client);
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
  stdio_client_expect (client, "test__echo");
  session = stdio_client_get_session (test);
  g_assert_cmpstr (json_object_get_string_member (session, "cwd"), ==, test->cwd);
  g_assert_cmpstr (json_object_get_string_member (session, "label"), ==, "c");
  g_output_stream_close (client->in, NULL, NULL);
  g_assert_cmpint (stdio_client_await_exit (client), ==, 0);
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
  stdio_client_free (client);
}

#define NAMED(info)                                                                          \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":" info "}}"

static void
test_label (void)
{
  static const struct
  {
    const char *message;
    const char *given; /* (nullable) */
    const char *label;
  } cases[] = {
    { NAMED ("{\"name\":\"n\",\"title\":\"The Client\",\"version\":\"1\"}"), NULL, "The Client" },
    { NAMED ("{\"name\":\"n\",\"version\":\"1\"}"), "--label=mine", "mine" },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"_meta\":{"
      "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
      "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"stateless\",\"version\":\"1\"},"
      "\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
      NULL, "stateless" },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", NULL, "test-stdio" },
  };
  g_autoptr (CliTest) test = cli_test_new ();

  g_test_summary ("A session is labelled as the client names itself: title, name, or its process");
  cli_test_start_daemon (test);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const arguments[] = { "stdio", cases[i].given, NULL };
      g_autoptr (StdioClient) client = stdio_client_new_with_arguments (test, arguments);
      g_autoptr (JsonObject) session = NULL;

      stdio_client_send (client, cases[i].message);
      stdio_client_expect (client, "\"id\":1");
      session = stdio_client_get_session (test);
      g_assert_cmpstr (json_object_get_string_member (session, "label"), ==, cases[i].label);
    }
}

static void
test_same_again (void)
{
  static const char *const arguments[] = { "stdio", "--allow=test__echo", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (StdioClient) client = NULL;
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) second = NULL;
  JsonArray *allowed;

  g_test_summary ("The session that replaces an ended one allows no more than that one did");
  cli_test_start_daemon (test);
  client = stdio_client_new_with_arguments (test, arguments);
  stdio_client_initialize (client);
  first = stdio_client_get_session (test);
  g_free (
      cli_test_run_ok (test, "close", json_object_get_string_member (first, "session_id"), NULL));
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":2");
  second = stdio_client_get_session (test);
  g_assert_cmpstr (json_object_get_string_member (second, "label"), ==, "c");
  allowed = json_object_get_array_member (second, "allowed_tools");
  g_assert_cmpuint (json_array_get_length (allowed), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (allowed, 0), ==, "test__echo");
}

static void
test_progress (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (StdioClient) client = NULL;

  g_test_summary ("Progress comes before the answer; a slow call holds no other up");
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  stdio_client_initialize (client);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__count\","
      "\"arguments\":{\"steps\":2},\"_meta\":{\"progressToken\":\"p\"}}}");
  stdio_client_expect (client, "\"progressToken\":\"p\",\"progress\":1");
  stdio_client_expect (client, "\"progress\":2");
  stdio_client_expect (client, "counted to 2");
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\"}}");
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":3");
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":2}}");
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":4");
}

static void
test_asked (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (StdioClient) client = NULL;
  g_autoptr (JsonObject) question = NULL;
  g_autoptr (JsonNode) id_node = NULL;
  g_autofree char *line = NULL;
  g_autofree char *id = NULL;
  g_autofree char *answer = NULL;

  g_test_summary ("What a server asks in a call gets to the client, and its answer back");
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  stdio_client_initialize (client);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__ask\","
      "\"arguments\":{\"method\":\"elicitation/create\",\"params\":{\"message\":\"?\","
      "\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}}}");
  line = stdio_client_receive (client);
  question = e2e_parse (line);
  g_assert_cmpstr (json_object_get_string_member (question, "method"), ==, "elicitation/create");
  id_node = json_object_dup_member (question, "id");
  id = json_to_string (id_node, FALSE);
  answer =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"action\":\"decline\"}}", id);
  stdio_client_send (client, answer);
  stdio_client_expect (client, "decline");
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
  g_autoptr (StdioClient) client = NULL;
  g_autoptr (GDataInputStream) events = NULL;
  g_autoptr (E2eEvent) event = NULL;

  g_test_summary (
      "A stateless client's messages get their headers; to cancel is to drop the request");
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__echo\","
      "\"arguments\":{\"a\":1}," MODERN_META "}}");
  stdio_client_expect (client, "\"resultType\":\"complete\"");
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"no such \\u00e9\","
      "\"arguments\":{}," MODERN_META "}}");
  stdio_client_expect (client, "-32602");

  events = e2e_stream (test->e2e, "GET", "unix:/events", NULL, NULL);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\","
      "\"arguments\":{}," MODERN_META "}}");
  event = e2e_next_event (events);
  g_assert_nonnull (strstr (event->data, "running"));
  stdio_client_send (
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
  g_autoptr (StdioClient) client = NULL;

  g_test_summary ("A tool that wants an argument as a header gets it, once it was listed");
  g_free (test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", servers, 0600));
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" MODERN_META "}}");
  stdio_client_expect (client, "fx__test_x_mcp_header");
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":"
      "\"fx__test_x_mcp_header\",\"arguments\":{\"region\":\"eu \\u00e9\"}," MODERN_META "}}");
  stdio_client_expect (client, "Region: eu é");
}

static void
test_one_server (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  static const char *const arguments[] = { "stdio", "--server", "test", NULL };
  static const char *const unknown[] = { "stdio", "--server", "no such", NULL };
  g_autoptr (StdioClient) client = NULL;
  g_autoptr (StdioClient) lost = NULL;

  g_test_summary ("--server leads to one server under its own names; an unknown one is an error");
  cli_test_start_daemon (test);
  client = stdio_client_new_with_arguments (test, arguments);
  stdio_client_send (client, INITIALIZE);
  stdio_client_expect (client, "\"serverInfo\":{\"name\":\"mcp-test-server\"");
  stdio_client_send (client, INITIALIZED);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"cwd\"}}");
  stdio_client_expect (client, test->cwd);

  lost = stdio_client_new_with_arguments (test, unknown);
  stdio_client_send (lost, INITIALIZE);
  stdio_client_expect (lost, "There is no server of this name that is enabled");
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
  g_autoptr (StdioClient) client = NULL;
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) after = NULL;

  g_test_summary (
      "A daemon that is started again is found, with the same session; its calls are lost");
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  stdio_client_initialize (client);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__echo\"}}");
  stdio_client_expect (client, "\"id\":1");
  before = stdio_client_get_session (test);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\"}}");
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":3");

  restart_daemon (test);
  stdio_client_expect (client, "\"id\":2,\"error\"");
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/call\",\"params\":{\"name\":\"test__echo\","
      "\"arguments\":{\"b\":2}}}");
  stdio_client_expect (client, "{\\\"b\\\":2}");
  after = stdio_client_get_session (test);
  g_assert_cmpstr (json_object_get_string_member (after, "session_id"), ==,
                   json_object_get_string_member (before, "session_id"));
}

static void
test_session_lost (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (StdioClient) client = NULL;
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) after = NULL;

  g_test_summary ("A session that somebody ended is replaced by one like it");
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  stdio_client_initialize (client);
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":1");
  before = stdio_client_get_session (test);
  g_free (
      cli_test_run_ok (test, "close", json_object_get_string_member (before, "session_id"), NULL));
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"test__cwd\"}}");
  stdio_client_expect (client, test->cwd);
  after = stdio_client_get_session (test);
  g_assert_cmpstr (json_object_get_string_member (after, "label"), ==, "c");
}

static void
test_terminated (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  StdioClient *client;

  g_test_summary ("SIGTERM ends it at once, and its session");
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  stdio_client_initialize (client);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\"}}");
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":3");
  g_subprocess_send_signal (client->process, SIGTERM);
  g_assert_cmpint (stdio_client_await_exit (client), ==, 128 + SIGTERM);
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
  stdio_client_free (client);
}

/* Starts the daemon with a clock that the file says to be put on. Returns: (nullable): the file */
static char *
start_daemon_with_clock (CliTest *test)
{
  const char *shim = g_getenv ("MCP_TEST_TIME_SHIM");
  const gint64 nothing = 0;
  char *path;

  if (shim == NULL)
    {
      g_test_skip ("the daemon's clock cannot be put on here");
      return NULL;
    }
  path = e2e_build (test->e2e, "clock");
  g_assert_true (g_file_set_contents (path, (const char *) &nothing, sizeof nothing, NULL));
  g_setenv ("MCP_TEST_CLOCK", path, TRUE);
  g_setenv ("LD_PRELOAD", shim, TRUE);
  cli_test_start_daemon (test);
  g_unsetenv ("LD_PRELOAD");
  return path;
}

/* In place: the daemon has mapped the file. */
static void
advance_clock (const char *path, gint64 seconds)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (pwrite (fd, &seconds, sizeof seconds, 0), ==, sizeof seconds);
  close (fd);
}

static void
test_killed (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *clock = start_daemon_with_clock (test);
  g_autoptr (GDataInputStream) events = NULL;
  g_autoptr (E2eEvent) event = NULL;
  StdioClient *client;

  g_test_summary ("A bridge that is killed leaves its session for a minute, and no longer");
  if (clock == NULL)
    return;
  events = e2e_stream (test->e2e, "GET", "unix:/events", NULL, NULL);
  client = stdio_client_new (test);
  stdio_client_initialize (client);
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\"}}");
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":3");
  g_subprocess_send_signal (client->process, SIGKILL);
  stdio_client_await_exit (client);
  advance_clock (clock, 30);
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 1);
  advance_clock (clock, 120);
  cli_test_count_sessions (test); /* wakes the daemon */
  do
    {
      g_clear_pointer (&event, e2e_event_free);
      event = e2e_next_event (events);
    }
  while (g_strcmp0 (event->name, "session-removed") != 0);
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
  stdio_client_free (client);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/stdio/life", test_life);
  g_test_add_func ("/cli/stdio/label", test_label);
  g_test_add_func ("/cli/stdio/same-again", test_same_again);
  g_test_add_func ("/cli/stdio/progress", test_progress);
  g_test_add_func ("/cli/stdio/asked", test_asked);
  g_test_add_func ("/cli/stdio/pipeline", test_pipeline);
  g_test_add_func ("/cli/stdio/modern", test_modern);
  g_test_add_func ("/cli/stdio/param-headers", test_param_headers);
  g_test_add_func ("/cli/stdio/killed", test_killed);
  g_test_add_func ("/cli/stdio/one-server", test_one_server);
  g_test_add_func ("/cli/stdio/restart", test_restart);
  g_test_add_func ("/cli/stdio/session-lost", test_session_lost);
  g_test_add_func ("/cli/stdio/terminated", test_terminated);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * stdio: connections that break, and daemons that end, while a client is served.
 */
#include "proxy.h"
#include "stdio-client.h"

#include <signal.h>
#include <string.h>

#define CALL(id, name, arguments)                                                      \
  "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"tools/call\",\"params\":{\"name\":" \
  "\"" name "\",\"arguments\":" arguments "}}"
#define ASK                                                           \
  "{\"method\":\"elicitation/create\",\"params\":{\"message\":\"?\"," \
  "\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}}"
#define LISTEN                                                                         \
  "{\"jsonrpc\":\"2.0\",\"id\":\"l\",\"method\":\"subscriptions/listen\",\"params\":{" \
  "\"notifications\":{\"toolsListChanged\":true}," MODERN_META "}}"
#define MODERN_CHANGE                                                             \
  "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":" \
  "\"test__change-tools\",\"arguments\":{}," MODERN_META "}}"

#define INITIALIZE_AS(revision)                                                                  \
  "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"" revision                                                                                  \
  "\",\"capabilities\":{\"elicitation\":{}},\"clientInfo\":{\"name\":\"c\",\"version\":"         \
  "\"1\"}}}"

static void
initialize (StdioClient *client, const char *revision)
{
  g_autofree char *line = g_strdup_printf (INITIALIZE_AS ("%s"), revision);

  stdio_client_send (client, line);
  stdio_client_expect (client, revision);
  stdio_client_send (client, INITIALIZED);
}

/* All lines up to the one that has the text. */
static char *
collect (StdioClient *client, const char *last)
{
  GString *lines = g_string_new (NULL);

  for (;;)
    {
      g_autofree char *line = stdio_client_receive_any (client);

      g_assert_nonnull (line);
      g_string_append_printf (lines, "%s\n", line);
      if (strstr (line, last) != NULL)
        return g_string_free (lines, FALSE);
    }
}

static guint
count (const char *lines, const char *part)
{
  guint n = 0;

  for (const char *found = lines; (found = strstr (found, part)) != NULL; found++)
    n++;
  return n;
}

/* Calls test__count, and has the connection cut when so much of its progress is there. */
static void
count_with_cut (const char *revision, gboolean cuts_progress)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliProxy) proxy = NULL;
  g_autoptr (StdioClient) client = NULL;
  g_autofree char *lines = NULL;
  const char *at;

  cli_test_start_daemon (test);
  proxy = cli_proxy_new (test);
  client = stdio_client_new (test);
  initialize (client, revision);
  cli_proxy_cut_at (proxy, cuts_progress ? "\"progress\":3" : "counted to");
  stdio_client_send (client,
                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":"
                     "\"test__count\",\"arguments\":{\"steps\":6,\"delay_ms\":5},"
                     "\"_meta\":{\"progressToken\":\"p\"}}}");
  lines = collect (client, "counted to 6");
  g_assert_cmpuint (cli_proxy_count_cuts (proxy), ==, 1);
  g_assert_cmpuint (count (lines, "notifications/progress"), ==, 6);
  at = lines;
  for (int i = 1; i <= 6; i++)
    {
      g_autofree char *part = g_strdup_printf ("\"progress\":%d", i);

      at = strstr (at, part);
      g_assert_nonnull (at);
    }
  g_assert_cmpuint (count (lines, "\"id\":1,"), ==, 1);

  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":2");
}

static void
test_cut (void)
{
  g_test_summary ("A stream that breaks within an event goes on with that event, in any revision");
  count_with_cut ("2025-03-26", TRUE);
  count_with_cut ("2025-06-18", FALSE);
  count_with_cut ("2025-11-25", TRUE);
}

static void
test_cut_silent (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliProxy) proxy = NULL;
  g_autoptr (StdioClient) client = NULL;

  g_test_summary ("A call that has said nothing yet is answered by another connection, once");
  cli_test_start_daemon (test);
  proxy = cli_proxy_new (test);
  client = stdio_client_new (test);
  /* without notifications/initialized, this is the only stream */
  stdio_client_send (client, INITIALIZE_AS ("2025-11-25"));
  stdio_client_expect (client, "2025-11-25");
  stdio_client_send (client, CALL ("1", "test__wait", "{\"delay_ms\":1300,\"text\":\"waited\"}"));
  cli_proxy_await (proxy, "retry: ");
  cli_proxy_cut (proxy);
  stdio_client_expect (client, "\"text\":\"waited\"");
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":2");
}

static void
test_cut_listener (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliProxy) proxy = NULL;
  g_autoptr (StdioClient) client = NULL;
  g_autofree char *lines = NULL;

  g_test_summary ("What answers nothing gets there too, once");
  cli_test_start_daemon (test);
  proxy = cli_proxy_new (test);
  client = stdio_client_new (test);
  initialize (client, "2025-11-25");
  cli_proxy_await (proxy, "text/event-stream");
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
  stdio_client_expect (client, "test__echo");
  cli_proxy_cut_at (proxy, "list_changed");
  stdio_client_send (client, CALL ("2", "test__change-tools", "{}"));
  lines = collect (client, "list_changed");
  g_assert_cmpuint (cli_proxy_count_cuts (proxy), ==, 1);
  stdio_client_send (client, CALL ("3", "test__echo", "{\"x\":3}"));
  g_free (lines);
  lines = collect (client, "\"id\":3");
  g_assert_cmpuint (count (lines, "list_changed"), ==, 0);
}

static void
answer (StdioClient *client, const char *question)
{
  g_autoptr (JsonObject) object = e2e_parse (question);
  g_autoptr (JsonNode) node = json_object_dup_member (object, "id");
  g_autofree char *id = json_to_string (node, FALSE);
  g_autofree char *line = NULL;

  g_assert_cmpstr (json_object_get_string_member (object, "method"), ==, "elicitation/create");
  line =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"action\":\"decline\"}}", id);
  stdio_client_send (client, line);
}

static void
test_cut_asked (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliProxy) proxy = NULL;
  g_autoptr (StdioClient) client = NULL;
  g_autofree char *question = NULL;

  g_test_summary ("Who has a question meanwhile can still answer it");
  cli_test_start_daemon (test);
  proxy = cli_proxy_new (test);
  client = stdio_client_new (test);
  initialize (client, "2025-06-18");
  stdio_client_send (client, CALL ("1", "test__ask", ASK));
  question = stdio_client_receive (client);
  cli_proxy_cut (proxy);
  answer (client, question);
  stdio_client_expect (client, "decline");
}

static void
end_daemon (CliTest *test, int number)
{
  g_subprocess_send_signal (test->e2e->process, number);
  g_assert_cmpint (e2e_await_exit (test->e2e), ==, number == SIGTERM ? 0 : -1);
}

static void
use_fixture (CliTest *test)
{
  g_autofree char *pids = e2e_build (test->e2e, "pids");
  g_autofree char *servers = g_strdup_printf (
      "{\"mcpServers\": {\"test\": {\"command\": \"%s\", \"args\": [\"--pid-file=%s\"]},"
      "\"fx\": {\"command\": \"%s\"}}}",
      g_getenv ("MCP_TEST_SERVER"), pids, g_getenv ("MCP_TEST_FIXTURE"));

  g_free (test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", servers, 0600));
}

static void
assert_state_is_kept (StdioClient *client)
{
  g_autofree char *lines = NULL;

  stdio_client_send (client, CALL ("20", "test__log", "{\"n\":2}"));
  lines = collect (client, "\"id\":20");
  g_assert_cmpuint (count (lines, "notifications/message"), ==, 0);
  stdio_client_send (client, CALL ("21", "fx__update_watched_resource", "{}"));
  g_free (lines);
  lines = collect (client, "notifications/resources/updated");
  g_assert_nonnull (strstr (lines, "test://watched-resource"));
  if (strstr (lines, "\"id\":21,") == NULL)
    g_free (collect (client, "\"id\":21,"));
}

static void
prepare_state (StdioClient *client)
{
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":10,\"method\":\"logging/setLevel\","
                             "\"params\":{\"level\":\"error\"}}");
  stdio_client_expect (client, "\"id\":10,\"result\"");
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":11,\"method\":\"resources/subscribe\","
                             "\"params\":{\"uri\":\"test://watched-resource\"}}");
  stdio_client_expect (client, "\"id\":11,\"result\"");
  assert_state_is_kept (client);
}

static void
restart (int number)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (StdioClient) client = NULL;
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) after = NULL;
  g_autofree char *question = NULL;
  g_autofree char *second = NULL;
  g_autofree char *lines = NULL;

  use_fixture (test);
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  initialize (client, "2025-06-18");
  prepare_state (client);
  before = stdio_client_get_session (test);
  stdio_client_send (client, CALL ("1", "test__ask", ASK));
  question = stdio_client_receive (client);

  end_daemon (test, number);
  cli_test_start_daemon (test);
  lines = collect (client, "notifications/resources/updated");
  g_assert_nonnull (strstr (lines, "\"id\":1,\"error\""));
  g_assert_cmpuint (count (lines, "\"id\":1,"), ==, 1);
  g_assert_cmpuint (count (lines, "notifications/cancelled"), ==, 1);
  g_assert_cmpuint (count (lines, "notifications/tools/list_changed"), ==, 1);
  g_assert_cmpuint (count (lines, "notifications/prompts/list_changed"), ==, 1);
  g_assert_cmpuint (count (lines, "notifications/resources/list_changed"), ==, 1);

  /* the late answer is nobody's */
  answer (client, question);
  stdio_client_send (client, CALL ("2", "test__ask", ASK));
  second = collect (client, "elicitation/create");
  answer (client, strrchr (g_strchomp (second), '\n') != NULL ? strrchr (second, '\n') : second);
  g_free (lines);
  lines = collect (client, "\"id\":2,");
  g_assert_nonnull (strstr (lines, "decline"));
  assert_state_is_kept (client);
  after = stdio_client_get_session (test);
  g_assert_cmpstr (json_object_get_string_member (after, "session_id"), ==,
                   json_object_get_string_member (before, "session_id"));
}

static void
test_killed (void)
{
  g_test_summary ("After the daemon was killed, the same session goes on, with the log level and "
                  "the subscriptions there were; the client hears what is lost");
  restart (SIGKILL);
}

static void
test_stopped (void)
{
  g_test_summary ("The same after the daemon was told to stop");
  restart (SIGTERM);
}

static void
test_starts_it (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (StdioClient) client = NULL;

  g_test_summary ("A message that finds no daemon starts one, and is answered");
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  initialize (client, "2025-06-18");
  stdio_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
  stdio_client_expect (client, "\"id\":1");
  end_daemon (test, SIGTERM);
  stdio_client_send (client, CALL ("2", "test__echo", "{\"x\":2}"));
  stdio_client_expect (client, "{\\\"x\\\":2}");
  e2e_read_discovery (test->e2e);
  kill ((pid_t) json_object_get_int_member (test->e2e->discovery, "pid"), SIGTERM);
  e2e_await_process_end ((pid_t) json_object_get_int_member (test->e2e->discovery, "pid"));
}

/* Once more, and the client does not know why. */
static void
assert_listens_again (StdioClient *client)
{
  g_autofree char *lines = collect (client, "list_changed");

  g_assert_cmpuint (count (lines, "acknowledged"), ==, 0);
  g_assert_cmpuint (count (lines, "\"id\":\"l\""), ==, 0);
  g_assert_nonnull (strstr (lines, "\"io.modelcontextprotocol/subscriptionId\":\"l\""));
}

static void
assert_hears_change (StdioClient *client)
{
  g_autofree char *lines = NULL;

  stdio_client_send (client, MODERN_CHANGE);
  lines = collect (client, "list_changed");
  g_assert_nonnull (strstr (lines, "\"io.modelcontextprotocol/subscriptionId\":\"l\""));
}

static void
listen (StdioClient *client)
{
  stdio_client_send (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" MODERN_META "}}");
  stdio_client_expect (client, "test__echo");
  stdio_client_send (client, LISTEN);
  stdio_client_expect (client, "acknowledged");
}

static void
test_modern (void)
{
  static const int signals[] = { SIGKILL, SIGTERM, SIGKILL, SIGTERM };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (StdioClient) client = NULL;

  g_test_summary ("A stateless client listens on, however often the daemon ends, until its input "
                  "does");
  cli_test_start_daemon (test);
  client = stdio_client_new (test);
  listen (client);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      end_daemon (test, signals[i]);
      cli_test_start_daemon (test);
      assert_listens_again (client);
    }
  assert_hears_change (client);
}

static void
test_modern_cut (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliProxy) proxy = NULL;
  g_autoptr (StdioClient) client = NULL;

  g_test_summary ("A stateless client listens on when its connection breaks");
  cli_test_start_daemon (test);
  proxy = cli_proxy_new (test);
  client = stdio_client_new (test);
  listen (client);
  cli_proxy_refuse (proxy, TRUE);
  cli_proxy_cut (proxy);
  cli_proxy_refuse (proxy, FALSE);
  assert_listens_again (client);
  assert_hears_change (client);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/stdio-resume/cut", test_cut);
  g_test_add_func ("/cli/stdio-resume/cut-silent", test_cut_silent);
  g_test_add_func ("/cli/stdio-resume/cut-listener", test_cut_listener);
  g_test_add_func ("/cli/stdio-resume/cut-asked", test_cut_asked);
  g_test_add_func ("/cli/stdio-resume/killed", test_killed);
  g_test_add_func ("/cli/stdio-resume/stopped", test_stopped);
  g_test_add_func ("/cli/stdio-resume/starts-it", test_starts_it);
  g_test_add_func ("/cli/stdio-resume/modern", test_modern);
  g_test_add_func ("/cli/stdio-resume/modern-cut", test_modern_cut);
  return g_test_run ();
}

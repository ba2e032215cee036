/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kill-loop.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static char *
path_of (JsonObject *session, const char *rest)
{
  return g_strconcat ("/session/", json_object_get_string_member (session, "session_id"), rest,
                      NULL);
}

static const char *
token_of (JsonObject *session)
{
  return json_object_get_string_member (session, "token");
}

static void
assert_status (E2e *e2e, const char *method, const char *path, const char *token, guint expected)
{
  guint status;
  g_autofree char *text = e2e_http (e2e, method, path, token, NULL, &status);

  g_test_message ("%s %s: %u %s", method, path, status, text);
  g_assert_cmpuint (status, ==, expected);
}

static void
test_created (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) again = NULL;
  g_autofree char *path = NULL;
  JsonArray *tools;

  g_test_summary ("A session is there after SIGKILL as soon as it was answered, with its token");
  e2e_start (e2e);
  session = e2e_create_session (
      e2e, "{\"cwd\":\"/\",\"label\":\"kept\",\"allowed_tools\":[\"a*\"],\"idle_seconds\":77}");
  e2e_kill (e2e);

  e2e_start (e2e);
  path = path_of (session, "");
  again = e2e_http_json (e2e, "GET", path, token_of (session), NULL);
  g_assert_cmpstr (json_object_get_string_member (again, "label"), ==, "kept");
  g_assert_cmpstr (json_object_get_string_member (again, "cwd"), ==, "/");
  g_assert_cmpstr (json_object_get_string_member (again, "created_at"), ==,
                   json_object_get_string_member (session, "created_at"));
  tools = json_object_get_array_member (again, "allowed_tools");
  g_assert_cmpstr (json_array_get_string_element (tools, 0), ==, "a*");
  assert_status (e2e, "GET", path, "00000000000000000000000000000000", 401);
}

static void
test_ended (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) ended = NULL;
  g_autoptr (JsonObject) rotated = NULL;
  g_autoptr (JsonObject) token = NULL;
  g_autofree char *ended_path = NULL;
  g_autofree char *rotated_path = NULL;
  g_autofree char *token_path = NULL;

  g_test_summary ("What was ended stays so after SIGKILL: a session, and a token");
  e2e_start (e2e);
  ended = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  rotated = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  ended_path = path_of (ended, "");
  rotated_path = path_of (rotated, "");
  token_path = path_of (rotated, "/token");
  token = e2e_http_json (e2e, "POST", token_path, token_of (rotated), NULL);
  assert_status (e2e, "DELETE", ended_path, token_of (ended), 204);
  e2e_kill (e2e);

  e2e_start (e2e);
  assert_status (e2e, "GET", ended_path, token_of (ended), 401);
  assert_status (e2e, "GET", rotated_path, token_of (rotated), 401);
  assert_status (e2e, "GET", rotated_path, token_of (token), 200);
}

static guint64
publish_and_read (E2e *e2e, JsonObject *session, const char *after, gboolean expect_lagged)
{
  g_autofree char *path = path_of (session, "/progress");
  g_autoptr (GDataInputStream) stream = NULL;
  guint status;
  g_autofree char *text = NULL;

  text = e2e_http (e2e, "POST", path, token_of (session), "{\"progress\":1}", &status);
  g_assert_cmpuint (status, ==, 202);
  stream = e2e_events_after (e2e, json_object_get_string_member (session, "session_id"),
                             token_of (session), after);
  for (gboolean lagged = FALSE;; lagged = TRUE)
    {
      g_autoptr (E2eEvent) event = e2e_next_event (stream);

      g_assert_nonnull (event->data);
      if (event->id == NULL)
        {
          g_assert_cmpstr (event->name, ==, "lagged");
          continue;
        }
      g_assert_true (lagged == expect_lagged);
      return g_ascii_strtoull (event->id, NULL, 10);
    }
}

static void
test_numbers (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  guint64 number;

  g_test_summary ("Events' numbers go on after SIGKILL, and who resumes is told of the gap");
  e2e_start (e2e);
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  g_assert_cmpuint (publish_and_read (e2e, session, "0", FALSE), ==, 1);
  g_assert_cmpuint (publish_and_read (e2e, session, "1", FALSE), ==, 2);
  e2e_kill (e2e);

  e2e_start (e2e);
  number = publish_and_read (e2e, session, "2", TRUE);
  g_assert_cmpuint (number, >, 2);
  e2e_kill (e2e);

  e2e_start (e2e);
  g_assert_cmpuint (publish_and_read (e2e, session, "2", TRUE), >, number);
}

static void
test_clean_stop (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (GDataInputStream) stream = NULL;
  g_autoptr (E2eEvent) last = NULL;
  g_autoptr (E2eEvent) event = NULL;
  g_autofree char *path = NULL;
  gint64 began_us;

  g_test_summary ("After SIGTERM clients go on with the same session and token, without a gap");
  e2e_start (e2e);
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  path = path_of (session, "/events");
  stream = e2e_stream (e2e, "GET", path, token_of (session), NULL);
  g_assert_cmpuint (publish_and_read (e2e, session, "0", FALSE), ==, 1);
  event = e2e_next_event (stream);
  g_assert_cmpstr (event->id, ==, "1");
  began_us = g_get_monotonic_time ();
  g_subprocess_send_signal (e2e->process, SIGTERM);
  last = e2e_next_event (stream);
  g_assert_cmpstr (last->name, ==, "closed");
  g_assert_nonnull (strstr (last->data, "shutdown"));
  g_assert_cmpint (e2e_await_exit (e2e), ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 5 * G_USEC_PER_SEC);

  e2e_start (e2e);
  g_assert_cmpuint (publish_and_read (e2e, session, "1", FALSE), ==, 2);
}

/* Calls a tool as a small script does; the answer is waited for. */
static void
call_tool (E2e *e2e, JsonObject *session, const char *name)
{
  g_autofree char *body = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
      "\"arguments\":{}}}",
      name);
  guint status;
  g_autofree char *text = e2e_http (e2e, "POST", "/mcp", token_of (session), body, &status);

  g_assert_cmpuint (status, ==, 200);
}

static void
start_hanging_call (E2e *e2e, JsonObject *session)
{
  g_autofree char *path = path_of (session, "/events");
  g_autoptr (GDataInputStream) events = e2e_stream (e2e, "GET", path, token_of (session), NULL);
  g_autoptr (SoupMessage) message =
      e2e_new_message (e2e, "POST", "/mcp", token_of (session),
                       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                       "\"params\":{\"name\":\"test__hang\",\"arguments\":{}}}");
  g_autoptr (E2eEvent) event = NULL;

  soup_session_send_async (e2e->tcp, message, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  /* the request goes out while the event is waited for */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  event = e2e_next_event (events);
  g_assert_nonnull (strstr (event->data, "running"));
}

static JsonArray *
get_calls (E2e *e2e, JsonObject *session, const char *query, JsonObject **answer)
{
  g_autofree char *path = path_of (session, query);

  *answer = e2e_http_json (e2e, "GET", path, token_of (session), NULL);
  return json_object_get_array_member (*answer, "calls");
}

static const char *
member (JsonArray *calls, guint index, const char *name)
{
  return json_object_get_string_member (json_array_get_object_element (calls, index), name);
}

static void
test_calls (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (JsonObject) running = NULL;
  g_autoptr (JsonObject) after = NULL;
  g_autofree char *last_id = NULL;
  JsonArray *calls;

  g_test_summary ("Calls are told with their ends, and survive SIGKILL; no id comes twice");
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  call_tool (e2e, session, "test__echo");
  call_tool (e2e, session, "test__fail");
  call_tool (e2e, session, "test__error");
  calls = get_calls (e2e, session, "/calls", &answer);
  g_assert_cmpuint (json_array_get_length (calls), ==, 3);
  g_assert_cmpstr (member (calls, 2, "call_id"), ==, "c-000001");
  g_assert_cmpstr (member (calls, 2, "tool"), ==, "test__echo");
  g_assert_cmpstr (member (calls, 2, "provider"), ==, "test");
  g_assert_cmpstr (member (calls, 2, "state"), ==, "ok");
  g_assert_cmpstr (member (calls, 1, "state"), ==, "error");
  g_assert_nonnull (member (calls, 1, "error"));
  g_assert_cmpstr (member (calls, 0, "state"), ==, "error");

  start_hanging_call (e2e, session);
  calls = get_calls (e2e, session, "/calls?state=running", &running);
  g_assert_cmpuint (json_array_get_length (calls), ==, 1);
  last_id = g_strdup (member (calls, 0, "call_id"));
  e2e_kill (e2e);

  e2e_start (e2e);
  call_tool (e2e, session, "test__echo");
  calls = get_calls (e2e, session, "/calls?limit=4", &after);
  g_assert_cmpuint (json_array_get_length (calls), ==, 4);
  g_assert_cmpstr (json_object_get_string_member (after, "next"), ==, member (calls, 3, "call_id"));
  g_assert_cmpstr (member (calls, 1, "call_id"), ==, last_id);
  g_assert_cmpstr (member (calls, 1, "error"), ==, "the daemon ended");
  g_assert_cmpstr (member (calls, 0, "call_id"), >, last_id);
}

/* A request of 2026-07-28 that names no session. */
static void
ask_ambient (E2e *e2e, const char *cwd)
{
  g_autoptr (SoupMessage) message = e2e_new_message (
      e2e, "POST", "/mcp", NULL,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{\"_meta\":{"
      "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
      "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"editor\",\"version\":\"1\"},"
      "\"io.modelcontextprotocol/clientCapabilities\":{}}}}");
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;

  soup_message_headers_append (headers, "Accept", "application/json, text/event-stream");
  soup_message_headers_append (headers, "MCP-Protocol-Version", "2026-07-28");
  soup_message_headers_append (headers, "Mcp-Method", "server/discover");
  soup_message_headers_append (headers, "X-Mcp-Cwd", cwd);
  answer = soup_session_send_and_read (e2e->tcp, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
}

static char *
dup_only_session_id (E2e *e2e)
{
  g_autoptr (JsonObject) list = e2e_http_json (e2e, "GET", "unix:/session", NULL, NULL);
  JsonArray *sessions = json_object_get_array_member (list, "sessions");

  g_assert_cmpuint (json_array_get_length (sessions), ==, 1);
  return g_strdup (
      json_object_get_string_member (json_array_get_object_element (sessions, 0), "session_id"));
}

static void
test_ambient (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_test_summary ("A client that names no session has the same one after a restart, by any name of "
                  "its directory");
  e2e_start (e2e);
  ask_ambient (e2e, "/usr");
  ask_ambient (e2e, "/usr/./bin/..");
  before = dup_only_session_id (e2e);
  kill ((pid_t) atoi (g_subprocess_get_identifier (e2e->process)), SIGTERM);
  g_assert_cmpint (e2e_await_exit (e2e), ==, 0);

  e2e_start (e2e);
  ask_ambient (e2e, "/usr");
  after = dup_only_session_id (e2e);
  g_assert_cmpstr (after, ==, before);
}

/* A client of /mcp or of one server. */
typedef struct
{
  const char *path;
  const char *token; /* (nullable): the client was given a session without asking */
  char *id;          /* (nullable): its Mcp-Session-Id */
  guint64 last_event;
} Client;

/* The id of the last event in a stream; events come in the order of their ids. */
static void
note_events (Client *client, const char *text)
{
  for (const char *at = text; (at = strstr (at, "id: ")) != NULL; at++)
    {
      guint64 id = g_ascii_strtoull (at + strlen ("id: "), NULL, 10);

      if (at > text && at[-1] != '\n')
        continue;
      g_assert_cmpuint (id, >, client->last_event);
      client->last_event = id;
    }
}

/* Returns: the HTTP status */
static guint
send_as_client (E2e *e2e, Client *client, const char *body)
{
  g_autoptr (SoupMessage) message =
      e2e_new_message (e2e, "POST", client->path, client->token, body);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;

  soup_message_headers_append (headers, "Accept", "application/json, text/event-stream");
  if (client->id != NULL)
    soup_message_headers_append (headers, "Mcp-Session-Id", client->id);
  answer = soup_session_send_and_read (e2e->tcp, message, NULL, &error);
  g_assert_no_error (error);
  if (client->id == NULL)
    client->id = g_strdup (soup_message_headers_get_one (
        soup_message_get_response_headers (message), "Mcp-Session-Id"));
  note_events (client, g_bytes_get_data (answer, NULL));
  return soup_message_get_status (message);
}

static const char initialize[] =
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
    "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}";

static void
test_token_goes_on (void)
{
  static const char call[] =
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"count\","
      "\"_meta\":{\"progressToken\":1}}}";
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  Client client = { .path = "/mcp/test" };
  guint64 before = 0;

  g_test_summary (
      "A client with a token goes on after the daemon was killed, on its own path, with "
      "higher ids of events");
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  client.token = json_object_get_string_member (session, "token");
  g_assert_cmpuint (send_as_client (e2e, &client, initialize), ==, 200);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpuint (send_as_client (e2e, &client, call), ==, 200);
      g_assert_cmpuint (client.last_event, >, before);
      before = client.last_event;
      client.path = "/mcp";
      g_assert_cmpuint (send_as_client (e2e, &client, call), ==, 404);
      client.path = "/mcp/test";
      kill ((pid_t) atoi (g_subprocess_get_identifier (e2e->process)), SIGKILL);
      e2e_await_exit (e2e);
      e2e_start (e2e);
    }
  g_free (client.id);
}

static void
test_client_goes_on (void)
{
  static const char ping[] = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}";
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  Client client = { .path = "/mcp" };

  g_test_summary ("A client that does not begin again goes on after a restart, until it leaves");
  e2e_start (e2e);
  g_assert_cmpuint (send_as_client (e2e, &client, initialize), ==, 200);
  g_assert_nonnull (client.id);
  for (guint i = 0; i < 2; i++)
    {
      kill ((pid_t) atoi (g_subprocess_get_identifier (e2e->process)), SIGTERM);
      g_assert_cmpint (e2e_await_exit (e2e), ==, 0);
      e2e_start (e2e);
      g_assert_cmpuint (send_as_client (e2e, &client, ping), ==, 200);
    }
  g_free (client.id);
}

static void
test_stop_ends_calls (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) answer = NULL;
  JsonArray *calls;

  g_test_summary ("A clean stop cancels the calls, and the history says so");
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  start_hanging_call (e2e, session);
  g_subprocess_send_signal (e2e->process, SIGTERM);
  g_assert_cmpint (e2e_await_exit (e2e), ==, 0);

  e2e_start (e2e);
  calls = get_calls (e2e, session, "/calls", &answer);
  g_assert_cmpuint (json_array_get_length (calls), ==, 1);
  g_assert_cmpstr (member (calls, 0, "state"), ==, "cancelled");
}

static void
test_damaged (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *path = NULL;
  g_autoptr (JsonObject) session = NULL;

  g_test_summary ("A damaged database is set aside with a word in the log, and the daemon serves");
  path =
      test_dir_write (e2e->dir, "state/mcp-sessiond/sessions.db", "a letter, not a database", 0600);
  e2e->warnings_expected = TRUE;
  e2e_adopt (e2e, e2e_spawn (e2e, G_SUBPROCESS_FLAGS_STDERR_PIPE, "run", NULL));
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  e2e_kill (e2e);

  e2e_start (e2e);
  g_clear_pointer (&path, g_free);
  path = path_of (session, "");
  assert_status (e2e, "GET", path, token_of (session), 200);
}

static void
test_state_of_another (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *state = e2e_build (e2e, "state");
  g_autofree char *link = e2e_build (e2e, "state/mcp-sessiond");
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *path = NULL;

  g_test_summary ("A link in the directory's place is not followed; all goes on in memory");
  g_assert_cmpint (g_mkdir_with_parents (state, 0700), ==, 0);
  g_assert_cmpint (symlink ("/tmp", link), ==, 0);
  e2e->warnings_expected = TRUE;
  e2e_start (e2e);
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  path = path_of (session, "");
  assert_status (e2e, "GET", path, token_of (session), 200);
}

static void
test_shared_state (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (GSubprocess) second = NULL;
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *output = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A second daemon with the same state directory tells of the first one, and ends");
  e2e_start (e2e);
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  path = path_of (session, "");
  second = e2e_spawn (e2e, G_SUBPROCESS_FLAGS_STDOUT_PIPE, "run2", NULL);
  g_assert_true (g_subprocess_communicate_utf8 (second, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  g_test_message ("%s", output);
  g_assert_cmpint (g_subprocess_get_exit_status (second), ==, 0);
  g_assert_nonnull (strstr (output, "is already running as process"));
  g_assert_nonnull (strstr (output, "daemon.lock"));
  g_assert_nonnull (strstr (output, "/run/mcp-sessiond"));
  assert_status (e2e, "GET", path, token_of (session), 200);
}

static void
test_kill_loop (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  const char *kills = g_getenv ("MCP_TEST_KILLS");

  g_test_summary ("Killed at random points, the daemon keeps every promise it made");
  e2e_start (e2e);
  kill_loop_run (e2e, kills != NULL ? (guint) g_ascii_strtoull (kills, NULL, 10) : 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2e/persistence/created", test_created);
  g_test_add_func ("/e2e/persistence/ended", test_ended);
  g_test_add_func ("/e2e/persistence/numbers", test_numbers);
  g_test_add_func ("/e2e/persistence/clean-stop", test_clean_stop);
  g_test_add_func ("/e2e/persistence/calls", test_calls);
  g_test_add_func ("/e2e/persistence/ambient", test_ambient);
  g_test_add_func ("/e2e/persistence/client-goes-on", test_client_goes_on);
  g_test_add_func ("/e2e/persistence/token-goes-on", test_token_goes_on);
  g_test_add_func ("/e2e/persistence/stop-ends-calls", test_stop_ends_calls);
  g_test_add_func ("/e2e/persistence/damaged", test_damaged);
  g_test_add_func ("/e2e/persistence/state-of-another", test_state_of_another);
  g_test_add_func ("/e2e/persistence/shared-state", test_shared_state);
  g_test_add_func ("/e2e/persistence/kill-loop", test_kill_loop);
  return g_test_run ();
}

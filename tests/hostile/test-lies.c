/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostile.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INITIALIZE                                                                           \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}"
#define HANG                                                                                     \
  "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\"," \
  "\"arguments\":{}}}"
#define ECHO                                                                                     \
  "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"test__echo\"," \
  "\"arguments\":{\"text\":\"x\"}}}"
#define CANCEL \
  "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}"
#define ANSWER "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\",\"content\":{}}}"

/* @fields: each ended by CRLF. */
static char *
build_post (JsonObject *session, const char *fields, const char *body)
{
  return g_strdup_printf ("POST /mcp HTTP/1.1\r\n" HOSTILE_HOST "Authorization: Bearer %s\r\n"
                          "Accept: application/json, text/event-stream\r\n"
                          "Content-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s",
                          hostile_token (session), strlen (body), fields, body);
}

static char *
post (Hostile *h, JsonObject *session, const char *fields, const char *body)
{
  g_autofree char *text = build_post (session, fields, body);

  return hostile_ask (h, HOSTILE_TCP4, text, strlen (text));
}

/* A header field that names a new attachment of @session. */
static char *
attach (Hostile *h, JsonObject *session)
{
  static const char name[] = "\r\nMcp-Session-Id: ";
  g_autofree char *answer = post (h, session, "", INITIALIZE);
  const char *id = strstr (answer, name);

  g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 200);
  g_assert_nonnull (id);
  id += strlen ("\r\n");
  return g_strdup_printf ("%.*s\r\nMCP-Protocol-Version: 2025-11-25\r\n", (int) strcspn (id, "\r"),
                          id);
}

static guint
get_calls (Hostile *h, JsonObject *session)
{
  g_autofree char *path = g_strconcat ("/session/", hostile_id (session), NULL);
  g_autoptr (JsonObject) answer =
      e2e_http_json (h->e2e, "GET", path, hostile_token (session), NULL);

  return (guint) json_object_get_int_member (answer, "calls_in_flight");
}

static void
await_calls (Hostile *h, JsonObject *session, guint n_calls)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (get_calls (h, session) != n_calls)
    g_assert_cmpint (g_get_monotonic_time (), <, until);
}

/* A call of @session's that goes on until its connection is closed. */
static int
begin_hanging_call (Hostile *h, JsonObject *session)
{
  g_autofree char *text = build_post (session, "", HANG);
  int fd = hostile_connect (h, HOSTILE_UNIX);

  mcp_test_socket_send_text (fd, text);
  await_calls (h, session, 1);
  return fd;
}

/* So that what a server takes is no growth. */
static void
start_servers (Hostile *h)
{
  JsonObject *const sessions[] = { h->mine, h->other };

  for (gsize i = 0; i < G_N_ELEMENTS (sessions); i++)
    {
      g_autofree char *answer = post (h, sessions[i], "", ECHO);

      g_assert_nonnull (strstr (answer, "\"result\""));
    }
  h->before = hostile_get_state (h);
}

static void
test_foreign_attachment (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *mine = attach (h, h->mine);
  g_autofree char *own =
      post (h, h->mine, mine, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");
  g_autofree char *foreign =
      post (h, h->other, mine, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");
  g_autofree char *unknown =
      post (h, h->mine, "Mcp-Session-Id: 00000000000000000000000000000000\r\n",
            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");

  g_test_summary ("Another session's attachment is not there");
  g_assert_cmpuint (mcp_test_socket_get_status (own), ==, 200);
  g_assert_cmpuint (mcp_test_socket_get_status (foreign), ==, 404);
  g_assert_cmpuint (mcp_test_socket_get_status (unknown), ==, 404);
  hostile_assert_unharmed (h);
}

static void
test_foreign_cancel (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *attachment = attach (h, h->mine);
  int mine, other;
  g_autofree char *spared = NULL;
  g_autofree char *cancelled = NULL;

  g_test_summary ("Nobody cancels a call of another, whatever id he names");
  start_servers (h);
  mine = begin_hanging_call (h, h->mine);
  other = begin_hanging_call (h, h->other);
  spared = post (h, h->mine, attachment, CANCEL);
  g_assert_cmpuint (mcp_test_socket_get_status (spared), ==, 202);
  g_assert_cmpuint (get_calls (h, h->mine), ==, 1);

  cancelled = post (h, h->other, "", CANCEL);
  g_assert_cmpuint (mcp_test_socket_get_status (cancelled), ==, 202);
  g_free (mcp_test_socket_read_until (other, "\r\n\r\n"));
  await_calls (h, h->other, 0);
  g_assert_cmpuint (get_calls (h, h->mine), ==, 1);
  close (other);
  close (mine);
  await_calls (h, h->mine, 0);
  hostile_assert_unharmed (h);
}

static void
test_answers_to_nothing (void)
{
  static const char *const bodies[] = {
    ANSWER,
    "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"error\":{\"code\":1,\"message\":\"x\"}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/no/such\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":1,"
    "\"progress\":1}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":{}}}",
  };
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *attachment = attach (h, h->mine);

  g_test_summary ("Answers to what nobody asked, and notices of what is not, change nothing");
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *answer = post (h, h->mine, attachment, bodies[i]);

      g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 202);
    }
  hostile_assert_unharmed (h);
}

static void
test_messages (void)
{
  static const char *const bodies[] = {
    "1",
    "null",
    "\"x\"",
    "{}",
    "[]",
    "[1,2]",
    "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":[]}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":1}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"\\u0000\"}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":5}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
  };
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("What is no message of the protocol is a client's error");
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *answer = post (h, h->mine, "", bodies[i]);

      g_test_message ("%s: %u", bodies[i], mcp_test_socket_get_status (answer));
      g_assert_cmpuint (mcp_test_socket_get_status (answer), <, 500);
      g_assert_true (mcp_test_socket_get_status (answer) >= 400 ||
                     strstr (answer, "\"error\"") != NULL);
    }
  hostile_assert_unharmed (h);
}

static void
test_long_uri (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *attachment = attach (h, h->mine);
  g_autofree char *uri = g_strnfill (9000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":"
                                           "\"resources/subscribe\",\"params\":{\"uri\":\"%s\"}}",
                                           uri);
  g_autofree char *answer = post (h, h->mine, attachment, body);

  g_test_summary ("What is remembered of a client that watches is as long as a URI");
  g_assert_nonnull (strstr (answer, "\"code\":-32602"));
  g_assert_nonnull (strstr (answer, "8,192"));
  hostile_assert_unharmed (h);
}

#define META                                                                                       \
  "\"_meta\":{\"progressToken\":\"p\",\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
  "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"c\",\"version\":\"1\"},"                     \
  "\"io.modelcontextprotocol/clientCapabilities\":{\"elicitation\":{}}}"

/* A call of a client of 2026-07-28; @more: (nullable): members of its params. */
static char *
post_modern (Hostile *h,
             JsonObject *session,
             const char *tool,
             const char *arguments,
             const char *more)
{
  g_autofree char *fields = g_strdup_printf ("MCP-Protocol-Version: 2026-07-28\r\n"
                                             "Mcp-Method: tools/call\r\nMcp-Name: test__%s\r\n",
                                             tool);
  g_autofree char *body = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__%s\","
      "\"arguments\":%s,%s" META "}}",
      tool, arguments, more != NULL ? more : "");

  return post (h, session, fields, body);
}

static void
test_forged_state (void)
{
  static const char *const states[] = {
    "", "x", "mcpsd-00000000000000000000000000000000", "mcpsd-", "%00", "e30=",
  };
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("A state that the daemon did not give continues nothing of its own");
  start_servers (h);
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *more = g_strdup_printf (
          "\"requestState\":\"%s\",\"inputResponses\":{\"a\":{\"action\":\"accept\"}},", states[i]);
      g_autofree char *answer = post_modern (h, h->mine, "echo", "{\"text\":\"x\"}", more);

      g_test_message ("%s: %s", states[i], answer);
      g_assert_cmpuint (mcp_test_socket_get_status (answer), <, 500);
      if (g_str_has_prefix (states[i], "mcpsd-0"))
        g_assert_nonnull (strstr (answer, "-32602"));
    }
  g_assert_cmpuint (get_calls (h, h->mine), ==, 0);
  hostile_assert_unharmed (h);
}

#define QUESTION                                                                             \
  "{\"method\":\"elicitation/create\",\"params\":{\"message\":\"Why?\",\"requestedSchema\":" \
  "{\"type\":\"object\",\"properties\":{\"why\":{\"type\":\"string\"}}}}}"

static JsonObject *
parse_result (const char *answer)
{
  const char *body = strstr (answer, "\r\n\r\n");
  g_autoptr (JsonNode) root = NULL;

  g_assert_nonnull (body);
  root = json_from_string (body, NULL);
  g_assert_nonnull (root);
  g_assert_true (json_object_has_member (json_node_get_object (root), "result"));
  return json_object_ref (json_object_get_object_member (json_node_get_object (root), "result"));
}

/* What continues a call that has asked its client: members of params. */
static char *
build_continuation (JsonObject *result, const char *state)
{
  g_autoptr (GList) keys =
      json_object_get_members (json_object_get_object_member (result, "inputRequests"));

  g_assert_cmpuint (g_list_length (keys), ==, 1);
  return g_strdup_printf (
      "\"requestState\":\"%s\",\"inputResponses\":{\"%s\":{\"action\":\"accept\","
      "\"content\":{\"why\":\"because\"}}},",
      state, (const char *) keys->data);
}

static void
assert_continues_nothing (Hostile *h, JsonObject *session, const char *more)
{
  g_autofree char *answer = post_modern (h, session, "ask", QUESTION, more);

  g_assert_cmpuint (mcp_test_socket_get_status (answer), <, 500);
  g_assert_nonnull (strstr (answer, "-32602"));
  g_assert_null (strstr (answer, "because"));
}

static void
test_foreign_state (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autoptr (JsonObject) asked = NULL;
  g_autofree char *question = NULL;
  g_autofree char *tampered_state = NULL;
  g_autofree char *tampered = NULL;
  g_autofree char *right = NULL;
  g_autofree char *result = NULL;
  const char *state;

  g_test_summary (
      "The state of a call continues it in its own session only, as it was given, once");
  start_servers (h);
  question = post_modern (h, h->mine, "ask", QUESTION, NULL);
  asked = parse_result (question);
  g_assert_cmpstr (json_object_get_string_member (asked, "resultType"), ==, "input_required");
  state = json_object_get_string_member (asked, "requestState");
  right = build_continuation (asked, state);
  tampered_state = g_strdup (state);
  tampered_state[strlen (state) - 2] ^= 1;
  tampered = build_continuation (asked, tampered_state);

  assert_continues_nothing (h, h->other, right);
  assert_continues_nothing (h, h->mine, tampered);
  result = post_modern (h, h->mine, "ask", QUESTION, right);
  g_assert_nonnull (strstr (result, "because"));
  assert_continues_nothing (h, h->mine, right);
  g_assert_cmpuint (get_calls (h, h->mine), ==, 0);
  hostile_assert_unharmed (h);
}

/* What servers say reaches a stream, too. */
static void
test_injected_by_server (void)
{
  static const char text[] =
      "\\r\\n\\r\\nevent: closed\\ndata: {}\\n\\n\\u001b[2J\\u0000\\u202e\\u2028";
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *count = g_strdup_printf ("{\"steps\":3,\"message\":\"%s\"}", text);
  g_autofree char *fail = g_strdup_printf ("{\"text\":\"%s\"}", text);
  g_autofree char *counted = NULL;
  g_autofree char *failed = NULL;

  g_test_summary ("Text from a server cannot make another event, nor a header");
  start_servers (h);
  counted = post_modern (h, h->mine, "count", count, NULL);
  failed = post_modern (h, h->mine, "fail", fail, NULL);
  g_assert_cmpuint (hostile_count (counted, "\ndata: {"), ==, 4);
  g_assert_nonnull (strstr (counted, "counted to 3"));
  g_assert_nonnull (strstr (failed, "isError"));
  for (guint i = 0; i < 2; i++)
    {
      const char *answer = i == 0 ? counted : failed;

      g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 200);
      g_assert_cmpuint (hostile_count (answer, "\nevent: closed"), ==, 0);
      g_assert_cmpuint (hostile_count (answer, "\ndata: {}"), ==, 0);
      g_assert_null (strchr (answer, '\x1b'));
    }
  hostile_assert_unharmed (h);
}

/* A server of nothing, which remembers what it is sent. */
static int
listen_somewhere (guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  *port = ntohs (address.sin_port);
  return fd;
}

static void
serve_one (int listener, GString *seen)
{
  int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  g_autofree char *head = mcp_test_socket_read_until (fd, "\r\n\r\n");

  g_string_append (seen, head);
  mcp_test_socket_send_text (fd,
                             "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  shutdown (fd, SHUT_WR);
  g_free (mcp_test_socket_read_all (fd));
  close (fd);
}

/* All that reaches the server until @client has its answer. */
static char *
collect_heads (int listener, int client)
{
  GString *seen = g_string_new (NULL);

  for (;;)
    {
      struct pollfd fds[] = { { .fd = listener, .events = POLLIN },
                              { .fd = client, .events = POLLIN } };

      g_assert_cmpint (poll (fds, 2, 20000), >, 0);
      if (fds[0].revents != 0)
        serve_one (listener, seen);
      else
        return g_string_free (seen, FALSE);
    }
}

static void
test_credentials_stay (void)
{
  static const char *const names[] = { "authorization:", "cookie:", "x-mcp-session:",
                                       "mcp-session-id:", "x-mcp-cwd:" };
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *attachment = attach (h, h->mine);
  g_autofree char *fields = g_strdup_printf ("%sX-Mcp-Session: %s\r\nCookie: secret=1\r\n",
                                             attachment, hostile_id (h->mine));
  g_autofree char *request =
      build_post (h->mine, fields, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}");
  g_autofree char *config = NULL;
  g_autofree char *seen = NULL;
  guint16 port;
  int listener = listen_somewhere (&port), client;

  g_test_summary ("What a client says to open its session is for us, and goes to no server");
  config =
      g_strdup_printf ("{\"mcpServers\":{\"remote\":{\"url\":\"http://127.0.0.1:%u/x\"}}}", port);
  g_free (test_dir_write (h->e2e->dir, "config/mcp-sessiond/mcp.json", config, 0600));
  e2e_await_log (h->e2e, "1 server");
  client = hostile_connect (h, HOSTILE_TCP4);
  mcp_test_socket_send_text (client, request);
  seen = collect_heads (listener, client);
  close (client);
  close (listener);

  g_assert_nonnull (strstr (seen, "POST /x HTTP/1.1\r\n"));
  g_assert_null (strstr (seen, hostile_token (h->mine)));
  g_assert_null (strstr (seen, hostile_id (h->mine)));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *lower = g_ascii_strdown (seen, -1);

      g_assert_null (strstr (lower, names[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/lies/foreign-attachment", test_foreign_attachment);
  g_test_add_func ("/hostile/lies/foreign-cancel", test_foreign_cancel);
  g_test_add_func ("/hostile/lies/answers-to-nothing", test_answers_to_nothing);
  g_test_add_func ("/hostile/lies/messages", test_messages);
  g_test_add_func ("/hostile/lies/long-uri", test_long_uri);
  g_test_add_func ("/hostile/lies/forged-state", test_forged_state);
  g_test_add_func ("/hostile/lies/foreign-state", test_foreign_state);
  g_test_add_func ("/hostile/lies/injected-by-server", test_injected_by_server);
  g_test_add_func ("/hostile/lies/credentials-stay", test_credentials_stay);
  return g_test_run ();
}

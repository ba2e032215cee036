/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostile.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INITIALIZE                                                                           \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}"
#define HANG                                                                                     \
  "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"test__hang\"," \
  "\"arguments\":{}}}"
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

  g_assert_cmpuint (hostile_status (answer), ==, 200);
  g_assert_nonnull (id);
  id += strlen ("\r\n");
  return g_strdup_printf ("%.*s\r\nMCP-Protocol-Version: 2025-11-25\r\n", (int) strcspn (id, "\r"),
                          id);
}

static guint
count_calls (Hostile *h, JsonObject *session)
{
  g_autofree char *path = g_strconcat ("/session/", hostile_id (session), NULL);
  g_autoptr (JsonObject) answer =
      e2e_http_json (h->e2e, "GET", path, hostile_token (session), NULL);

  return (guint) json_object_get_int_member (answer, "calls_in_flight");
}

/* A call of @session's that goes on until its connection is closed. */
static int
begin_hanging_call (Hostile *h, JsonObject *session)
{
  g_autofree char *text = build_post (session, "", HANG);
  int fd = hostile_connect (h, HOSTILE_UNIX);

  hostile_send_text (fd, text);
  while (count_calls (h, session) == 0)
    ;
  return fd;
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
  g_assert_cmpuint (hostile_status (own), ==, 200);
  g_assert_cmpuint (hostile_status (foreign), ==, 404);
  g_assert_cmpuint (hostile_status (unknown), ==, 404);
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
  h->before.n_children += 2; /* the servers of the calls stay for a while */
  h->before.n_fds += 32;
  mine = begin_hanging_call (h, h->mine);
  other = begin_hanging_call (h, h->other);
  spared = post (h, h->mine, attachment, CANCEL);
  g_assert_cmpuint (hostile_status (spared), ==, 202);
  g_assert_cmpuint (count_calls (h, h->mine), ==, 1);

  cancelled = post (h, h->other, "", CANCEL);
  g_assert_cmpuint (hostile_status (cancelled), ==, 202);
  g_free (hostile_read_until (other, "\r\n\r\n"));
  while (count_calls (h, h->other) > 0)
    ;
  g_assert_cmpuint (count_calls (h, h->mine), ==, 1);
  close (other);
  close (mine);
  while (count_calls (h, h->mine) > 0)
    ;
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

      g_assert_cmpuint (hostile_status (answer), ==, 202);
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

      g_test_message ("%s: %u", bodies[i], hostile_status (answer));
      g_assert_cmpuint (hostile_status (answer), <, 500);
      g_assert_true (hostile_status (answer) >= 400 || strstr (answer, "\"error\"") != NULL);
    }
  hostile_assert_unharmed (h);
}

#define META                                                                   \
  "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","     \
  "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"c\",\"version\":\"1\"}," \
  "\"io.modelcontextprotocol/clientCapabilities\":{\"elicitation\":{}}}"

static void
test_forged_state (void)
{
  static const char *const states[] = {
    "", "x", "mcpsd-00000000000000000000000000000000", "mcpsd-", "%00", "e30=",
  };
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("A state that the daemon did not give continues nothing of its own");
  h->before.n_children += 1;
  h->before.n_fds += 16;
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *body = g_strdup_printf (
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":"
          "\"test__echo\",\"arguments\":{\"text\":\"x\"},\"requestState\":\"%s\","
          "\"inputResponses\":{\"a\":{\"action\":\"accept\"}}," META "}}",
          states[i]);
      g_autofree char *answer =
          post (h, h->mine,
                "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
                "Mcp-Name: test__echo\r\n",
                body);

      g_test_message ("%s: %s", states[i], answer);
      g_assert_cmpuint (hostile_status (answer), <, 500);
      if (g_str_has_prefix (states[i], "mcpsd-0"))
        g_assert_nonnull (strstr (answer, "-32602"));
    }
  g_assert_cmpuint (count_calls (h, h->mine), ==, 0);
  hostile_assert_unharmed (h);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/lies/foreign-attachment", test_foreign_attachment);
  g_test_add_func ("/hostile/lies/foreign-cancel", test_foreign_cancel);
  g_test_add_func ("/hostile/lies/answers-to-nothing", test_answers_to_nothing);
  g_test_add_func ("/hostile/lies/messages", test_messages);
  g_test_add_func ("/hostile/lies/forged-state", test_forged_state);
  return g_test_run ();
}

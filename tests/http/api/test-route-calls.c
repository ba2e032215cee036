/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "mcp-test-http.h"
#include "session/store/mcp-session-persist.h"

#include <string.h>
#include <sys/socket.h>

/* A server with a history, in memory. */
typedef struct
{
  McpTestHttp *http;
  McpSessionDb *db;
  McpCallHistory *history;
  McpSessionPersist *persist;
  McpSession *session;
  char *token;
  GMutex gate; /* the database's thread waits for it where a test says so */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->http = mcp_test_http_new ();
  f->db = mcp_session_db_open (NULL, NULL);
  f->history = mcp_call_history_new (f->db, &error);
  g_assert_no_error (error);
  f->persist = mcp_session_persist_new (f->http->store, f->db, f->history, &error);
  g_assert_no_error (error);
  mcp_session_db_start (f->db);
  mcp_gateway_set_history (f->http->gateway, f->history);
  f->session = mcp_test_http_create_session (f->http, &f->token);
  g_mutex_init (&f->gate);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_true (mcp_session_db_close (f->db, 20000));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  mcp_gateway_set_history (f->http->gateway, NULL);
  g_assert_finalize_object (f->persist);
  mcp_test_http_free (f->http);
  g_assert_finalize_object (f->history);
  g_assert_finalize_object (f->db);
  g_free (f->token);
  g_mutex_clear (&f->gate);
}

static char *
make_call (Fixture *f, McpSession *session, const char *tool)
{
  char *call_id = mcp_call_history_next_id (f->history);

  mcp_call_history_end (f->history,
                        mcp_call_history_begin (f->history, call_id, mcp_session_get_id (session),
                                                tool, "server", NULL),
                        MCP_PROGRESS_STATE_OK, NULL);
  return call_id;
}

static McpTestReply *
get (Fixture *f, const char *query, const char *token)
{
  g_autofree char *target =
      g_strdup_printf ("/session/%s/calls%s", mcp_session_get_id (f->session), query);
  g_autofree char *fields = mcp_test_bearer (token);

  return mcp_test_http_request (f->http, MCP_TEST_TCP, "GET", target, fields, NULL);
}

static void
test_calls (Fixture *f, gconstpointer data)
{
  g_autofree char *first = make_call (f, f->session, "a__b");
  g_autofree char *second = make_call (f, f->session, "a__c");
  g_autofree char *query = g_strdup_printf ("?before=%s&limit=5", second);
  g_autoptr (McpTestReply) all = get (f, "", f->token);
  g_autoptr (McpTestReply) one = get (f, "?limit=1", f->token);
  g_autoptr (McpTestReply) older = get (f, query, f->token);
  g_autoptr (McpTestReply) escaped = get (f, "?tool=a%5F%5fc&state=ok", f->token);
  g_autoptr (McpTestReply) none = get (f, "?tool=x&", f->token);

  g_test_summary ("The newest calls first, by the query's keys");
  g_assert_cmpuint (all->status, ==, 200);
  g_assert_nonnull (strstr (all->body, second));
  g_assert_cmpuint (strstr (all->body, second) - all->body, <,
                    strstr (all->body, first) - all->body);
  g_assert_null (strstr (all->body, "next"));
  g_assert_null (strstr (one->body, first));
  g_assert_nonnull (strstr (one->body, "],\"next\":\""));
  g_assert_null (strstr (older->body, second));
  g_assert_nonnull (strstr (older->body, first));
  g_assert_null (strstr (escaped->body, first));
  g_assert_nonnull (strstr (escaped->body, second));
  mcp_test_assert_error (none, 400, "bad_request");
}

static void
test_bad_queries (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = {
    "?limit=0", "?limit=1001", "?limit",     "?limit=1&limit=2", "?limit=1&",
    "?&",       "?Limit=1",    "?offset=1",  "?state=done",      "?before=12",
    "?tool=",   "?tool=%FF",   "?tool=a%00", "?limit=%31%30x",   "?before=c-0x1",
    "?=",       "?limit=+1",
  };

  g_test_summary ("Unknown keys, keys given twice and bad values are 400");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (McpTestReply) reply = get (f, bad[i], f->token);

      g_test_message ("%s", bad[i]);
      mcp_test_assert_error (reply, 400, "bad_request");
    }
}

static void
test_access (Fixture *f, gconstpointer data)
{
  g_autofree char *other_token = NULL;
  McpSession *other = mcp_test_http_create_session (f->http, &other_token);
  g_autofree char *foreign_call = make_call (f, other, "a__b");
  g_autofree char *target = g_strdup_printf ("/session/%s/calls", mcp_session_get_id (f->session));
  g_autoptr (McpTestReply) foreign = get (f, "", other_token);
  g_autoptr (McpTestReply) own = get (f, "", f->token);
  g_autoptr (McpTestReply) owner = mcp_test_http_owner (f->http, "GET", target);
  g_autoptr (McpTestReply) head = mcp_test_http_owner (f->http, "HEAD", target);
  g_autoptr (McpTestReply) post = mcp_test_http_owner (f->http, "POST", target);

  g_test_summary ("A session sees its own calls and nobody else's");
  mcp_test_assert_error (foreign, 401, "unauthorized");
  g_assert_cmpstr (own->body, ==, "{\"calls\":[]}");
  g_assert_cmpstr (owner->body, ==, "{\"calls\":[]}");
  g_assert_cmpuint (head->status, ==, 200);
  mcp_test_assert_error (post, 405, "method_not_allowed");
}

static void
test_no_history (Fixture *f, gconstpointer data)
{
  g_autoptr (McpTestReply) reply = NULL;

  g_test_summary ("Without a history it is 503");
  mcp_gateway_set_history (f->http->gateway, NULL);
  reply = get (f, "", f->token);
  mcp_test_assert_error (reply, 503, "service_unavailable");
}

static gboolean
wait_at_gate (McpSql *sql, gpointer gate, GError **error)
{
  g_mutex_lock (gate);
  g_mutex_unlock (gate);
  return TRUE;
}

static void
close_gate (Fixture *f)
{
  g_mutex_lock (&f->gate);
  mcp_session_db_write (f->db, wait_at_gate, &f->gate, NULL);
}

/* Sends a request whose answer waits; nothing of it comes. By the Unix socket, which says at once
   who asks: over TCP that is looked for first, and who has left by then is not served. */
static McpTestStream *
send_held (Fixture *f, const char *method, const char *target, const char *token)
{
  g_autofree char *fields = token != NULL ? mcp_test_bearer (token) : g_strdup ("");
  g_autofree char *text = g_strdup_printf (
      "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n%s\r\n", method, target, fields);
  McpTestStream *stream = mcp_test_stream_connect (f->http, MCP_TEST_UNIX);
  char byte;

  mcp_test_stream_send (stream, text, strlen (text));
  mcp_test_http_fence (f->http);
  g_assert_cmpint (recv (stream->fd, &byte, 1, MSG_DONTWAIT), <, 0);
  return stream;
}

static void
test_held (Fixture *f, gconstpointer data)
{
  const char *id = mcp_session_get_id (f->session);
  g_autofree char *token_target = g_strdup_printf ("/session/%s/token", id);
  g_autofree char *target = g_strdup_printf ("/session/%s", id);
  g_autoptr (McpTestStream) create = NULL;
  g_autoptr (McpTestStream) rotate = NULL;
  g_autoptr (McpTestStream) end = NULL;
  g_autofree char *create_head = NULL;
  g_autofree char *rotate_head = NULL;
  g_autofree char *end_head = NULL;
  g_autofree char *token = NULL;

  g_test_summary ("Who makes or ends a session, or renews a token, hears of it when it is kept");
  close_gate (f);
  create = send_held (f, "POST", "/session", NULL);
  rotate = send_held (f, "POST", token_target, f->token);
  g_assert_null (mcp_session_store_find_by_token (f->http->store, f->token));
  token = mcp_session_store_rotate_token (f->http->store, f->session, NULL);
  end = send_held (f, "DELETE", target, token);
  g_mutex_unlock (&f->gate);

  create_head = mcp_test_stream_read_until (create, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (create_head, "HTTP/1.1 200"));
  rotate_head = mcp_test_stream_read_until (rotate, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (rotate_head, "HTTP/1.1 200"));
  end_head = mcp_test_stream_read_until (end, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (end_head, "HTTP/1.1 204"));
}

static void
test_all_sessions (Fixture *f, gconstpointer data)
{
  g_autofree char *bearer = mcp_test_bearer (f->token);
  g_autoptr (McpTestReply) all = mcp_test_http_owner (f->http, "GET", "/calls?limit=10");
  g_autoptr (McpTestReply) by_token =
      mcp_test_http_request (f->http, MCP_TEST_TCP, "GET", "/calls", bearer, NULL);

  g_test_summary ("The owner sees the calls of all sessions; a session's token is not enough");
  g_assert_cmpuint (all->status, ==, 200);
  g_assert_true (g_str_has_prefix (all->body, "{\"calls\":["));
  mcp_test_assert_error (by_token, 401, "unauthorized");
}

static void
test_client_leaves (Fixture *f, gconstpointer data)
{
  g_autofree char *target = g_strdup_printf ("/session/%s/calls", mcp_session_get_id (f->session));

  g_test_summary ("A client that leaves meanwhile costs nothing; what it asked for happens");
  close_gate (f);
  mcp_test_stream_free (send_held (f, "POST", "/session", NULL));
  mcp_test_stream_free (send_held (f, "GET", target, f->token));
  mcp_test_http_wait_connections (f->http, 0);
  g_mutex_unlock (&f->gate);
  AWAIT (mcp_session_store_get_n_sessions (f->http->store) == 2);
}

static void
test_server_closes (Fixture *f, gconstpointer data)
{
  g_autoptr (McpTestStream) create = NULL;

  g_test_summary ("A server that closes meanwhile does not wait for the disk");
  close_gate (f);
  create = send_held (f, "POST", "/session", NULL);
  mcp_http_server_close (f->http->server);
  mcp_test_stream_expect_eof (create);
  g_mutex_unlock (&f->gate);
}

static void
test_one (Fixture *f, gconstpointer data)
{
  g_autofree char *other_token = NULL;
  McpSession *other = mcp_test_http_create_session (f->http, &other_token);
  g_autofree char *call_id = make_call (f, other, "a__b");
  g_autofree char *target = g_strconcat ("/calls/", call_id, NULL);
  g_autofree char *begin = g_strdup_printf ("{\"call_id\":\"%s\",\"session_id\":\"%s\"", call_id,
                                            mcp_session_get_id (other));
  g_autofree char *fields = mcp_test_bearer (other_token);
  g_autoptr (McpTestReply) one = mcp_test_http_owner (f->http, "GET", target);
  g_autoptr (McpTestReply) none = mcp_test_http_owner (f->http, "GET", "/calls/c-000099");
  g_autoptr (McpTestReply) no_id = mcp_test_http_owner (f->http, "GET", "/calls/x");
  g_autoptr (McpTestReply) foreign =
      mcp_test_http_request (f->http, MCP_TEST_TCP, "GET", target, fields, NULL);

  g_test_summary ("The owner sees one call by its id");
  g_assert_cmpuint (one->status, ==, 200);
  g_assert_true (g_str_has_prefix (one->body, begin));
  g_assert_nonnull (strstr (one->body, "\"state\":\"ok\"}"));
  mcp_test_assert_error (none, 404, "not_found");
  mcp_test_assert_error (no_id, 404, "not_found");
  mcp_test_assert_error (foreign, 401, "unauthorized");
}

#define add(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/http/route-calls/calls", test_calls);
  add ("/http/route-calls/bad-queries", test_bad_queries);
  add ("/http/route-calls/access", test_access);
  add ("/http/route-calls/no-history", test_no_history);
  add ("/http/route-calls/all-sessions", test_all_sessions);
  add ("/http/route-calls/one", test_one);
  add ("/http/route-calls/held", test_held);
  add ("/http/route-calls/client-leaves", test_client_leaves);
  add ("/http/route-calls/server-closes", test_server_closes);
  return g_test_run ();
}

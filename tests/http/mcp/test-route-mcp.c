/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "gateway/client/mcp-attachment.h"
#include "mcp-fixture.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define INITIALIZE                                                       \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{" \
  "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"              \
  "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define PING        "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}"
#define PONG        "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}"

static McpTestReply *
post_by (McpFixture *f, McpTestTransport transport, const char *fields, const char *body)
{
  g_autofree char *all = g_strconcat ("Content-Type: application/json\r\n"
                                      "Accept: application/json, text/event-stream\r\n",
                                      fields, NULL);

  return mcp_test_http_request (f->http, transport, "POST", "/mcp", all, body);
}

static McpTestReply *
post (McpFixture *f, const char *fields, const char *body)
{
  return post_by (f, MCP_TEST_TCP, fields, body);
}

static void
assert_result (McpTestReply *reply)
{
  g_autofree char *type = mcp_test_reply_dup_field (reply, "Content-Type");

  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpstr (type, ==, "application/json");
  g_assert_nonnull (strstr (reply->body, "\"result\":"));
}

static void
assert_rpc_error (McpTestReply *reply, guint status, const char *id, int code)
{
  g_autofree char *begin =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,", id, code);

  g_assert_cmpuint (reply->status, ==, status);
  if (!g_str_has_prefix (reply->body, begin))
    g_error ("Not the error %d of %s: %s", code, id, reply->body);
}

/* Returns: (transfer full): the header fields by which the new attachment is used. */
static char *
initialize (McpFixture *f, const char *fields)
{
  g_autoptr (McpTestReply) reply = post (f, fields, INITIALIZE);
  g_autofree char *id = mcp_test_reply_dup_field (reply, MCP_HEADER_SESSION_ID);

  assert_result (reply);
  g_assert_nonnull (id);
  g_assert_nonnull (strstr (reply->body, "\"protocolVersion\":\"2025-06-18\""));
  return g_strdup_printf ("%s" MCP_HEADER_SESSION_ID ": %s\r\n", fields, id);
}

static void
test_attach_by_token (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (McpTestReply) notified = NULL;
  g_autoptr (McpTestReply) ping = NULL;

  g_test_summary ("Each initialize with a token makes an attachment in that session");
  mcp_fixture_init (&f);
  first = initialize (&f, f.bearer);
  second = initialize (&f, f.bearer);
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, 1);

  notified = post (&f, first, INITIALIZED);
  g_assert_cmpuint (notified->status, ==, 202);
  g_assert_cmpuint (notified->n_body, ==, 0);
  ping = post (&f, first, PING);
  assert_result (ping);
  g_assert_cmpstr (ping->body, ==, PONG);
}

static void
test_default_attachment (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *named = NULL;
  g_autofree char *id = NULL;
  g_autoptr (McpTestReply) ping = NULL;
  g_autoptr (McpTestReply) with_name = NULL;
  g_autoptr (McpTestReply) list = NULL;

  g_test_summary ("A token alone is enough for a request; the session may be named beside it");
  mcp_fixture_init (&f);
  ping = post (&f, f.bearer, PING);
  assert_result (ping);
  g_assert_cmpstr (ping->body, ==, PONG);
  id = mcp_test_reply_dup_field (ping, MCP_HEADER_SESSION_ID);
  g_assert_null (id);

  named = g_strdup_printf ("%s" MCP_HEADER_DAEMON_SESSION ": %s\r\n", f.bearer,
                           mcp_session_get_id (f.session));
  with_name = post (&f, named, PING);
  assert_result (with_name);
  list = post (&f, f.bearer, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}");
  assert_result (list);
  g_assert_nonnull (strstr (list->body, "\"tools\":[]"));
}

static void
test_wrong_session (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *other_token = NULL;
  McpSession *other;
  g_autofree char *mismatch = NULL;
  g_autofree char *without_token = NULL;
  g_autofree char *attached = NULL;
  g_autofree char *stolen = NULL;
  g_autoptr (McpTestReply) named_wrong = NULL;
  g_autoptr (McpTestReply) named_only = NULL;
  g_autoptr (McpTestReply) with_other = NULL;
  g_autoptr (McpTestReply) with_none = NULL;

  g_test_summary ("Neither another session's name nor its attachment's id gets one into it");
  mcp_fixture_init (&f);
  other = mcp_test_http_create_session (f.http, &other_token);
  mismatch = g_strdup_printf ("%s" MCP_HEADER_DAEMON_SESSION ": %s\r\n", f.bearer,
                              mcp_session_get_id (other));
  named_wrong = post (&f, mismatch, PING);
  mcp_test_assert_error (named_wrong, 401, "unauthorized");
  without_token = g_strdup (strstr (mismatch, MCP_HEADER_DAEMON_SESSION));
  named_only = post (&f, without_token, PING);
  mcp_test_assert_error (named_only, 401, "unauthorized");

  attached = initialize (&f, f.bearer);
  stolen = g_strdup_printf ("Authorization: Bearer %s\r\n%s", other_token,
                            strstr (attached, MCP_HEADER_SESSION_ID));
  with_other = post (&f, stolen, PING);
  assert_rpc_error (with_other, 404, "\"p\"", -32600);
  with_none = post (&f, strstr (attached, MCP_HEADER_SESSION_ID), PING);
  mcp_test_assert_error (with_none, 401, "unauthorized");
}

static void
test_owner_chooses (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *named = NULL;
  g_autoptr (McpTestReply) ping = NULL;
  g_autoptr (McpTestReply) unknown = NULL;

  g_test_summary ("The owner may name the session it means");
  mcp_fixture_init (&f);
  named = g_strdup_printf (MCP_HEADER_DAEMON_SESSION ": %s\r\n", mcp_session_get_id (f.session));
  ping = post_by (&f, MCP_TEST_UNIX, named, PING);
  assert_result (ping);
  unknown = post_by (&f, MCP_TEST_UNIX, MCP_HEADER_DAEMON_SESSION ": x\r\n", PING);
  mcp_test_assert_error (unknown, 404, "not_found");
}

static McpSession *
find_made (McpFixture *f)
{
  g_autoptr (GPtrArray) sessions = mcp_session_store_list (f->http->store);

  g_assert_cmpuint (sessions->len, ==, 2);
  return g_ptr_array_index (sessions, g_ptr_array_index (sessions, 0) == f->session ? 1 : 0);
}

static void
test_own_session (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *with_cwd = NULL;
  g_autofree char *attached = NULL;
  g_autofree char *id_only = NULL;
  g_autoptr (McpTestReply) ping = NULL;
  g_autoptr (McpTestReply) gone = NULL;
  g_autoptr (McpTestReply) after = NULL;
  McpSession *made;

  g_test_summary ("Without a token, initialize makes a session that ends with its attachment");
  mcp_fixture_init (&f);
  with_cwd = g_strdup_printf (MCP_HEADER_CWD ": %s\r\n", f.http->directory);
  attached = initialize (&f, with_cwd);
  made = find_made (&f);
  g_assert_cmpstr (mcp_session_get_cwd (made), ==, f.http->directory);
  g_assert_false (mcp_session_has_token (made));

  id_only = g_strdup (strstr (attached, MCP_HEADER_SESSION_ID));
  ping = post (&f, id_only, PING);
  assert_result (ping);
  gone = mcp_test_http_request (f.http, MCP_TEST_TCP, "DELETE", "/mcp", id_only, NULL);
  g_assert_cmpuint (gone->status, ==, 204);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, 1);
  after = post (&f, id_only, PING);
  assert_rpc_error (after, 404, "\"p\"", -32600);
}

static void
test_own_session_by_pid (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *cwd = g_get_current_dir ();
  g_autoptr (McpTestReply) local = NULL;
  g_autoptr (McpTestReply) relative = NULL;
  McpSession *made;

  g_test_summary (
      "A plain client works in its process's directory, or in the one that it names, and "
      "its session has its name");
  mcp_fixture_init (&f);
  local = post_by (&f, MCP_TEST_UNIX, "", INITIALIZE);
  assert_result (local);
  made = find_made (&f);
  g_assert_cmpstr (mcp_session_get_cwd (made), ==, cwd);
  g_assert_cmpstr (mcp_session_get_label (made), ==, "t");

  relative = post (&f, MCP_HEADER_CWD ": a/b\r\n", INITIALIZE);
  assert_rpc_error (relative, 400, "1", -32600);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, 2);
}

static void
test_refused_initialize (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autoptr (McpTestReply) reply = NULL;
  g_autofree char *id = NULL;

  g_test_summary ("An initialize that fails leaves neither attachment nor session");
  mcp_fixture_init (&f);
  reply = post (&f, "", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}");
  assert_rpc_error (reply, 200, "1", -32602);
  id = mcp_test_reply_dup_field (reply, MCP_HEADER_SESSION_ID);
  g_assert_null (id);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, 1);
}

static void
test_nobody (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autoptr (McpTestReply) ping = NULL;
  g_autoptr (McpTestReply) notified = NULL;
  g_autoptr (McpTestReply) unknown = NULL;

  g_test_summary ("Without token and attachment only initialize is possible");
  mcp_fixture_init (&f);
  ping = post (&f, "", PING);
  assert_rpc_error (ping, 400, "\"p\"", -32600);
  notified = post (&f, "", INITIALIZED);
  assert_rpc_error (notified, 400, "null", -32600);
  unknown = post (&f, MCP_HEADER_SESSION_ID ": x\r\n", PING);
  assert_rpc_error (unknown, 404, "\"p\"", -32600);
}

static void
test_malformed (void)
{
  static const struct
  {
    const char *body;
    const char *id;
    int code;
  } cases[] = {
    { "", "null", -32700 },
    { "{", "null", -32700 },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} {}", "null", -32700 },
    { "[" PING "]", "null", -32600 },
    { "[]", "null", -32600 },
    { "7", "null", -32600 },
    { "{\"jsonrpc\":\"1.0\",\"id\":9,\"method\":\"ping\"}", "9", -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", "null", -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", "null", -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":7}", "3", -32600 },
  };
  g_auto (McpFixture) f = { NULL };
  g_autoptr (McpTestReply) form = NULL;

  g_test_summary ("What is no JSON-RPC message is 400, with the id where there is one");
  mcp_fixture_init (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (McpTestReply) reply = post (&f, f.bearer, cases[i].body);

      g_test_message ("%s", cases[i].body);
      assert_rpc_error (reply, 400, cases[i].id, cases[i].code);
    }

  form = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", "/mcp", f.bearer, PING);
  mcp_test_assert_error (form, 415, "unsupported_media_type");
}

static void
test_version_header (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *good = NULL;
  g_autofree char *bad = NULL;
  g_autoptr (McpTestReply) accepted = NULL;
  g_autoptr (McpTestReply) refused = NULL;
  g_autoptr (McpTestReply) at_initialize = NULL;

  g_test_summary ("An unknown protocol version is 400 and is told which are known");
  mcp_fixture_init (&f);
  good = g_strconcat (f.bearer, MCP_HEADER_PROTOCOL ": 2025-06-18\r\n", NULL);
  accepted = post (&f, good, PING);
  assert_result (accepted);

  bad = g_strconcat (f.bearer, MCP_HEADER_PROTOCOL ": 1999-01-01\r\n", NULL);
  refused = post (&f, bad, PING);
  assert_rpc_error (refused, 400, "\"p\"", -32022);
  g_assert_nonnull (strstr (refused->body, "\"requested\":\"1999-01-01\""));
  g_assert_nonnull (strstr (refused->body, "\"supported\":[\"2026-07-28\",\"2025-11-25\""));
  at_initialize = post (&f, bad, INITIALIZE);
  assert_result (at_initialize);
}

static void
test_accept (void)
{
  static const struct
  {
    const char *accept;
    guint status;
    const char *type;
  } cases[] = {
    { "application/json", 200, "application/json" },
    { "*/*", 200, "application/json" },
    { "text/event-stream;q=0.9, Application/JSON;q=0.1", 200, "application/json" },
    { "text/event-stream", 200, "text/event-stream" },
    { "text/*", 200, "text/event-stream" },
    { "text/html, image/*", 406, "application/json" },
    { "application/json;q=0", 406, "application/json" },
  };
  g_auto (McpFixture) f = { NULL };

  g_test_summary ("The answer has a type that the client takes");
  mcp_fixture_init (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *fields = g_strdup_printf (
          "%sContent-Type: application/json\r\nAccept: %s\r\n", f.bearer, cases[i].accept);
      g_autoptr (McpTestReply) reply =
          mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", "/mcp", fields, PING);
      g_autofree char *type = mcp_test_reply_dup_field (reply, "Content-Type");

      g_test_message ("%s", cases[i].accept);
      g_assert_cmpuint (reply->status, ==, cases[i].status);
      g_assert_cmpstr (type, ==, cases[i].type);
      if (strcmp (type, "text/event-stream") == 0)
        g_assert_cmpstr (reply->body, ==, "data: " PONG "\n\n");
      else if (reply->status == 200)
        g_assert_cmpstr (reply->body, ==, PONG);
    }
}

static void
test_delete (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *attached = NULL;
  g_autoptr (McpTestReply) missing = NULL;
  g_autoptr (McpTestReply) unknown = NULL;
  g_autoptr (McpTestReply) without_token = NULL;
  g_autofree char *bad_version = NULL;
  g_autoptr (McpTestReply) bad = NULL;
  g_autoptr (McpTestReply) gone = NULL;
  g_autoptr (McpTestReply) again = NULL;

  g_test_summary ("DELETE ends an attachment, and not the session of a token");
  mcp_fixture_init (&f);
  attached = initialize (&f, f.bearer);
  missing = mcp_test_http_request (f.http, MCP_TEST_TCP, "DELETE", "/mcp", f.bearer, NULL);
  mcp_test_assert_error (missing, 400, "bad_request");
  unknown = mcp_test_http_request (f.http, MCP_TEST_TCP, "DELETE", "/mcp",
                                   MCP_HEADER_SESSION_ID ": x\r\n", NULL);
  mcp_test_assert_error (unknown, 404, "not_found");
  without_token = mcp_test_http_request (f.http, MCP_TEST_TCP, "DELETE", "/mcp",
                                         strstr (attached, MCP_HEADER_SESSION_ID), NULL);
  mcp_test_assert_error (without_token, 401, "unauthorized");

  bad_version = g_strconcat (attached, MCP_HEADER_PROTOCOL ": 1999-01-01\r\n", NULL);
  bad = mcp_test_http_request (f.http, MCP_TEST_TCP, "DELETE", "/mcp", bad_version, NULL);
  mcp_test_assert_error (bad, 400, "bad_request");

  gone = mcp_test_http_request (f.http, MCP_TEST_TCP, "DELETE", "/mcp", attached, NULL);
  g_assert_cmpuint (gone->status, ==, 204);
  again = mcp_test_http_request (f.http, MCP_TEST_TCP, "DELETE", "/mcp", attached, NULL);
  mcp_test_assert_error (again, 404, "not_found");
  g_assert_false (mcp_session_is_closed (f.session));
}

static void
test_trailing_slash (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestReply) ping = NULL;

  g_test_summary ("/mcp/ is the same route as /mcp");
  mcp_fixture_init (&f);
  fields = g_strconcat (f.bearer, "Content-Type: application/json\r\n", NULL);
  ping = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", "/mcp/", fields, PING);
  g_assert_cmpuint (ping->status, ==, 200);
  g_assert_cmpstr (ping->body, ==, PONG);
}

/* Returns: (transfer full): a ping with a param of @n_letters letters, each six bytes */
static char *
make_large_ping (guint n_letters)
{
  GString *ping = g_string_new ("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\","
                                "\"params\":{\"text\":\"");

  for (guint i = 0; i < n_letters; i++)
    g_string_append (ping, "\\u0041");
  g_string_append (ping, "\"}}");
  return g_string_free (ping, FALSE);
}

static void
test_large_body (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *body = make_large_ping (600000);
  g_autofree char *bad_body = g_strconcat (body, "x", NULL);
  g_autoptr (McpTestReply) ping = NULL;
  g_autoptr (McpTestReply) bad = NULL;

  g_test_summary ("A large body, which another thread reads, is answered like any other");
  mcp_fixture_init (&f);
  ping = post (&f, f.bearer, body);
  g_assert_cmpuint (ping->status, ==, 200);
  g_assert_cmpstr (ping->body, ==, PONG);
  bad = post (&f, f.bearer, bad_body);
  assert_rpc_error (bad, 400, "null", -32700);
}

static void
test_limits (void)
{
  McpLimits limits;
  g_autoptr (McpTestHttp) http = NULL;
  g_autoptr (McpTestReply) first = NULL;
  g_autoptr (McpTestReply) second = NULL;
  g_autofree char *token = NULL;

  g_test_summary ("One attachment over the limit is 429");
  mcp_limits_init_defaults (&limits);
  limits.attachments_per_session = 1;
  http = mcp_test_http_new_with_limits (&limits);
  mcp_test_http_create_session (http, &token);
  first = mcp_test_http_post_json (http, "/mcp", token, INITIALIZE);
  assert_result (first);
  second = mcp_test_http_post_json (http, "/mcp", token, INITIALIZE);
  mcp_test_assert_error (second, 429, "too_many_requests");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/mcp/attach-by-token", test_attach_by_token);
  g_test_add_func ("/http/mcp/default-attachment", test_default_attachment);
  g_test_add_func ("/http/mcp/wrong-session", test_wrong_session);
  g_test_add_func ("/http/mcp/owner-chooses", test_owner_chooses);
  g_test_add_func ("/http/mcp/own-session", test_own_session);
  g_test_add_func ("/http/mcp/own-session/by-pid", test_own_session_by_pid);
  g_test_add_func ("/http/mcp/refused-initialize", test_refused_initialize);
  g_test_add_func ("/http/mcp/nobody", test_nobody);
  g_test_add_func ("/http/mcp/malformed", test_malformed);
  g_test_add_func ("/http/mcp/version-header", test_version_header);
  g_test_add_func ("/http/mcp/accept", test_accept);
  g_test_add_func ("/http/mcp/delete", test_delete);
  g_test_add_func ("/http/mcp/trailing-slash", test_trailing_slash);
  g_test_add_func ("/http/mcp/large-body", test_large_body);
  g_test_add_func ("/http/mcp/limits", test_limits);

  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "common/mcp-process.h"
#include "mcp-test-http.h"
#include "protocol/mcp-revision.h"
#include "session/session/mcp-session-json.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

static JsonObject *
parse_object (JsonParser *parser, const char *text)
{
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
assert_members (JsonObject *object, const char *const *expected)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (gsize i = 0; expected[i] != NULL; i++)
    g_assert_true (json_object_has_member (object, expected[i]));
  g_assert_cmpuint (g_list_length (members), ==, g_strv_length ((char **) expected));
}

static void
test_health (void)
{
  static const char *const members[] = { "status",
                                         "pid",
                                         "uptime_seconds",
                                         "started_at",
                                         "version",
                                         "protocol_version",
                                         "protocol_versions",
                                         NULL };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autoptr (McpTestReply) reply = NULL;
  g_autoptr (McpTestReply) head = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *server = NULL;
  g_autofree char *length = NULL;
  JsonObject *object;

  g_test_summary ("/health says who we are to anyone admitted, with HEAD too");
  reply = mcp_test_http_request (f, MCP_TEST_TCP, "GET", "/health", NULL, NULL);
  g_assert_cmpuint (reply->status, ==, 200);
  object = parse_object (parser, reply->body);
  assert_members (object, members);
  g_assert_cmpstr (json_object_get_string_member (object, "status"), ==, "ok");
  g_assert_cmpint (json_object_get_int_member (object, "pid"), ==, getpid ());
  g_assert_cmpint (json_object_get_int_member (object, "uptime_seconds"), >=, 0);
  g_assert_cmpint (json_object_get_int_member (object, "uptime_seconds"), <, 1000);
  g_assert_cmpstr (json_object_get_string_member (object, "protocol_version"), ==,
                   mcp_revision_to_string (MCP_REVISION_NEWEST));
  g_assert_cmpuint (
      json_array_get_length (json_object_get_array_member (object, "protocol_versions")), ==,
      g_strv_length ((char **) mcp_revision_list ()));

  server = mcp_test_reply_dup_field (reply, "Server");
  g_assert_true (g_str_has_prefix (server, "mcp-sessiond/"));
  g_assert_true (g_str_has_suffix (server, json_object_get_string_member (object, "version")));

  head = mcp_test_http_request (f, MCP_TEST_UNIX, "HEAD", "/health", NULL, NULL);
  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpuint (head->n_body, ==, 0);
  length = mcp_test_reply_dup_field (head, "Content-Length");
  g_assert_cmpstr (length, !=, NULL);
  g_assert_cmpstr (length, !=, "0");
}

static void
test_unknown_routes (void)
{
  static const char *const targets[] = { "/health/",
                                         "//health",
                                         "/Health",
                                         "/healthz",
                                         "/session/",
                                         "/session//events",
                                         "/session/x/events/",
                                         "/session/x/y",
                                         "/session/x/events/y",
                                         "/metrics/",
                                         "/mcp//",
                                         "/mcpx",
                                         "/sse/",
                                         "/%C3%BF" };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();

  g_test_summary ("What is not a route, byte by byte, is 404 for the owner too");
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (McpTestReply) reply = mcp_test_http_owner (f, "GET", targets[i]);

      g_test_message ("%s", targets[i]);
      mcp_test_assert_error (reply, 404, "not_found");
    }
}

static void
test_methods (void)
{
  static const struct
  {
    const char *method;
    const char *target;
    const char *allow;
  } cases[] = {
    { "POST", "/health", "GET, HEAD" },
    { "DELETE", "/session", "POST, GET, HEAD" },
    { "PUT", "/session/x", "GET, HEAD, DELETE, PATCH" },
    { "GET", "/session/x/token", "POST" },
    { "HEAD", "/session/x/events", "GET" },
    { "POST", "/session/x/events", "GET" },
    { "GET", "/session/x/progress", "POST" },
    { "HEAD", "/events", "GET" },
    { "HEAD", "/mcp", "GET, POST, DELETE" },
    { "PUT", "/mcp", "GET, POST, DELETE" },
    { "OPTIONS", "/mcp", "GET, POST, DELETE" },
  };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();

  g_test_summary ("A method that a route does not take is 405 and says which it takes");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (McpTestReply) reply = mcp_test_http_owner (f, cases[i].method, cases[i].target);
      g_autofree char *allow = mcp_test_reply_dup_field (reply, "Allow");

      g_test_message ("%s %s", cases[i].method, cases[i].target);
      g_assert_cmpuint (reply->status, ==, 405);
      g_assert_cmpstr (allow, ==, cases[i].allow);
      if (strcmp (cases[i].method, "HEAD") == 0)
        g_assert_cmpuint (reply->n_body, ==, 0);
      else
        mcp_test_assert_error (reply, 405, "method_not_allowed");
    }
}

static void
test_create (void)
{
  static const char *const all[] = { "session_id", "token", "cwd", "label", "created_at", NULL };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *body = NULL;
  g_autoptr (McpTestReply) reply = NULL;
  McpSession *session;
  JsonObject *object;

  g_test_summary ("A session is made as asked for, and its token works");
  body = g_strdup_printf ("{\"cwd\":\"%s\",\"label\":\"caf\\u00e9 \\ud83d\\ude00\","
                          "\"allowed_tools\":[\"a*\",\"b?\"],\"idle_seconds\":7}",
                          f->directory);
  reply = mcp_test_http_post_json (f, "/session", NULL, body);
  g_assert_cmpuint (reply->status, ==, 200);
  object = parse_object (parser, reply->body);
  assert_members (object, all);
  g_assert_cmpstr (json_object_get_string_member (object, "label"), ==, "café 😀");
  g_assert_cmpstr (json_object_get_string_member (object, "cwd"), ==, f->directory);

  session =
      mcp_session_store_find_by_token (f->store, json_object_get_string_member (object, "token"));
  g_assert_nonnull (session);
  g_assert_cmpstr (mcp_session_get_id (session), ==,
                   json_object_get_string_member (object, "session_id"));
  g_assert_cmpuint (mcp_session_get_idle_seconds (session), ==, 7);
  g_assert_true (mcp_session_allows_tool (session, "abc"));
  g_assert_false (mcp_session_allows_tool (session, "c"));
}

static void
test_create_defaults (void)
{
  g_autofree char *name = mcp_process_dup_name (getpid ());
  static const char *const without_label[] = { "session_id", "token", "cwd", "created_at", NULL };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (McpTestReply) tcp = NULL;
  g_autoptr (McpTestReply) local = NULL;
  g_autoptr (McpTestReply) empty = NULL;
  g_autofree char *cwd = g_get_current_dir ();
  JsonObject *object;

  g_test_summary ("Where the kernel tells which process asks, its directory and name are taken");
  tcp = mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/session", NULL, NULL);
  g_assert_cmpuint (tcp->status, ==, 200);
  object = parse_object (parser, tcp->body);
  assert_members (object, without_label);
  g_assert_cmpstr (json_object_get_string_member (object, "cwd"), ==, g_get_home_dir ());

  local = mcp_test_http_request (f, MCP_TEST_UNIX, "POST", "/session", NULL, "");
  g_assert_cmpuint (local->status, ==, 200);
  object = parse_object (parser, local->body);
  g_assert_cmpstr (json_object_get_string_member (object, "cwd"), ==, cwd);
  g_assert_cmpstr (json_object_get_string_member (object, "label"), ==, name);

  empty = mcp_test_http_post_json (f, "/session", NULL, "{}");
  g_assert_cmpuint (empty->status, ==, 200);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 3);
}

static void
test_create_refused (void)
{
  static const char *const bodies[] = { "[]",
                                        "null",
                                        "{",
                                        "{} {}",
                                        "{\"cwd\":1}",
                                        "{\"cwd\":null}",
                                        "{\"cwd\":\"relative/path\"}",
                                        "{\"cwd\":\"/tmp\\u0000x\"}",
                                        "{\"label\":[]}",
                                        "{\"label\":\"\\ud800\"}",
                                        "{\"allowed_tools\":\"*\"}",
                                        "{\"allowed_tools\":[1]}",
                                        "{\"idle_seconds\":-1}",
                                        "{\"idle_seconds\":1.5}",
                                        "{\"idle_seconds\":\"1\"}",
                                        "{\"idle_seconds\":4294967296}",
                                        "{\"command\":\"sh\"}",
                                        "{\"label\":\"a\",\"label\":\"b\"}" };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autoptr (McpTestReply) form = NULL;
  g_autoptr (McpTestReply) missing = NULL;
  g_autoptr (McpTestReply) charset = NULL;

  g_test_summary ("What is malformed, of a wrong type or unknown makes no session");
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (McpTestReply) reply = mcp_test_http_post_json (f, "/session", NULL, bodies[i]);

      g_test_message ("%s", bodies[i]);
      mcp_test_assert_error (reply, 400, "bad_request");
    }

  form = mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/session", "Content-Type: text/plain\r\n",
                                "{}");
  mcp_test_assert_error (form, 415, "unsupported_media_type");
  missing = mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/session", NULL, "{}");
  mcp_test_assert_error (missing, 415, "unsupported_media_type");
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 0);

  charset = mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/session",
                                   "Content-Type: Application/JSON; charset=utf-8\r\n", "{}");
  g_assert_cmpuint (charset->status, ==, 200);
}

static void
test_limit (void)
{
  McpLimits limits;
  g_autoptr (McpTestHttp) f = NULL;
  g_autoptr (McpTestReply) first = NULL;
  g_autoptr (McpTestReply) second = NULL;

  g_test_summary ("One session over the limit is 429");
  mcp_limits_init_defaults (&limits);
  limits.sessions = 1;
  f = mcp_test_http_new_with_limits (&limits);
  first = mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/session", NULL, NULL);
  g_assert_cmpuint (first->status, ==, 200);
  second = mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/session", NULL, NULL);
  mcp_test_assert_error (second, 429, "too_many_requests");
  g_assert_null (mcp_test_reply_dup_field (second, "Retry-After"));
}

static void
assert_not_now (McpTestReply *reply)
{
  g_autofree char *text = mcp_test_reply_dup_field (reply, "Retry-After");
  guint64 seconds = 0;

  mcp_test_assert_error (reply, 429, "too_many_requests");
  g_assert_nonnull (text);
  g_assert_true (g_ascii_string_to_unsigned (text, 10, 1, 60, &seconds, NULL));
}

/* A request that needs a session of its own. */
static void
assert_mcp_not_now (McpTestHttp *f, const char *fields, const char *body)
{
  g_autofree char *all = g_strconcat ("Content-Type: application/json\r\n"
                                      "Accept: application/json, text/event-stream\r\n",
                                      fields, NULL);
  g_autoptr (McpTestReply) reply =
      mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/mcp", all, body);

  assert_not_now (reply);
}

static void
test_rate (void)
{
  McpLimits limits;
  g_autoptr (McpTestHttp) f = NULL;
  g_autoptr (McpTestReply) first = NULL;
  g_autoptr (McpTestReply) second = NULL;
  g_autoptr (McpTestReply) old = NULL;

  g_test_summary (
      "Too many sessions in a minute: 429, and when to try again, wherever one is made");
  mcp_limits_init_defaults (&limits);
  limits.sessions_per_minute = 1;
  f = mcp_test_http_new_with_limits (&limits);
  first = mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/session", NULL, NULL);
  g_assert_cmpuint (first->status, ==, 200);
  second = mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/session", NULL, NULL);
  assert_not_now (second);

  assert_mcp_not_now (f, "",
                      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
                      "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
                      "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}");
  assert_mcp_not_now (
      f, "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n",
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
      "\"" MCP_META_PROTOCOL_VERSION "\":\"2026-07-28\","
      "\"" MCP_META_CLIENT_CAPABILITIES "\":{}}}}");
  old =
      mcp_test_http_request (f, MCP_TEST_TCP, "GET", "/sse", "Accept: text/event-stream\r\n", NULL);
  assert_not_now (old);
}

static void
test_list_and_show (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autofree char *token = NULL;
  McpSession *session = mcp_test_http_create_session (f, &token);
  g_autofree char *json = mcp_session_json_build (session);
  g_autofree char *target = g_strdup_printf ("/session/%s", mcp_session_get_id (session));
  g_autofree char *bearer = mcp_test_bearer (token);
  g_autofree char *list_json = g_strdup_printf ("{\"sessions\":[%s]}", json);
  g_autoptr (McpTestReply) list = mcp_test_http_owner (f, "GET", "/session");
  g_autoptr (McpTestReply) by_owner = mcp_test_http_owner (f, "GET", target);
  g_autoptr (McpTestReply) by_session =
      mcp_test_http_request (f, MCP_TEST_TCP, "GET", target, bearer, NULL);

  g_test_summary ("Sessions are listed and shown without their tokens");
  g_assert_cmpuint (list->status, ==, 200);
  g_assert_cmpstr (list->body, ==, list_json);
  g_assert_null (strstr (list->body, token));
  g_assert_cmpstr (by_owner->body, ==, json);
  g_assert_cmpuint (by_session->status, ==, 200);
}

static void
test_delete (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autofree char *token = NULL;
  McpSession *session = mcp_test_http_create_session (f, &token);
  g_autofree char *target = g_strdup_printf ("/session/%s", mcp_session_get_id (session));
  g_autofree char *bearer = mcp_test_bearer (token);
  g_autofree char *length = NULL;
  g_autoptr (McpTestReply) gone = NULL;
  g_autoptr (McpTestReply) again = NULL;
  g_autoptr (McpTestReply) by_owner = NULL;

  g_test_summary ("A session ends by DELETE, and is unknown from then on");
  gone = mcp_test_http_request (f, MCP_TEST_TCP, "DELETE", target, bearer, NULL);
  g_assert_cmpuint (gone->status, ==, 204);
  g_assert_cmpuint (gone->n_body, ==, 0);
  length = mcp_test_reply_dup_field (gone, "Content-Length");
  g_assert_null (length);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 0);

  again = mcp_test_http_request (f, MCP_TEST_TCP, "DELETE", target, bearer, NULL);
  mcp_test_assert_error (again, 401, "unauthorized");
  by_owner = mcp_test_http_owner (f, "DELETE", target);
  mcp_test_assert_error (by_owner, 404, "not_found");
}

static void
test_rotate (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autofree char *token = NULL;
  McpSession *session = mcp_test_http_create_session (f, &token);
  g_autofree char *target = g_strdup_printf ("/session/%s", mcp_session_get_id (session));
  g_autofree char *token_target = g_strconcat (target, "/token", NULL);
  g_autofree char *bearer = mcp_test_bearer (token);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *new_bearer = NULL;
  g_autoptr (McpTestReply) rotated = NULL;
  g_autoptr (McpTestReply) with_old = NULL;
  g_autoptr (McpTestReply) with_new = NULL;
  JsonObject *object;

  g_test_summary ("A new token works, and the old one does not any more");
  rotated = mcp_test_http_request (f, MCP_TEST_TCP, "POST", token_target, bearer, NULL);
  g_assert_cmpuint (rotated->status, ==, 200);
  object = parse_object (parser, rotated->body);
  assert_members (object, (const char *const[]){ "token", NULL });

  new_bearer = mcp_test_bearer (json_object_get_string_member (object, "token"));
  with_old = mcp_test_http_request (f, MCP_TEST_TCP, "GET", target, bearer, NULL);
  mcp_test_assert_error (with_old, 401, "unauthorized");
  with_new = mcp_test_http_request (f, MCP_TEST_TCP, "GET", target, new_bearer, NULL);
  g_assert_cmpuint (with_new->status, ==, 200);
}

static void
test_keep_alive (void)
{
  static const char request[] = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                "POST /session HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autoptr (McpTestStream) stream = mcp_test_stream_connect (f, MCP_TEST_TCP);
  static const char *const expected[] = { "HTTP/1.1 200 ", "HTTP/1.1 404 ", "HTTP/1.1 200 " };

  g_test_summary ("Several requests go over one connection, also sent at once");
  mcp_test_stream_send (stream, request, strlen (request));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autofree char *head = mcp_test_stream_read_until (stream, "\r\n\r\n");
      g_autofree char *body = mcp_test_stream_read_until (stream, "}");

      g_assert_true (g_str_has_prefix (head, expected[i]));
      g_assert_nonnull (body);
      g_free (i == 1 ? mcp_test_stream_read_until (stream, "}") : NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/server/health", test_health);
  g_test_add_func ("/http/server/unknown-routes", test_unknown_routes);
  g_test_add_func ("/http/server/methods", test_methods);
  g_test_add_func ("/http/server/create", test_create);
  g_test_add_func ("/http/server/create/defaults", test_create_defaults);
  g_test_add_func ("/http/server/create/refused", test_create_refused);
  g_test_add_func ("/http/server/create/limit", test_limit);
  g_test_add_func ("/http/server/create/rate", test_rate);
  g_test_add_func ("/http/server/list-and-show", test_list_and_show);
  g_test_add_func ("/http/server/delete", test_delete);
  g_test_add_func ("/http/server/rotate", test_rotate);
  g_test_add_func ("/http/server/keep-alive", test_keep_alive);

  return g_test_run ();
}

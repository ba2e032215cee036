/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-test-http.h"

#include <json-glib/json-glib.h>
#include <string.h>

static void
assert_field (McpTestReply *reply, const char *name, const char *expected)
{
  g_autofree char *value = mcp_test_reply_dup_field (reply, name);

  g_assert_cmpstr (value, ==, expected);
}

static char *
dup_member (McpTestReply *reply, const char *name)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (reply->status, ==, 200);
  json_parser_load_from_data (parser, reply->body, -1, &error);
  g_assert_no_error (error);
  return g_strdup (
      json_object_get_string_member (json_node_get_object (json_parser_get_root (parser)), name));
}

static McpTestReply *
exchange (McpTestHttp *f, const char *code)
{
  g_autofree char *body = g_strdup_printf ("{\"code\":\"%s\"}", code);

  return mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/dashboard/key",
                                "Content-Type: application/json\r\n", body);
}

static void
test_files (void)
{
  static const struct
  {
    const char *target;
    const char *type;
  } files[] = {
    { "/", "text/html; charset=utf-8" },
    { "/page/index.html", "text/html; charset=utf-8" },
    { "/page/style.css", "text/css; charset=utf-8" },
    { "/page/app.js", "text/javascript; charset=utf-8" },
    { "/page/de.json", "application/json" },
    { "/page/icon.svg", "image/svg+xml" },
  };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();

  g_test_summary ("The files of the page are for everybody, even where a key is required");
  mcp_http_server_set_require_key (f->server, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (McpTestReply) reply =
          mcp_test_http_request (f, MCP_TEST_TCP, "GET", files[i].target, NULL, NULL);
      g_autofree char *policy = mcp_test_reply_dup_field (reply, "Content-Security-Policy");

      g_test_message ("%s", files[i].target);
      g_assert_cmpuint (reply->status, ==, 200);
      g_assert_cmpuint (reply->n_body, >, 0);
      assert_field (reply, "Content-Type", files[i].type);
      assert_field (reply, "X-Content-Type-Options", "nosniff");
      assert_field (reply, "Referrer-Policy", "no-referrer");
      assert_field (reply, "Cross-Origin-Opener-Policy", "same-origin");
      assert_field (reply, "Cross-Origin-Embedder-Policy", "require-corp");
      assert_field (reply, "Cross-Origin-Resource-Policy", "same-origin");
      g_assert_true (g_str_has_prefix (policy, "default-src 'none'; script-src 'self'; "));
      g_assert_null (strstr (policy, "unsafe"));
    }
}

static void
test_no_such_file (void)
{
  static const char *const targets[] = { "/page/",    "/page/nothing.js", "/page/..%2Findex.html",
                                         "/page/a/b", "/page/%00",        "/index.html" };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();

  g_test_summary ("What is not a file of the page is 404");
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (McpTestReply) reply =
          mcp_test_http_request (f, MCP_TEST_TCP, "GET", targets[i], NULL, NULL);

      g_test_message ("%s", targets[i]);
      g_assert_cmpuint (reply->status, >=, 400);
    }
}

static void
test_unchanged (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autoptr (McpTestReply) first = mcp_test_http_owner (f, "GET", "/");
  g_autofree char *etag = mcp_test_reply_dup_field (first, "ETag");
  g_autofree char *field = g_strdup_printf ("If-None-Match: W/\"x\", %s\r\n", etag);
  g_autoptr (McpTestReply) again = mcp_test_http_request (f, MCP_TEST_TCP, "GET", "/", field, NULL);
  g_autoptr (McpTestReply) other =
      mcp_test_http_request (f, MCP_TEST_TCP, "GET", "/", "If-None-Match: \"other\"\r\n", NULL);

  g_test_summary ("A browser that has a file is told so, with the same policy");
  assert_field (first, "Cache-Control", "no-cache");
  g_assert_cmpuint (again->status, ==, 304);
  g_assert_cmpuint (again->n_body, ==, 0);
  assert_field (again, "ETag", etag);
  assert_field (again, "Cross-Origin-Resource-Policy", "same-origin");
  g_assert_cmpuint (other->status, ==, 200);
}

static void
test_key (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autoptr (McpTestReply) reply = mcp_test_http_owner (f, "POST", "/dashboard/code");
  g_autofree char *url = dup_member (reply, "url");
  g_autofree char *prefix = g_strdup_printf ("http://127.0.0.1:%u/#code=", f->port);
  const char *code;

  g_test_summary (
      "The owner's code gives the page the owner key, once, even where one is required");
  mcp_http_server_set_require_key (f->server, TRUE);
  g_assert_true (g_str_has_prefix (url, prefix));
  assert_field (reply, "Cache-Control", "no-store");
  code = url + strlen (prefix);
  {
    g_autoptr (McpTestReply) wrong = exchange (f, "00000000000000000000000000000000");
    g_autoptr (McpTestReply) right = exchange (f, code);
    g_autoptr (McpTestReply) again = exchange (f, code);
    g_autofree char *key = dup_member (right, "owner_key");

    mcp_test_assert_error (wrong, 401, "unauthorized");
    assert_field (wrong, "WWW-Authenticate", "Bearer");
    g_assert_cmpstr (key, ==, MCP_TEST_OWNER_KEY);
    mcp_test_assert_error (again, 401, "unauthorized");
    g_assert_cmpuint (mcp_http_server_get_n_auth_failures (f->server), ==, 2);
  }
}

static void
test_code_is_the_owners (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autofree char *token = NULL;
  McpSession *session = mcp_test_http_create_session (f, &token);
  g_autoptr (McpTestReply) anonymous =
      mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/dashboard/code", NULL, NULL);
  g_autoptr (McpTestReply) sessions = mcp_test_http_post_json (f, "/dashboard/code", token, "{}");

  g_test_summary ("Only the owner gets a code");
  g_assert_nonnull (session);
  mcp_test_assert_error (anonymous, 401, "unauthorized");
  mcp_test_assert_error (sessions, 401, "unauthorized");
}

static void
test_bad_bodies (void)
{
  static const char *const bodies[] = { "{}", "[]", "{\"code\":1}", "{\"code\":\"x\",\"y\":1}",
                                        "" };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();

  g_test_summary ("A body that holds no code is 400");
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (McpTestReply) reply =
          mcp_test_http_request (f, MCP_TEST_TCP, "POST", "/dashboard/key",
                                 "Content-Type: application/json\r\n", bodies[i]);

      g_test_message ("%s", bodies[i]);
      mcp_test_assert_error (reply, 400, "bad_request");
    }
}

static void
test_foreign_pages (void)
{
  static const char *const fields[] = { "Origin: http://127.0.0.1:1\r\n", "Origin: null\r\n",
                                        "Sec-Fetch-Site: cross-site\r\n",
                                        "Sec-Fetch-Site: same-site\r\n" };
  static const char *const targets[] = { "/", "/page/app.js" };
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();

  g_test_summary ("A foreign page gets not even the files");
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (targets); j++)
      {
        g_autoptr (McpTestReply) reply =
            mcp_test_http_request (f, MCP_TEST_TCP, "GET", targets[j], fields[i], NULL);

        mcp_test_assert_error (reply, 403, "forbidden");
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/route-page/files", test_files);
  g_test_add_func ("/http/route-page/no-such-file", test_no_such_file);
  g_test_add_func ("/http/route-page/unchanged", test_unchanged);
  g_test_add_func ("/http/route-page/key", test_key);
  g_test_add_func ("/http/route-page/code-is-the-owners", test_code_is_the_owners);
  g_test_add_func ("/http/route-page/bad-bodies", test_bad_bodies);
  g_test_add_func ("/http/route-page/foreign-pages", test_foreign_pages);

  return g_test_run ();
}

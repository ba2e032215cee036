/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-test-http.h"

#include <string.h>

/* Two sessions, and what each shows. */
typedef struct
{
  McpTestHttp *http;
  char *token;
  char *bearer;
  char *other_bearer;
  char *target; /* the first one's */
} Fixture;

static void
fixture_init (Fixture *f)
{
  g_autofree char *other_token = NULL;
  McpSession *session;

  f->http = mcp_test_http_new ();
  session = mcp_test_http_create_session (f->http, &f->token);
  mcp_test_http_create_session (f->http, &other_token);
  f->bearer = mcp_test_bearer (f->token);
  f->other_bearer = mcp_test_bearer (other_token);
  f->target = g_strdup_printf ("/session/%s", mcp_session_get_id (session));
}

static void
fixture_clear (Fixture *f)
{
  mcp_test_http_free (f->http);
  g_free (f->token);
  g_free (f->bearer);
  g_free (f->other_bearer);
  g_free (f->target);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static McpTestReply *
get (Fixture *f, McpTestTransport transport, const char *target, const char *fields)
{
  return mcp_test_http_request (f->http, transport, "GET", target, fields, NULL);
}

static void
assert_unauthorized (McpTestReply *reply)
{
  g_autofree char *challenge = mcp_test_reply_dup_field (reply, "WWW-Authenticate");

  mcp_test_assert_error (reply, 401, "unauthorized");
  g_assert_cmpstr (challenge, ==, "Bearer");
}

static void
test_all_alike (void)
{
  static const char *const wrong[] = {
    "Authorization: Bearer 00000000000000000000000000000000\r\n",
    "Authorization: Bearer\r\n",
    "Authorization: Bearer \r\n",
    "Authorization: Basic dXNlcjpwYXNz\r\n",
    "Authorization: Bearerx\r\n",
  };
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestReply) missing = NULL;
  g_autoptr (McpTestReply) other = NULL;
  g_autoptr (McpTestReply) unknown = NULL;

  g_test_summary ("A token that is missing, wrong or another's, and an unknown session, are alike");
  fixture_init (&f);
  missing = get (&f, MCP_TEST_TCP, f.target, NULL);
  assert_unauthorized (missing);
  other = get (&f, MCP_TEST_TCP, f.target, f.other_bearer);
  assert_unauthorized (other);
  unknown = get (&f, MCP_TEST_TCP, "/session/00000000-0000-4000-8000-000000000000", f.bearer);
  assert_unauthorized (unknown);
  g_assert_cmpstr (missing->body, ==, other->body);
  g_assert_cmpstr (missing->body, ==, unknown->body);

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (McpTestReply) reply = get (&f, MCP_TEST_TCP, f.target, wrong[i]);

      g_test_message ("%s", wrong[i]);
      assert_unauthorized (reply);
      g_assert_cmpstr (missing->body, ==, reply->body);
    }
  g_assert_cmpuint (mcp_http_server_get_n_auth_failures (f.http->server), ==,
                    3 + G_N_ELEMENTS (wrong));
}

static void
test_session_routes (void)
{
  static const struct
  {
    const char *method;
    const char *end;
  } routes[] = {
    { "GET", "" },        { "DELETE", "" },        { "POST", "/token" },
    { "GET", "/events" }, { "POST", "/progress" },
  };
  g_auto (Fixture) f = { NULL };

  g_test_summary ("Every route of a session is closed to another session's token");
  fixture_init (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      g_autofree char *target = g_strconcat (f.target, routes[i].end, NULL);
      g_autoptr (McpTestReply) other = mcp_test_http_request (
          f.http, MCP_TEST_TCP, routes[i].method, target, f.other_bearer, NULL);
      g_autoptr (McpTestReply) missing =
          mcp_test_http_request (f.http, MCP_TEST_TCP, routes[i].method, target, NULL, NULL);

      assert_unauthorized (other);
      assert_unauthorized (missing);
    }
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, 2);
}

static void
test_scheme (void)
{
  g_auto (Fixture) f = { NULL };
  g_autofree char *lower = NULL;
  g_autofree char *twice = NULL;
  g_autoptr (McpTestReply) reply = NULL;
  g_autoptr (McpTestReply) doubled = NULL;

  g_test_summary ("The scheme's case does not matter; two credentials are none");
  fixture_init (&f);
  lower = g_strdup_printf ("authorization: bearer   %s\r\n", f.token);
  reply = get (&f, MCP_TEST_TCP, f.target, lower);
  g_assert_cmpuint (reply->status, ==, 200);

  twice = g_strconcat (f.bearer, f.bearer, NULL);
  doubled = get (&f, MCP_TEST_TCP, f.target, twice);
  g_assert_cmpuint (doubled->status, >=, 400);
  g_assert_cmpuint (doubled->status, <=, 401);
}

static void
test_token_in_url (void)
{
  g_auto (Fixture) f = { NULL };
  g_autofree char *target = NULL;
  g_autofree char *other_query = NULL;
  g_autoptr (McpTestReply) alone = NULL;
  g_autoptr (McpTestReply) local = NULL;
  g_autoptr (McpTestReply) harmless = NULL;

  g_test_summary ("A token in a URL is refused");
  fixture_init (&f);
  target = g_strdup_printf ("%s?x=1&token=%s", f.target, f.token);
  alone = get (&f, MCP_TEST_TCP, target, NULL);
  assert_unauthorized (alone);
  local = get (&f, MCP_TEST_UNIX, target, NULL);
  assert_unauthorized (local);

  other_query = g_strconcat (f.target, "?x=token", NULL);
  harmless = get (&f, MCP_TEST_TCP, other_query, f.bearer);
  g_assert_cmpuint (harmless->status, ==, 200);
}

static void
test_owner (void)
{
  static const char wrong[] = "Authorization: Bearer ffffffffffffffffffffffffffffffff\r\n";
  static const char *const targets[] = { "/session", "/events" };
  g_auto (Fixture) f = { NULL };
  g_autofree char *owner = mcp_test_bearer (MCP_TEST_OWNER_KEY);
  g_autoptr (McpTestReply) with_key = NULL;
  g_autoptr (McpTestReply) local = NULL;
  g_autoptr (McpTestReply) one = NULL;
  g_autoptr (McpTestReply) unknown = NULL;

  g_test_summary ("The owner has the key, or the Unix socket; a wrong key is refused there too");
  fixture_init (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (McpTestReply) missing = get (&f, MCP_TEST_TCP, targets[i], NULL);
      g_autoptr (McpTestReply) by_session = get (&f, MCP_TEST_TCP, targets[i], f.bearer);
      g_autoptr (McpTestReply) local_session = get (&f, MCP_TEST_UNIX, targets[i], f.bearer);
      g_autoptr (McpTestReply) local_wrong = get (&f, MCP_TEST_UNIX, targets[i], wrong);

      assert_unauthorized (missing);
      assert_unauthorized (by_session);
      assert_unauthorized (local_session);
      assert_unauthorized (local_wrong);
    }

  with_key = get (&f, MCP_TEST_TCP, "/session", owner);
  g_assert_cmpuint (with_key->status, ==, 200);
  local = get (&f, MCP_TEST_UNIX, "/session", NULL);
  g_assert_cmpuint (local->status, ==, 200);
  one = get (&f, MCP_TEST_TCP, f.target, owner);
  g_assert_cmpuint (one->status, ==, 200);
  unknown = get (&f, MCP_TEST_TCP, "/session/00000000-0000-4000-8000-000000000000", owner);
  mcp_test_assert_error (unknown, 404, "not_found");
}

static void
test_wrong_where_none_is_needed (void)
{
  static const char wrong[] = "Authorization: Bearer ffffffffffffffffffffffffffffffff\r\n";
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestReply) create = NULL;
  g_autoptr (McpTestReply) health = NULL;

  g_test_summary ("A credential that is stated must be right, but for /health");
  fixture_init (&f);
  create = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", "/session", wrong, NULL);
  assert_unauthorized (create);
  health = get (&f, MCP_TEST_TCP, "/health", wrong);
  g_assert_cmpuint (health->status, ==, 200);
}

static void
test_require_key (void)
{
  g_auto (Fixture) f = { NULL };
  g_autofree char *owner = mcp_test_bearer (MCP_TEST_OWNER_KEY);
  static const struct
  {
    const char *method;
    const char *target;
  } closed[] = { { "POST", "/session" }, { "GET", "/session" }, { "PUT", "/health" },
                 { "POST", "/mcp" },     { "GET", "/mcp" },     { "DELETE", "/mcp" } };
  g_autoptr (McpTestReply) health = NULL;
  g_autoptr (McpTestReply) by_token = NULL;
  g_autoptr (McpTestReply) create_by_token = NULL;
  g_autoptr (McpTestReply) create_by_key = NULL;
  g_autoptr (McpTestReply) create_local = NULL;
  g_autoptr (McpTestReply) nowhere = NULL;

  g_test_summary ("Where a key is required, TCP clients without one get /health and nothing else");
  fixture_init (&f);
  mcp_http_server_set_require_key (f.http->server, TRUE);

  for (gsize i = 0; i < G_N_ELEMENTS (closed); i++)
    {
      g_autoptr (McpTestReply) reply = mcp_test_http_request (
          f.http, MCP_TEST_TCP, closed[i].method, closed[i].target, NULL, NULL);

      g_test_message ("%s %s", closed[i].method, closed[i].target);
      assert_unauthorized (reply);
    }

  health = get (&f, MCP_TEST_TCP, "/health", NULL);
  g_assert_cmpuint (health->status, ==, 200);
  by_token = get (&f, MCP_TEST_TCP, f.target, f.bearer);
  g_assert_cmpuint (by_token->status, ==, 200);
  create_by_token =
      mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", "/session", f.bearer, NULL);
  assert_unauthorized (create_by_token);
  create_by_key = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", "/session", owner, NULL);
  g_assert_cmpuint (create_by_key->status, ==, 200);
  create_local = mcp_test_http_request (f.http, MCP_TEST_UNIX, "POST", "/session", NULL, NULL);
  g_assert_cmpuint (create_local->status, ==, 200);
  nowhere = get (&f, MCP_TEST_TCP, "/nowhere", owner);
  mcp_test_assert_error (nowhere, 404, "not_found");
}

static void
test_unknown_with_key (void)
{
  static const char *const targets[] = { "/nowhere", "/register",
                                         "/.well-known/oauth-protected-resource" };
  g_auto (Fixture) f = { NULL };

  g_test_summary ("Where a key is required, an unknown path is 404: clients take a 401 for an "
                  "invitation to sign in");
  fixture_init (&f);
  mcp_http_server_set_require_key (f.http->server, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (McpTestReply) reply = get (&f, MCP_TEST_TCP, targets[i], NULL);

      mcp_test_assert_error (reply, 404, "not_found");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/auth/all-alike", test_all_alike);
  g_test_add_func ("/http/auth/session-routes", test_session_routes);
  g_test_add_func ("/http/auth/scheme", test_scheme);
  g_test_add_func ("/http/auth/token-in-url", test_token_in_url);
  g_test_add_func ("/http/auth/owner", test_owner);
  g_test_add_func ("/http/auth/wrong-where-none-is-needed", test_wrong_where_none_is_needed);
  g_test_add_func ("/http/auth/require-key", test_require_key);
  g_test_add_func ("/http/auth/unknown-with-key", test_unknown_with_key);

  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The upstream servers as their owner sees them. */
#include "mcp-fixture.h"

#include "gateway/api/mcp-gateway-servers.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_list (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autoptr (McpTestReply) all = NULL;
  g_autoptr (McpTestReply) one = NULL;
  g_autoptr (McpTestReply) none = NULL;

  g_test_summary ("The owner sees each configured server, all of them or one by its name");
  mcp_fixture_init_with_server (&f);
  all = mcp_test_http_owner (f.http, "GET", "/servers");
  g_assert_cmpuint (all->status, ==, 200);
  g_assert_true (g_str_has_prefix (all->body, "{\"servers\":[{\"name\":\"t\",\"type\":\"stdio\","
                                              "\"state\":\"stopped\",\"scope\":\"session\","
                                              "\"tools\":0,\"processes\":0,\"restarts\":0"));
  g_assert_nonnull (strstr (all->body, "\"entry\":\"used\"}]}"));
  one = mcp_test_http_owner (f.http, "GET", "/servers/%74");
  g_assert_cmpuint (one->status, ==, 200);
  g_assert_true (g_str_has_prefix (one->body, "{\"name\":\"t\","));
  none = mcp_test_http_owner (f.http, "GET", "/servers/u");
  mcp_test_assert_error (none, 404, "not_found");
}

static void
test_owner_only (void)
{
  static const char *const targets[] = { "/servers", "/servers/t", "/servers/t/held",
                                         "/servers/t/log" };
  g_auto (McpFixture) f = { NULL };

  g_test_summary ("A session's token is not enough to see the servers");
  mcp_fixture_init_with_server (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (McpTestReply) reply =
          mcp_test_http_request (f.http, MCP_TEST_TCP, "GET", targets[i], f.bearer, NULL);

      mcp_test_assert_error (reply, 401, "unauthorized");
    }
}

static McpTestReply *
accept_held (McpFixture *f, const char *target, const char *body)
{
  return mcp_test_http_request (f->http, MCP_TEST_UNIX, "POST", target,
                                "Content-Type: application/json\r\n", body);
}

static void
test_held (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autoptr (McpTestReply) held = NULL;
  g_autoptr (McpTestReply) unknown = NULL;
  g_autoptr (McpTestReply) missing = NULL;
  g_autoptr (McpTestReply) no_array = NULL;
  g_autoptr (McpTestReply) no_server = NULL;

  g_test_summary ("What a server holds back is listed, and is accepted only as it was listed");
  mcp_fixture_init_with_server (&f);
  held = mcp_test_http_owner (f.http, "GET", "/servers/t/held");
  g_assert_cmpuint (held->status, ==, 200);
  g_assert_cmpstr (held->body, ==, "{\"held\":[]}");
  unknown = mcp_test_http_owner (f.http, "GET", "/servers/u/held");
  mcp_test_assert_error (unknown, 404, "not_found");
  missing = accept_held (&f, "/servers/t/held", "{}");
  mcp_test_assert_error (missing, 400, "bad_request");
  no_array = accept_held (&f, "/servers/t/held", "{\"held\":1}");
  mcp_test_assert_error (no_array, 400, "bad_request");
  no_server = accept_held (&f, "/servers/u/held", "{\"held\":[]}");
  mcp_test_assert_error (no_server, 404, "not_found");
}

/* Sends a request, and exits; the status says whether it was refused. */
static void
ask_as_server (const char *socket_path, const char *request)
{
  char answer[4096] = { 0 };
  int fd = mcp_test_socket_connect_unix (socket_path);
  gsize n_read = 0;
  gssize n;

  mcp_test_socket_send_text (fd, request);
  while ((n = read (fd, answer + n_read, sizeof answer - 1 - n_read)) > 0)
    n_read += (gsize) n;
  _exit (mcp_test_socket_get_status (answer) == 403 ? 0 : 1);
}

static void
test_server_decides (void)
{
  static const char *const requests[] = {
    "DELETE /stop HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "POST /servers/t/held HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    "Content-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"held\":[]}",
  };
  g_auto (McpFixture) f = { NULL };

  g_test_summary ("No server accepts its own changed tools, or ends the owner's stop");
  mcp_fixture_init_with_server (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      /* As a server is: a child of this process, which is the daemon here. */
      pid_t child = fork ();
      int status = 0;

      if (child == 0)
        ask_as_server (f.http->socket_path, requests[i]);
      AWAIT (waitpid (child, &status, WNOHANG) == child);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
    }
}

static gboolean
has_said (McpFixture *f, const char *text)
{
  g_autofree char *log = mcp_gateway_servers_build_log (f->http->gateway, "t", 10, NULL);

  return strstr (log, text) != NULL;
}

static void
test_log (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autoptr (McpTestReply) nothing = NULL;
  g_autoptr (McpTestReply) called = NULL;
  g_autoptr (McpTestReply) all = NULL;
  g_autoptr (McpTestReply) last = NULL;
  g_autoptr (McpTestReply) bad = NULL;
  g_autoptr (McpTestReply) unknown = NULL;

  g_test_summary ("What a server writes to standard error is shown, the newest last");
  mcp_fixture_init_with_server (&f);
  nothing = mcp_test_http_owner (f.http, "GET", "/servers/t/log");
  g_assert_cmpstr (nothing->body, ==, "{\"lines\":[]}");
  called = mcp_test_http_post_json (
      f.http, "/mcp", f.token,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"t__stderr\","
      "\"arguments\":{\"text\":\"one\\ntwo\\u001b[1m \\\"bold\\\"\"}}}");
  g_assert_nonnull (strstr (called->body, "\"result\""));
  AWAIT (has_said (&f, "bold"));
  all = mcp_test_http_owner (f.http, "GET", "/servers/t/log");
  g_assert_cmpuint (all->status, ==, 200);
  g_assert_true (g_str_has_prefix (all->body, "{\"lines\":[{\"time\":\"2"));
  g_assert_nonnull (strstr (all->body, "Z\",\"text\":\"one\"},{\"time\":\""));
  g_assert_true (g_str_has_suffix (all->body, "\"text\":\"two \\\"bold\\\"\"}]}"));
  last = mcp_test_http_owner (f.http, "GET", "/servers/t/log?lines=1");
  g_assert_null (strstr (last->body, "\"one\""));
  g_assert_nonnull (strstr (last->body, "two"));
  bad = mcp_test_http_owner (f.http, "GET", "/servers/t/log?lines=0");
  mcp_test_assert_error (bad, 400, "bad_request");
  unknown = mcp_test_http_owner (f.http, "GET", "/servers/u/log");
  mcp_test_assert_error (unknown, 404, "not_found");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/servers/list", test_list);
  g_test_add_func ("/http/servers/owner-only", test_owner_only);
  g_test_add_func ("/http/servers/held", test_held);
  g_test_add_func ("/http/servers/server-decides", test_server_decides);
  g_test_add_func ("/http/servers/log", test_log);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "mcp-fixture.h"
#include "upstream/config/mcp-server-config.h"

#include <string.h>

#define FIELDS "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
#define INITIALIZE                                                       \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{" \
  "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"              \
  "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}"
#define LIST "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}"
#define DISCOVER                                                             \
  "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"server/discover\",\"params\":" \
  "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","  \
  "\"io.modelcontextprotocol/clientCapabilities\":{}}}}"

static void
add_server (GPtrArray *configs, const char *name, gboolean disabled)
{
  McpServerConfig *config = mcp_server_config_new (name, g_getenv ("MCP_TEST_SERVER"));

  config->disabled = disabled;
  g_ptr_array_add (configs, config);
}

/* Two servers, and one that is switched off. */
static void
init (McpFixture *f)
{
  g_autoptr (GPtrArray) configs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);

  mcp_fixture_init (f);
  add_server (configs, "t", FALSE);
  add_server (configs, "my server ü", FALSE);
  add_server (configs, "off", TRUE);
  mcp_gateway_set_servers (f->http->gateway, configs);
}

static McpTestReply *
request (McpFixture *f, const char *method, const char *path, const char *fields, const char *body)
{
  g_autofree char *all = g_strconcat (FIELDS, fields, NULL);

  /* by which the kernel names the process, also where it is the daemon's own */
  return mcp_test_http_request (f->http, MCP_TEST_UNIX, method, path, all, body);
}

static McpTestReply *
post (McpFixture *f, const char *path, const char *fields, const char *body)
{
  return request (f, "POST", path, fields, body);
}

/* Returns: (transfer full): the header fields by which the new attachment is used. */
static char *
initialize (McpFixture *f, const char *path, const char *fields)
{
  g_autoptr (McpTestReply) reply = post (f, path, fields, INITIALIZE);
  g_autofree char *id = mcp_test_reply_dup_field (reply, MCP_HEADER_SESSION_ID);

  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_nonnull (id);
  return g_strdup_printf ("%s" MCP_HEADER_SESSION_ID ": %s\r\n", fields, id);
}

static void
assert_status (McpFixture *f,
               const char *method,
               const char *path,
               const char *fields,
               const char *body,
               guint status)
{
  g_autoptr (McpTestReply) reply = request (f, method, path, fields, body);

  if (reply->status != status)
    g_error ("%s %s: %s%s", method, path, reply->head, reply->body);
}

static void
assert_body_has (McpFixture *f,
                 const char *path,
                 const char *fields,
                 const char *body,
                 const char *part)
{
  g_autoptr (McpTestReply) reply = post (f, path, fields, body);

  if (reply->status != 200 || strstr (reply->body, part) == NULL)
    g_error ("No %s in %s", part, reply->body);
}

static void
test_path_of_a_server (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *attached = NULL;

  g_test_summary (
      "A server's path shows its tools by their own names: to one that initialized, to a "
      "token alone, and to a request of 2026-07-28");
  init (&f);
  attached = initialize (&f, "/mcp/t", "");
  assert_body_has (&f, "/mcp/t", attached, LIST, "\"name\":\"count\"");
  assert_body_has (&f, "/mcp/t", f.bearer, LIST, "\"name\":\"count\"");
  assert_body_has (&f, "/mcp", f.bearer, LIST, "\"name\":\"t__count\"");
  assert_body_has (&f, "/mcp/t/", f.bearer, LIST, "\"name\":\"count\"");
  assert_body_has (&f, "/mcp/t",
                   "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: server/discover\r\n", DISCOVER,
                   "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"mcp-test-server\"");
}

static void
test_name_is_decoded (void)
{
  g_auto (McpFixture) f = { NULL };

  g_test_summary ("The name in the path is percent-decoded");
  init (&f);
  assert_body_has (&f, "/mcp/my%20server%20%C3%BC", f.bearer, LIST, "\"name\":\"count\"");
  assert_status (&f, "POST", "/mcp/my%20server%20%FC", f.bearer, LIST, 400);
  assert_status (&f, "POST", "/mcp/my+server+%C3%BC", f.bearer, LIST, 404);
}

static void
test_unknown_server (void)
{
  g_auto (McpFixture) f = { NULL };
  const char *const paths[] = { "/mcp/nothing", "/mcp/off", "/mcp/T" };

  g_test_summary ("A server that is not there, or switched off, is not found, by any method");
  init (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      assert_status (&f, "POST", paths[i], "", INITIALIZE, 404);
      assert_status (&f, "POST", paths[i], f.bearer, PING, 404);
      assert_status (&f, "GET", paths[i], f.bearer, NULL, 404);
      assert_status (&f, "DELETE", paths[i], f.bearer, NULL, 404);
    }
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, 1);
}

static void
test_attachment_belongs_to_its_path (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *of_server = NULL;
  g_autofree char *of_all = NULL;

  g_test_summary ("An attachment is unknown on every path but its own");
  init (&f);
  of_server = initialize (&f, "/mcp/t", f.bearer);
  of_all = initialize (&f, "/mcp", f.bearer);
  assert_status (&f, "POST", "/mcp/t", of_server, PING, 200);
  assert_status (&f, "POST", "/mcp", of_server, PING, 404);
  assert_status (&f, "POST", "/mcp/my%20server%20%C3%BC", of_server, PING, 404);
  assert_status (&f, "POST", "/mcp/t", of_all, PING, 404);
  assert_status (&f, "DELETE", "/mcp", of_server, NULL, 404);
  assert_status (&f, "DELETE", "/mcp/t", of_server, NULL, 204);
  assert_status (&f, "POST", "/mcp/t", of_server, PING, 404);
}

static void
test_one_session_for_a_process (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *all = NULL;
  g_autofree char *elsewhere = NULL;
  guint n_sessions;

  g_test_summary (
      "Without a token, the clients of one process and directory share a session over all "
      "paths; it ends with the last of them");
  init (&f);
  n_sessions = mcp_session_store_get_n_sessions (f.http->store);
  first = initialize (&f, "/mcp/t", "");
  second = initialize (&f, "/mcp/my%20server%20%C3%BC", "");
  all = initialize (&f, "/mcp", "");
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, n_sessions + 1);
  elsewhere = initialize (&f, "/mcp/t", MCP_HEADER_CWD ": /\r\n");
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, n_sessions + 2);

  assert_status (&f, "DELETE", "/mcp/t", first, NULL, 204);
  assert_status (&f, "DELETE", "/mcp", all, NULL, 204);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, n_sessions + 2);
  assert_status (&f, "DELETE", "/mcp/my%20server%20%C3%BC", second, NULL, 204);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, n_sessions + 1);
}

#define ADD(path, function) g_test_add_func ("/http/route-mcp-server/" path, function)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("path-of-a-server", test_path_of_a_server);
  ADD ("name-is-decoded", test_name_is_decoded);
  ADD ("unknown-server", test_unknown_server);
  ADD ("attachment-belongs-to-its-path", test_attachment_belongs_to_its_path);
  ADD ("one-session-for-a-process", test_one_session_for_a_process);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the owner does to servers and to calls that run. */
#include "mcp-fixture.h"

#include "common/mcp-error.h"
#include "upstream/config/mcp-server-config.h"

#include <string.h>

/* A call that runs until somebody ends it. */
typedef struct
{
  McpTestStream *events; /* (owned): of its session */
  char *call_id;
  gboolean done;
  GError *error; /* (nullable) */
} Call;

static void
call_clear (Call *call)
{
  mcp_test_stream_free (call->events);
  g_free (call->call_id);
  g_clear_error (&call->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GBytes) answer =
      mcp_gateway_call_tool_finish (MCP_GATEWAY (source), result, &call->error);

  call->done = TRUE;
}

static char *
dup_member (const char *json, const char *key)
{
  g_autofree char *before = g_strdup_printf ("\"%s\":\"", key);
  const char *begin = strstr (json, before);

  g_assert_nonnull (begin);
  begin += strlen (before);
  return g_strndup (begin, strcspn (begin, "\""));
}

static void
begin_call (McpFixture *f, Call *call, const char *tool)
{
  const McpCallOptions options = { 0 };
  g_autofree char *frame = NULL;

  call->events = mcp_test_stream_open_events (f->http, f->session, f->token);
  mcp_gateway_call_tool_async (f->http->gateway, f->session, tool, "{}", &options, NULL, called_cb,
                               call);
  frame = mcp_test_stream_read_frame (call->events);
  call->call_id = dup_member (frame, "call_id");
}

static McpTestReply *
owner_empty (McpFixture *f, const char *method, const char *target)
{
  McpTestReply *reply = mcp_test_http_owner (f->http, method, target);

  g_assert_cmpuint (reply->status, ==, 204);
  return reply;
}

static void
test_cancel (void)
{
  g_auto (McpFixture) f = { NULL };
  g_auto (Call) call = { NULL };
  g_autofree char *target = NULL;
  g_autofree char *frame = NULL;
  g_autoptr (McpTestReply) foreign = NULL;
  g_autoptr (McpTestReply) cancelled = NULL;
  g_autoptr (McpTestReply) again = NULL;

  g_test_summary ("The owner cancels a call: the caller gets an error, watchers hear the end");
  mcp_fixture_init_with_server (&f);
  begin_call (&f, &call, "t__hang");
  target = g_strconcat ("/calls/", call.call_id, NULL);
  foreign = mcp_test_http_request (f.http, MCP_TEST_TCP, "DELETE", target, f.bearer, NULL);
  mcp_test_assert_error (foreign, 401, "unauthorized");
  cancelled = owner_empty (&f, "DELETE", target);
  AWAIT (call.done);
  g_assert_error (call.error, MCP_ERROR, MCP_ERROR_CANCELLED);
  frame = mcp_test_stream_read_frame (call.events);
  g_assert_nonnull (strstr (frame, "\"state\":\"cancelled\""));
  again = mcp_test_http_owner (f.http, "DELETE", target);
  mcp_test_assert_error (again, 404, "not_found");
}

static void
test_stop (void)
{
  g_auto (McpFixture) f = { NULL };
  g_auto (Call) call = { NULL };
  g_autoptr (McpTestReply) foreign = NULL;
  g_autoptr (McpTestReply) stopped = NULL;
  g_autoptr (McpTestReply) stopped_again = NULL;
  g_autoptr (McpTestReply) refused = NULL;
  g_autoptr (McpTestReply) released = NULL;
  g_autoptr (McpTestReply) taken = NULL;
  const char *const echo =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"t__echo\","
      "\"arguments\":{\"text\":\"x\"}}}";

  g_test_summary ("All calls are cancelled and new ones refused, until the owner allows them");
  mcp_fixture_init_with_server (&f);
  begin_call (&f, &call, "t__hang");
  foreign = mcp_test_http_request (f.http, MCP_TEST_TCP, "PUT", "/stop", f.bearer, NULL);
  mcp_test_assert_error (foreign, 401, "unauthorized");
  stopped = owner_empty (&f, "PUT", "/stop");
  stopped_again = owner_empty (&f, "PUT", "/stop");
  AWAIT (call.done);
  g_assert_error (call.error, MCP_ERROR, MCP_ERROR_CANCELLED);
  refused = mcp_test_http_post_json (f.http, "/mcp", f.token, echo);
  g_assert_nonnull (strstr (refused->body, "\"error\""));
  g_assert_nonnull (strstr (refused->body, "stopped"));
  released = owner_empty (&f, "DELETE", "/stop");
  taken = mcp_test_http_post_json (f.http, "/mcp", f.token, echo);
  g_assert_nonnull (strstr (taken->body, "\"result\""));
}

static void
expect_state (McpFixture *f, const char *state)
{
  g_autofree char *member = g_strdup_printf ("\"state\":\"%s\"", state);
  g_autoptr (McpTestReply) reply = mcp_test_http_owner (f->http, "GET", "/servers/t");

  g_assert_nonnull (strstr (reply->body, member));
}

static void
test_restart (void)
{
  g_auto (McpFixture) f = { NULL };
  g_auto (Call) call = { NULL };
  g_autoptr (McpTestReply) restarted = NULL;
  g_autoptr (McpTestReply) unknown = NULL;
  g_autoptr (McpTestReply) listed = NULL;

  g_test_summary ("A server is restarted: calls in flight fail, and the next one finds it up");
  mcp_fixture_init_with_server (&f);
  begin_call (&f, &call, "t__hang");
  expect_state (&f, "running");
  restarted = owner_empty (&f, "POST", "/servers/t/restart");
  AWAIT (call.done);
  g_assert_error (call.error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED);
  listed = mcp_test_http_post_json (f.http, "/mcp", f.token,
                                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                                    "\"params\":{\"name\":\"t__echo\",\"arguments\":{}}}");
  g_assert_nonnull (strstr (listed->body, "\"result\""));
  expect_state (&f, "running");
  unknown = mcp_test_http_owner (f.http, "POST", "/servers/u/restart");
  mcp_test_assert_error (unknown, 404, "not_found");
}

static void
test_refresh (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autoptr (McpTestReply) refreshed = NULL;
  g_autoptr (McpTestReply) unknown = NULL;
  g_autoptr (McpTestReply) no_action = NULL;

  g_test_summary ("A server is asked for its lists again");
  mcp_fixture_init_with_server (&f);
  refreshed = owner_empty (&f, "POST", "/servers/t/refresh");
  unknown = mcp_test_http_owner (f.http, "POST", "/servers/u/refresh");
  mcp_test_assert_error (unknown, 404, "not_found");
  no_action = mcp_test_http_owner (f.http, "POST", "/servers/t/explode");
  mcp_test_assert_error (no_action, 404, "not_found");
}

static void
test_unusable (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autoptr (GPtrArray) configs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  g_autoptr (GPtrArray) left_out = g_ptr_array_new ();
  McpServerLeftOut entry = { (char *) "odd", (char *) "no command" };
  static const char *const targets[] = { "/servers/off/restart", "/servers/off/refresh",
                                         "/servers/odd/restart", "/servers/odd/refresh" };
  McpServerConfig *off = mcp_server_config_new ("off", "true");

  g_test_summary (
      "A server that is off, or whose entry cannot be used, is in no state for it: 409");
  off->disabled = TRUE;
  mcp_fixture_init (&f);
  g_ptr_array_add (configs, off);
  g_ptr_array_add (left_out, &entry);
  mcp_gateway_set_servers (f.http->gateway, configs);
  mcp_gateway_set_left_out (f.http->gateway, left_out);
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (McpTestReply) reply = mcp_test_http_owner (f.http, "POST", targets[i]);

      mcp_test_assert_error (reply, 409, "conflict");
    }
}

static McpTestReply *
patch (McpFixture *f, const char *target, const char *fields, const char *body)
{
  g_autofree char *all = g_strconcat (fields, "Content-Type: application/json\r\n", NULL);

  return mcp_test_http_request (f->http, MCP_TEST_UNIX, "PATCH", target, all, body);
}

static void
test_change_session (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *target = NULL;
  g_autoptr (McpTestReply) both = NULL;
  g_autoptr (McpTestReply) shown = NULL;
  g_autoptr (McpTestReply) cleared = NULL;
  g_autoptr (McpTestReply) foreign = NULL;
  g_autoptr (McpTestReply) unknown = NULL;

  g_test_summary ("The owner changes a session's label and allowed tools; null clears them");
  mcp_fixture_init (&f);
  target = g_strconcat ("/session/", mcp_session_get_id (f.session), NULL);
  both = patch (&f, target, "", "{\"label\":\"new\",\"allowed_tools\":[\"t__*\"]}");
  g_assert_cmpuint (both->status, ==, 204);
  shown = mcp_test_http_owner (f.http, "GET", target);
  g_assert_nonnull (strstr (shown->body, "\"label\":\"new\""));
  g_assert_nonnull (strstr (shown->body, "\"allowed_tools\":[\"t__*\"]"));
  cleared = patch (&f, target, "", "{\"allowed_tools\":null}");
  g_assert_cmpuint (cleared->status, ==, 204);
  g_assert_null (mcp_session_get_allowed_tools (f.session));
  g_assert_cmpstr (mcp_session_get_label (f.session), ==, "new");
  foreign = patch (&f, target, f.bearer, "{\"label\":\"x\"}");
  mcp_test_assert_error (foreign, 401, "unauthorized");
  unknown = patch (&f, "/session/x", "", "{\"label\":\"x\"}");
  mcp_test_assert_error (unknown, 404, "not_found");
}

static void
test_bad_change (void)
{
  static const char *const bad[] = { "{\"label\":1}",
                                     "{\"allowed_tools\":\"x\"}",
                                     "{\"allowed_tools\":[null]}",
                                     "{\"allowed_tools\":[\"\"]}",
                                     "{\"cwd\":\"/\"}",
                                     "[]",
                                     "" };
  g_auto (McpFixture) f = { NULL };
  g_autofree char *target = NULL;
  g_autofree char *label = NULL;

  g_test_summary ("A change that cannot be made whole is not made at all");
  mcp_fixture_init (&f);
  label = g_strdup (mcp_session_get_label (f.session));
  target = g_strconcat ("/session/", mcp_session_get_id (f.session), NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (McpTestReply) reply = patch (&f, target, "", bad[i]);

      g_test_message ("%s", bad[i]);
      mcp_test_assert_error (reply, 400, "bad_request");
      g_assert_cmpstr (mcp_session_get_label (f.session), ==, label);
      g_assert_null (mcp_session_get_allowed_tools (f.session));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/owner/cancel", test_cancel);
  g_test_add_func ("/http/owner/stop", test_stop);
  g_test_add_func ("/http/owner/restart", test_restart);
  g_test_add_func ("/http/owner/refresh", test_refresh);
  g_test_add_func ("/http/owner/unusable", test_unusable);
  g_test_add_func ("/http/owner/change-session", test_change_session);
  g_test_add_func ("/http/owner/bad-change", test_bad_change);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "e2e.h"

#include <string.h>

#define LIST "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"

static char *
list_tools (E2e *e2e, const char *token)
{
  guint status;
  char *text = e2e_http (e2e, "POST", "/mcp", token, LIST, &status);

  g_assert_cmpuint (status, ==, 200);
  return text;
}

static void
test_servers (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  const char *token;
  g_autofree char *none = NULL;
  g_autofree char *some = NULL;
  g_autofree char *still = NULL;

  g_test_summary ("A server added to the file is there at once; a spoilt file changes nothing");
  e2e->warnings_expected = TRUE;
  e2e_start (e2e);
  session = e2e_create_session (e2e, NULL);
  token = json_object_get_string_member (session, "token");
  none = list_tools (e2e, token);
  g_assert_null (strstr (none, "test__count"));

  e2e_use_test_server (e2e);
  e2e_await_log (e2e, "1 server");
  some = list_tools (e2e, token);
  g_assert_nonnull (strstr (some, "test__count"));

  g_free (test_dir_write (
      e2e->dir, "config/mcp-sessiond/mcp.json",
      "{\"mcpServers\": {\"test\": {\"command\": \"other\", \"args\": [\"a b\"]}}}", 0600));
  e2e_await_log (e2e, "Server “test” was changed: it was: ");
  e2e_await_log (e2e, "; it is: other 'a b'");
  e2e_await_log (e2e, "1 server");
  e2e_use_test_server (e2e);
  e2e_await_log (e2e, "it was: other 'a b'; it is: ");
  e2e_await_log (e2e, "1 server");
  g_free (test_dir_write (e2e->dir, "config/mcp-sessiond/mcp.json", "{\"mcpServers\": ", 0600));
  e2e_await_log (e2e, "servers stay as they are");
  still = list_tools (e2e, token);
  g_assert_nonnull (strstr (still, "test__count"));
}

static void
test_emptied (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *tools = NULL;
  g_autofree char *answer = NULL;
  guint status;

  g_test_summary ("A file that is emptied, as by an editor before it writes, changes nothing");
  e2e->warnings_expected = TRUE;
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  session = e2e_create_session (e2e, NULL);

  g_free (test_dir_write (e2e->dir, "config/mcp-sessiond/mcp.json", "", 0600));
  e2e_await_log (e2e, "servers stay as they are");
  tools = list_tools (e2e, json_object_get_string_member (session, "token"));
  g_assert_nonnull (strstr (tools, "test__count"));

  answer = e2e_http (e2e, "POST", "/servers/test/disable",
                     json_object_get_string_member (e2e->discovery, "owner_key"), NULL, &status);
  g_assert_cmpuint (status, >=, 400);
}

static void
test_settings (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  const char *key;
  guint status;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *with_key = NULL;

  g_test_summary ("RequireKey set in the file closes TCP to those without the key, at once");
  e2e_start (e2e);
  key = json_object_get_string_member (e2e->discovery, "owner_key");
  before = e2e_http (e2e, "POST", "/session", NULL, NULL, &status);
  g_assert_cmpuint (status, ==, 200);

  g_free (test_dir_write (e2e->dir, "config/mcp-sessiond/mcp-sessiond.conf",
                          "[Http]\nRequireKey=true\n", 0600));
  e2e_await_log (e2e, "was read again");
  after = e2e_http (e2e, "POST", "/session", NULL, NULL, &status);
  g_assert_cmpuint (status, ==, 401);
  with_key = e2e_http (e2e, "POST", "/session", key, NULL, &status);
  g_assert_cmpuint (status, ==, 200);
}

static void
test_expiry (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (GDataInputStream) events = NULL;
  g_autoptr (JsonObject) session = NULL;
  const char *id;

  g_test_summary ("A session that is idle for its time ends, and watchers of all are told");
  e2e_start (e2e);
  events = e2e_stream (e2e, "GET", "unix:/events", NULL, NULL);
  session = e2e_create_session (e2e, "{\"idle_seconds\":1}");
  id = json_object_get_string_member (session, "session_id");

  for (;;)
    {
      g_autoptr (E2eEvent) event = e2e_next_event (events);

      g_assert_nonnull (event->data);
      if (g_strcmp0 (event->name, "session-removed") != 0)
        continue;
      g_assert_nonnull (strstr (event->data, id));
      break;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2e/reload/servers", test_servers);
  g_test_add_func ("/e2e/reload/emptied", test_emptied);
  g_test_add_func ("/e2e/reload/settings", test_settings);
  g_test_add_func ("/e2e/reload/expiry", test_expiry);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway-fixture.h"

#include "gateway/client/mcp-attachment.h"

#include <string.h>

#define ONE "[{\"name\":\"b\",\"inputSchema\":{}},{\"name\":\"a\",\"inputSchema\":{\"x\":1.0}}]"
#define TWO "[{\"name\":\"c\",\"inputSchema\":{}}]"
#define INITIALIZE                                                                           \
  "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define LIST        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"
#define CALL(name) \
  "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"" name "\"}}"
#define SUBSCRIBE(uri)                                                                          \
  "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"resources/subscribe\",\"params\":{\"uri\":\"" uri \
  "\"}}"

static McpAttachment *
attach (Fixture *f, McpSession *session, const char *server)
{
  g_autoptr (GError) error = NULL;
  McpAttachment *attachment = mcp_gateway_attach (f->gateway, session, server, FALSE, &error);

  g_assert_no_error (error);
  return attachment;
}

/* Returns: (transfer full): what its initialize was answered */
static char *
introduce (McpAttachment *attachment)
{
  char *answer = fixture_ask (attachment, INITIALIZE);

  fixture_tell (attachment, INITIALIZED);
  return answer;
}

static void
assert_listed (McpAttachment *attachment, const char *expected)
{
  g_autofree char *answer = fixture_ask (attachment, LIST);
  g_autofree char *names = list_names (answer);

  g_assert_cmpstr (names, ==, expected);
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("No %s in %s", part, text);
}

static void
add_two_servers (Fixture *f)
{
  fixture_add_server (f, "z", ONE);
  fixture_add_server (f, "y", TWO);
  fixture_apply (f);
}

static void
test_own_names (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach (f, f->session, "z");
  g_autoptr (Heard) heard = NULL;
  g_autoptr (McpEventQueue) events = fixture_watch (f->session);
  g_autoptr (McpProgressEvent) event = NULL;
  g_autofree char *begin = NULL;
  g_autofree char *other = NULL;

  g_test_summary (
      "A client of one server sees its tools alone, by its own names; watchers know the "
      "tool by the name that it has among all");
  add_two_servers (f);
  assert_listed (attachment, "b a");
  heard = heard_new (attachment, CALL ("a"));
  AWAIT (fixture_provider (f, "z") != NULL &&
         mcp_fake_provider_get_n_waiting (fixture_provider (f, "z")) == 1);
  g_assert_cmpstr (mcp_fake_provider_get_params (fixture_provider (f, "z"), 0), ==,
                   "{\"name\":\"a\"}");
  begin = next_event (events, &event);
  g_assert_cmpstr (begin, ==, "running 0");
  g_assert_cmpstr (mcp_progress_event_get_tool (event), ==, "z__a");
  mcp_fake_provider_answer (fixture_provider (f, "z"), 0, "{\"content\":[]}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, 0);

  other = fixture_ask (attachment, CALL ("c"));
  assert_has (other, "\"code\":-32602");
  g_free (other);
  other = fixture_ask (attachment, CALL ("z__a"));
  assert_has (other, "\"code\":-32602");
}

static void
test_rules_use_exposed_names (Fixture *f, gconstpointer data)
{
  const char *const globs[] = { "z__a", NULL };
  g_autoptr (McpSession) some = g_object_ref (fixture_create_session (f, "/", globs));
  McpAttachment *attachment = attach (f, some, "z");
  McpAttachment *hidden = attach (f, some, "y");
  g_autofree char *answer = NULL;

  g_test_summary ("What a session may use is said by the names among all servers");
  add_two_servers (f);
  assert_listed (attachment, "a");
  assert_listed (hidden, "");
  answer = fixture_ask (attachment, CALL ("b"));
  assert_has (answer, "\"code\":-32602");
}

static void
test_introduction (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach (f, f->session, "z");
  McpAttachment *all = attach (f, f->session, NULL);
  g_autofree char *answer = NULL;
  g_autofree char *ours = NULL;

  g_test_summary ("A client of one server is told what that server says of itself");
  add_two_servers (f);
  answer = introduce (attachment);
  assert_has (answer, "\"serverInfo\":{\"name\":\"z itself\",\"version\":\"7\"}");
  assert_has (answer, "\"capabilities\":{\"tools\":{\"listChanged\":true}}");
  ours = introduce (all);
  assert_has (ours, "\"serverInfo\":{\"name\":\"mcp-sessiond\"");
  assert_has (ours, "\"prompts\":{");
}

static void
test_hidden_server (Fixture *f, gconstpointer data)
{
  const char *const globs[] = { "y__*", NULL };
  const char *const nothing[] = { "z__none", NULL };
  g_autoptr (McpSession) of_y = g_object_ref (fixture_create_session (f, "/", globs));
  g_autoptr (McpSession) of_none = g_object_ref (fixture_create_session (f, "/", nothing));
  McpAttachment *all = attach (f, f->session, NULL);
  McpAttachment *hidden = attach (f, of_y, "z");
  McpAttachment *unlisted = attach (f, of_none, "z");
  g_autofree char *answer = NULL;

  g_test_summary ("A session that may use no tool of a server does not learn what the server says "
                  "of itself, and does not start it");
  add_two_servers (f);
  answer = introduce (hidden);
  assert_has (answer, "\"serverInfo\":{\"name\":\"mcp-sessiond\"");
  g_assert_null (fixture_provider (f, "z"));
  assert_listed (all, "z__b z__a y__c");
  g_free (answer);
  answer = introduce (unlisted);
  assert_has (answer, "\"serverInfo\":{\"name\":\"mcp-sessiond\"");
}

static void
test_silent_server (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach (f, f->session, "z");
  g_autofree char *answer = NULL;

  g_test_summary (
      "A server that was never seen and does not answer is not waited for without end: the "
      "client gets the daemon's introduction, with all capabilities");
  g_hash_table_add (f->silent, (gpointer) "z");
  add_two_servers (f);
  mcp_gateway_set_list_patience (f->gateway, 20);
  answer = introduce (attachment);
  assert_has (answer, "\"serverInfo\":{\"name\":\"mcp-sessiond\"");
  assert_has (answer, "\"prompts\":{\"listChanged\":true}");
}

static void
message_cb (McpAttachment *attachment, GBytes *json, GString *heard)
{
  if (heard->len > 0)
    g_string_append_c (heard, '\n');
  g_string_append_len (heard, g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json));
}

static GString *
listen (McpAttachment *attachment)
{
  GString *heard = g_string_new (NULL);

  g_signal_connect (attachment, "message", G_CALLBACK (message_cb), heard);
  return heard;
}

static void
test_changes_of_its_server (Fixture *f, gconstpointer data)
{
  McpAttachment *of_z = attach (f, f->session, "z");
  McpAttachment *of_y = attach (f, f->session, "y");
  g_autofree char *answer_z = introduce (of_z);
  g_autofree char *answer_y = introduce (of_y);
  g_autoptr (GString) heard_z = listen (of_z);
  g_autoptr (GString) heard_y = listen (of_y);

  g_test_summary (
      "A client of one server hears when that server's list changes, and of no other's");
  add_two_servers (f);
  assert_listed (of_z, "b a");
  assert_listed (of_y, "c");
  mcp_fake_provider_set_tools (fixture_provider (f, "y"), ONE);
  mcp_fake_provider_notify_us (fixture_provider (f, "y"), "notifications/tools/list_changed", NULL);
  AWAIT (heard_y->len > 0);
  assert_has (heard_y->str, "notifications/tools/list_changed");
  mcp_test_settle ();
  g_assert_cmpstr (heard_z->str, ==, "");
  assert_listed (of_y, "b a");
  g_signal_handlers_disconnect_by_data (of_z, heard_z);
  g_signal_handlers_disconnect_by_data (of_y, heard_y);
}

static void
answer_next (McpFakeProvider *provider, const char *method, const char *result)
{
  AWAIT (mcp_fake_provider_get_n_waiting (provider) > 0);
  g_assert_cmpstr (mcp_fake_provider_get_method (provider, 0), ==, method);
  mcp_fake_provider_answer (provider, 0, result);
}

/* Both have the resource x:y. */
static void
list_resources (Fixture *f, McpAttachment *attachment, const char *const *servers)
{
  g_autoptr (Heard) heard =
      heard_new (attachment, "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"resources/list\"}");

  for (gsize i = 0; servers[i] != NULL; i++)
    {
      AWAIT (fixture_provider (f, servers[i]) != NULL);
      mcp_fake_provider_set_peer (fixture_provider (f, servers[i]), MCP_REVISION_2025_11_25,
                                  "{\"tools\":{},\"resources\":{\"subscribe\":true}}");
    }
  for (gsize i = 0; servers[i] != NULL; i++)
    {
      answer_next (fixture_provider (f, servers[i]), "resources/list",
                   "{\"resources\":[{\"uri\":\"x:y\",\"name\":\"n\"}]}");
      answer_next (fixture_provider (f, servers[i]), "resources/templates/list",
                   "{\"resourceTemplates\":[]}");
    }
  AWAIT (heard->responded);
}

static void
subscribe (Fixture *f, McpAttachment *attachment, const char *request)
{
  g_autoptr (Heard) heard = heard_new (attachment, request);

  answer_next (fixture_provider (f, "y"), "resources/subscribe", "{}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, 0);
}

static void
test_updates_keep_the_clients_uri (Fixture *f, gconstpointer data)
{
  const char *const servers[] = { "z", "y", NULL };
  McpAttachment *all = attach (f, f->session, NULL);
  McpAttachment *of_y = attach (f, f->session, "y");
  g_autofree char *answer_all = introduce (all);
  g_autofree char *answer_y = NULL;
  g_autoptr (GString) heard_all = NULL;
  g_autoptr (GString) heard_y = NULL;

  g_test_summary (
      "Two servers have one URI: a client hears of the resource under the URI by which it "
      "subscribed, whichever the server has");
  add_two_servers (f);
  list_resources (f, all, servers);
  answer_y = introduce (of_y);
  heard_all = listen (all);
  heard_y = listen (of_y);
  subscribe (f, all, SUBSCRIBE ("sessiond://y/x:y"));
  subscribe (f, of_y, SUBSCRIBE ("x:y"));
  mcp_fake_provider_notify_us (fixture_provider (f, "z"), "notifications/resources/updated",
                               "{\"uri\":\"x:y\"}");
  mcp_fake_provider_notify_us (fixture_provider (f, "y"), "notifications/resources/updated",
                               "{\"uri\":\"x:y/part\"}");
  assert_has (heard_all->str, "{\"uri\":\"sessiond://y/x:y/part\"}");
  assert_has (heard_y->str, "{\"uri\":\"x:y/part\"}");
  g_assert_null (strchr (heard_all->str, '\n'));
  g_assert_null (strchr (heard_y->str, '\n'));
  g_signal_handlers_disconnect_by_data (all, heard_all);
  g_signal_handlers_disconnect_by_data (of_y, heard_y);
}

static void
test_shared_session (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (fixture_create_session (f, "/", NULL));
  McpAttachment *of_z = mcp_gateway_attach (f->gateway, session, "z", TRUE, NULL);
  McpAttachment *of_y;

  g_test_summary (
      "A session that was made for the clients of one process ends with the last of them");
  g_assert_true (mcp_gateway_can_share (f->gateway, session, "y"));
  of_y = mcp_gateway_attach (f->gateway, session, "y", TRUE, NULL);
  mcp_gateway_detach (f->gateway, of_z);
  g_assert_false (mcp_session_is_closed (session));
  mcp_gateway_detach (f->gateway, of_y);
  g_assert_true (mcp_session_is_closed (session));
}

static void
test_second_client_of_all (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (fixture_create_session (f, "/", NULL));

  g_test_summary ("A second client of all servers gets a session of its own");
  mcp_gateway_attach (f->gateway, session, "z", TRUE, NULL);
  g_assert_true (mcp_gateway_can_share (f->gateway, session, NULL));
  mcp_gateway_attach (f->gateway, session, NULL, TRUE, NULL);
  g_assert_false (mcp_gateway_can_share (f->gateway, session, NULL));
  g_assert_true (mcp_gateway_can_share (f->gateway, session, "y"));
}

#define ADD(path, function) \
  g_test_add ("/gateway/one-server/" path, Fixture, NULL, fixture_setup, function, fixture_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("own-names", test_own_names);
  ADD ("rules-use-exposed-names", test_rules_use_exposed_names);
  ADD ("introduction", test_introduction);
  ADD ("hidden-server", test_hidden_server);
  ADD ("silent-server", test_silent_server);
  ADD ("changes-of-its-server", test_changes_of_its_server);
  ADD ("updates-keep-the-clients-uri", test_updates_keep_the_clients_uri);
  ADD ("shared-session", test_shared_session);
  ADD ("second-client-of-all", test_second_client_of_all);
  return g_test_run ();
}

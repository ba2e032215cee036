/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway-fixture.h"

#include "gateway/client/mcp-attachment.h"

#include <string.h>

#define ONE "[{\"name\":\"b\",\"inputSchema\":{}},{\"name\":\"a\",\"inputSchema\":{\"x\":1.0}}]"
#define TWO "[{\"name\":\"c\",\"inputSchema\":{}}]"

static void
assert_listed (Fixture *f, McpSession *session, const char *expected)
{
  g_autofree char *names = fixture_list (f, session);

  g_assert_cmpstr (names, ==, expected);
}

static void
test_merged (Fixture *f, gconstpointer data)
{
  g_test_summary ("Lists are merged in the configuration's order, each in its server's own");
  fixture_add_server (f, "z", ONE);
  fixture_add_server (f, "y", TWO);
  fixture_apply (f);
  assert_listed (f, f->session, "z__b z__a y__c");
}

static void
test_known (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) other = NULL;
  guint n_providers;

  g_test_summary ("A server that was listed once is not started to be listed again");
  fixture_add_server (f, "z", ONE);
  fixture_apply (f);
  assert_listed (f, f->session, "z__b z__a");
  n_providers = f->providers->len;
  other = g_object_ref (fixture_create_session (f, "/", NULL));
  assert_listed (f, other, "z__b z__a");
  g_assert_cmpuint (f->providers->len, ==, n_providers);
}

static void
test_broken (Fixture *f, gconstpointer data)
{
  g_test_summary ("A server that cannot be started hides nothing of another");
  fixture_add_server (f, "bad", ONE);
  fixture_add_server (f, "good", TWO);
  g_hash_table_add (f->broken, (gpointer) "bad");
  fixture_apply (f);
  assert_listed (f, f->session, "good__c");
}

static void
test_no_room (Fixture *f, gconstpointer data)
{
  g_test_summary ("A server for which there is no room has no tools for now");
  fixture_add_server (f, "z", ONE);
  f->limits.upstream_processes = 0;
  mcp_gateway_set_limits (f->gateway, &f->limits);
  fixture_apply (f);
  assert_listed (f, f->session, "");
}

static void
test_tool_of_broken (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = mcp_gateway_get_default_attachment (f->gateway, f->session, NULL);
  g_autofree char *answer = NULL;

  g_test_summary ("Whether a server that cannot be started has a tool is not known: its error is "
                  "the call's");
  fixture_add_server (f, "bad", ONE);
  g_hash_table_add (f->broken, (gpointer) "bad");
  fixture_apply (f);
  answer = fixture_ask (attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                                    "\"params\":{\"name\":\"bad__a\"}}");
  g_assert_nonnull (strstr (answer, "\"code\":-32603"));
  g_assert_nonnull (strstr (answer, "Server “bad” could not be started"));
  g_free (answer);
  answer = fixture_ask (attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                                    "\"params\":{\"name\":\"other__a\"}}");
  g_assert_nonnull (strstr (answer, "\"code\":-32602"));
}

static void
test_allow_deny (Fixture *f, gconstpointer data)
{
  McpServerConfig *config = fixture_add_server (f, "z", ONE);

  g_test_summary ("What the configuration denies is neither listed nor callable");
  config->deny = g_strdupv ((char *[]){ (char *) "b", NULL });
  fixture_apply (f);
  assert_listed (f, f->session, "z__a");
}

static void
test_allowed_tools (Fixture *f, gconstpointer data)
{
  const char *const globs[] = { "z__?", NULL };
  const char *const none[] = { NULL };
  g_autoptr (McpSession) some = g_object_ref (fixture_create_session (f, "/", globs));
  g_autoptr (McpSession) nothing = g_object_ref (fixture_create_session (f, "/", none));
  McpAttachment *attachment;
  g_autofree char *answer = NULL;

  g_test_summary ("A session lists and calls what it is allowed, and nothing else");
  fixture_add_server (f, "z", ONE);
  fixture_add_server (f, "y", TWO);
  fixture_apply (f);
  assert_listed (f, some, "z__b z__a");
  assert_listed (f, nothing, "");

  attachment = mcp_gateway_get_default_attachment (f->gateway, some, NULL);
  answer = fixture_ask (attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                                    "\"params\":{\"name\":\"y__c\"}}");
  g_assert_nonnull (strstr (answer, "\"code\":-32602"));
}

static void
test_bytes (Fixture *f, gconstpointer data)
{
  g_autofree char *answer = NULL;
  McpAttachment *attachment;

  g_test_summary ("Of a tool only the name changes");
  fixture_add_server (
      f, "z",
      "[{\"title\":\"T\",\"name\":\"a\",\"inputSchema\":{\"type\":\"object\",\"x\":1.0,\"y\":"
      "12345678901234567890123}}]");
  fixture_apply (f);
  attachment = mcp_gateway_get_default_attachment (f->gateway, f->session, NULL);
  answer = fixture_ask (attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
  g_assert_nonnull (strstr (answer,
                            "{\"title\":\"T\",\"name\":\"z__a\",\"inputSchema\":{"
                            "\"type\":\"object\",\"x\":1.0,\"y\":12345678901234567890123}}"));
}

static void
test_new_configuration (Fixture *f, gconstpointer data)
{
  g_test_summary ("After a new configuration the list is the new one's");
  fixture_add_server (f, "z", ONE);
  fixture_apply (f);
  assert_listed (f, f->session, "z__b z__a");
  g_ptr_array_set_size (f->configs, 0);
  fixture_add_server (f, "y", TWO);
  fixture_apply (f);
  assert_listed (f, f->session, "y__c");
}

/* A server with one prompt, which has been listed. */
static void
list_prompt (Fixture *f, McpAttachment *attachment)
{
  g_autoptr (Heard) heard = NULL;
  McpFakeProvider *provider;

  fixture_add_server (f, "z", ONE);
  fixture_apply (f);
  heard = heard_new (attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/list\"}");
  provider = fixture_provider (f, "z");
  mcp_fake_provider_set_peer (provider, MCP_REVISION_NEWEST_HANDSHAKE,
                              "{\"tools\":{},\"prompts\":{}}");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  g_assert_cmpstr (mcp_fake_provider_get_method (provider, 0), ==, "prompts/list");
  mcp_fake_provider_answer (provider, 0, "{\"prompts\":[{\"name\":\"p\"}]}");
  AWAIT (heard->responded);
  g_assert_nonnull (strstr (heard_last (heard), "{\"prompts\":[{\"name\":\"z__p\"}]}"));
}

static void
test_known_prompt_waits_for_nobody (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = mcp_gateway_get_default_attachment (f->gateway, f->session, NULL);
  g_autoptr (Heard) heard = NULL;
  McpFakeProvider *provider;

  g_test_summary ("Prompts are listed under their exposed names; one that is known is asked for at "
                  "once, whatever another server takes its time for");
  list_prompt (f, attachment);
  g_hash_table_add (f->silent, (gpointer) "slow");
  fixture_add_server (f, "slow", ONE);
  fixture_apply (f);

  provider = fixture_provider (f, "z");
  heard = heard_new (attachment, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/get\","
                                 "\"params\":{\"name\":\"z__p\"}}");
  mcp_test_settle ();
  g_assert_cmpuint (mcp_fake_provider_get_n_waiting (provider), ==, 1);
  g_assert_cmpstr (mcp_fake_provider_get_params (provider, 0), ==, "{\"name\":\"p\"}");
  mcp_fake_provider_answer (provider, 0, "{\"messages\":[]}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, 0);
}

static void
test_session_ends_before_the_server_is_listed (Fixture *f, gconstpointer data)
{
  McpSession *hasty = fixture_create_session (f, "/", NULL);

  g_test_summary ("A server whose session ended before the server was listed is waited for by the "
                  "next session");
  g_hash_table_add (f->silent, (gpointer) "z");
  fixture_add_server (f, "z", ONE);
  fixture_apply (f);
  mcp_gateway_set_list_patience (f->gateway, 1);
  assert_listed (f, hasty, "");
  fixture_close_session (f, hasty);
  mcp_test_settle ();

  g_hash_table_remove (f->silent, "z");
  mcp_gateway_set_list_patience (f->gateway, 60 * 1000);
  assert_listed (f, f->session, "z__b z__a");
}

#define ADD(path, function) \
  g_test_add ("/gateway/catalogue/" path, Fixture, NULL, fixture_setup, function, fixture_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("merged", test_merged);
  ADD ("known", test_known);
  ADD ("broken", test_broken);
  ADD ("no-room", test_no_room);
  ADD ("tool-of-broken", test_tool_of_broken);
  ADD ("allow-deny", test_allow_deny);
  ADD ("allowed-tools", test_allowed_tools);
  ADD ("bytes", test_bytes);
  ADD ("new-configuration", test_new_configuration);
  ADD ("known-prompt-waits-for-nobody", test_known_prompt_waits_for_nobody);
  ADD ("session-ends-before-the-server-is-listed", test_session_ends_before_the_server_is_listed);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway-fixture.h"

#include "gateway/client/mcp-attachment.h"

#include <string.h>

#define INITIALIZE                                                                           \
  "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}"
#define REQUEST(method) \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/" method "\",\"params\":{\"uri\":\"x:y\"}}"
#define LIST "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/list\"}"

static McpAttachment *
attach (Fixture *f)
{
  McpAttachment *attachment = mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, NULL);
  g_autofree char *answer = fixture_ask (attachment, INITIALIZE);

  return attachment;
}

/* The only request that the server has not answered. */
static const char *
get_method (McpFakeProvider *provider)
{
  AWAIT (mcp_fake_provider_get_n_waiting (provider) > 0);
  g_assert_cmpuint (mcp_fake_provider_get_n_waiting (provider), ==, 1);
  return mcp_fake_provider_get_method (provider, 0);
}

static void
answer (McpFakeProvider *provider, const char *method, const char *result)
{
  g_assert_cmpstr (get_method (provider), ==, method);
  mcp_fake_provider_answer (provider, 0, result);
}

/* A server that has the resource x:y, which its clients know of. */
static McpFakeProvider *
add_server (Fixture *f, McpAttachment *attachment)
{
  g_autoptr (Heard) heard = NULL;
  McpFakeProvider *provider;

  fixture_add_server (f, "z", "[]");
  fixture_apply (f);
  heard = heard_new (attachment, LIST);
  provider = fixture_provider (f, "z");
  mcp_fake_provider_set_peer (provider, MCP_REVISION_2025_11_25,
                              "{\"tools\":{},\"resources\":{\"subscribe\":true}}");
  answer (provider, "resources/list", "{\"resources\":[{\"uri\":\"x:y\",\"name\":\"n\"}]}");
  answer (provider, "resources/templates/list", "{\"resourceTemplates\":[]}");
  AWAIT (heard->responded);
  return provider;
}

static void
subscribe (McpFakeProvider *provider, McpAttachment *attachment)
{
  g_autoptr (Heard) heard = heard_new (attachment, REQUEST ("subscribe"));

  answer (provider, "resources/subscribe", "{}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, 0);
}

static void
unsubscribe (McpAttachment *attachment)
{
  g_autofree char *text = fixture_ask (attachment, REQUEST ("unsubscribe"));

  g_assert_nonnull (strstr (text, "\"result\":{}"));
}

static void
test_one_after_the_other (Fixture *f, gconstpointer data)
{
  McpAttachment *first = attach (f);
  McpAttachment *second = attach (f);
  McpFakeProvider *provider = add_server (f, first);
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("A server is asked to tell again only after it has agreed to tell no more");
  subscribe (provider, first);
  unsubscribe (first);
  heard = heard_new (second, REQUEST ("subscribe"));
  mcp_test_settle ();
  answer (provider, "resources/unsubscribe", "{}");
  answer (provider, "resources/subscribe", "{}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, 0);
}

static void
test_asking_counts (Fixture *f, gconstpointer data)
{
  McpAttachment *first = attach (f);
  McpAttachment *second = attach (f);
  McpFakeProvider *provider = add_server (f, first);
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("Who leaves takes nothing from who is about to hear");
  subscribe (provider, first);
  heard = heard_new (second, REQUEST ("subscribe"));
  g_assert_cmpstr (get_method (provider), ==, "resources/subscribe");
  unsubscribe (first);
  answer (provider, "resources/subscribe", "{}");
  AWAIT (heard->responded);
  mcp_test_settle ();
  g_assert_cmpuint (mcp_fake_provider_get_n_waiting (provider), ==, 0);

  unsubscribe (second);
  answer (provider, "resources/unsubscribe", "{}");
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach (f);
  McpFakeProvider *provider = add_server (f, attachment);
  g_autoptr (Heard) heard = heard_new (attachment, REQUEST ("subscribe"));

  g_test_summary ("What a server refused is not taken back, and can be asked again");
  g_assert_cmpstr (get_method (provider), ==, "resources/subscribe");
  mcp_fake_provider_answer_error (provider, 0, "{\"code\":-32602,\"message\":\"no\"}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, -32602);
  mcp_test_settle ();
  g_assert_cmpuint (mcp_fake_provider_get_n_waiting (provider), ==, 0);
  subscribe (provider, attachment);
}

#define ADD(path, function)                                                            \
  g_test_add ("/gateway/resource-watch/" path, Fixture, NULL, fixture_setup, function, \
              fixture_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("one-after-the-other", test_one_after_the_other);
  ADD ("asking-counts", test_asking_counts);
  ADD ("refused", test_refused);
  return g_test_run ();
}

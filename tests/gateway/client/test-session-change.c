/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A session that is allowed other tools than before, while its clients are there. */
#include "gateway-fixture.h"

#include "gateway/client/mcp-attachment.h"

#include <string.h>

#define TOOLS "[{\"name\":\"a\",\"inputSchema\":{}},{\"name\":\"b\",\"inputSchema\":{}}]"
#define INITIALIZE                                                                           \
  "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define LIST        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"

static void
message_cb (McpAttachment *attachment, GBytes *json, GString *heard)
{
  g_string_append_len (heard, g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json));
}

static McpAttachment *
attach (Fixture *f, McpSession *session, GString *heard)
{
  g_autoptr (GError) error = NULL;
  McpAttachment *attachment = mcp_gateway_attach (f->gateway, session, NULL, FALSE, &error);
  g_autofree char *answer = NULL;
  g_autofree char *listed = NULL;

  g_assert_no_error (error);
  answer = fixture_ask (attachment, INITIALIZE);
  fixture_tell (attachment, INITIALIZED);
  listed = fixture_ask (attachment, LIST);
  g_signal_connect (attachment, "message", G_CALLBACK (message_cb), heard);
  return attachment;
}

static void
allow (Fixture *f, const char *const *globs)
{
  const McpSessionChange change = { .sets_allowed_tools = TRUE, .allowed_tools = globs };
  g_autoptr (GError) error = NULL;

  g_assert_true (mcp_session_store_change_session (f->store, f->session, &change, &error));
  g_assert_no_error (error);
}

static void
test_list_changed (Fixture *f, gconstpointer data)
{
  static const char *const only_a[] = { "srv__a", NULL };
  McpSession *other = fixture_create_session (f, "/", NULL);
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (GString) heard_other = g_string_new (NULL);
  McpAttachment *attachment, *foreign;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *again = NULL;

  g_test_summary ("A session that is allowed other tools lists these, its clients that have a list "
                  "are told, and those of other sessions are not");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  attachment = attach (f, f->session, heard);
  foreign = attach (f, other, heard_other);
  before = fixture_list (f, f->session);
  g_assert_cmpstr (before, ==, "srv__a srv__b");

  allow (f, only_a);
  AWAIT (strstr (heard->str, "notifications/tools/list_changed") != NULL);
  after = fixture_list (f, f->session);
  g_assert_cmpstr (after, ==, "srv__a");
  mcp_test_settle ();
  g_assert_cmpstr (heard_other->str, ==, "");

  g_string_truncate (heard, 0);
  allow (f, only_a);
  mcp_test_settle ();
  g_assert_cmpstr (heard->str, ==, "");
  allow (f, NULL);
  AWAIT (strstr (heard->str, "notifications/tools/list_changed") != NULL);
  again = fixture_list (f, f->session);
  g_assert_cmpstr (again, ==, "srv__a srv__b");
  g_signal_handlers_disconnect_by_data (attachment, heard);
  g_signal_handlers_disconnect_by_data (foreign, heard_other);
  mcp_gateway_detach (f->gateway, attachment);
  allow (f, only_a);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/gateway/session-change/list-changed", Fixture, NULL, fixture_setup,
              test_list_changed, fixture_teardown);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway-fixture.h"

#include "common/mcp-error.h"
#include "gateway/catalogue/mcp-tool-guard.h"
#include "gateway/client/mcp-attachment.h"

#include <glib/gstdio.h>
#include <string.h>

#define BEFORE                                                    \
  "[{\"name\":\"a\",\"description\":\"one\",\"inputSchema\":{}}," \
  "{\"name\":\"b\",\"description\":\"two\",\"inputSchema\":{}},"  \
  "{\"name\":\"c\",\"description\":\"three\",\"inputSchema\":{},\"_meta\":{\"x\":1}}]"
/* a has another schema, b is gone, c says something else that nobody is told, d is new */
#define AFTER                                                                                            \
  "[{\"name\":\"a\",\"description\":\"one\",\"inputSchema\":{\"type\":\"object\",\"minProperties\":1}}," \
  "{\"name\":\"c\",\"description\":\"three\",\"inputSchema\":{},\"_meta\":{\"x\":2}},"                   \
  "{\"name\":\"d\",\"description\":\"four\",\"inputSchema\":{}}]"

/* The same as BEFORE, in other words. */
#define REWRITTEN                                                              \
  "[{\"inputSchema\": { }, \"description\": \"\\u006fne\", \"name\": \"a\"}, " \
  "{\"name\":\"b\",\"inputSchema\":{},\"description\":\"two\"},"               \
  "{\"name\":\"c\",\"description\":\"three\",\"inputSchema\":{}}]"

typedef struct
{
  Fixture fixture;
  McpServerConfig *config; /* (unowned) */
  GString *news;
} Prints;

static void
tools_changed_cb (McpGateway *gateway,
                  const char *provider,
                  char **added,
                  char **removed,
                  char **changed,
                  GString *news)
{
  g_autofree char *plus = g_strjoinv (",", added);
  g_autofree char *minus = g_strjoinv (",", removed);
  g_autofree char *other = g_strjoinv (",", changed);

  g_string_append_printf (news, "%s +%s -%s *%s;", provider, plus, minus, other);
}

static void
prints_setup (Prints *p, gconstpointer data)
{
  fixture_setup (&p->fixture, NULL);
  p->news = g_string_new (NULL);
  g_signal_connect (p->fixture.gateway, "tools-changed", G_CALLBACK (tools_changed_cb), p->news);
  p->config = fixture_add_server (&p->fixture, "srv", BEFORE);
  p->config->pin = data != NULL;
  fixture_apply (&p->fixture);
}

static void
prints_teardown (Prints *p, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (p->fixture.gateway, p->news);
  g_string_free (p->news, TRUE);
  fixture_teardown (&p->fixture, NULL);
}

static void
assert_listed (Prints *p, const char *expected)
{
  g_autofree char *names = fixture_list (&p->fixture, p->fixture.session);

  g_assert_cmpstr (names, ==, expected);
}

static void
change_tools (Prints *p, const char *tools)
{
  McpFakeProvider *provider = fixture_provider (&p->fixture, "srv");
  guint n_lists = mcp_fake_provider_get_n_lists (provider);
  g_autofree char *listed = NULL;

  mcp_fake_provider_set_tools (provider, tools);
  mcp_fake_provider_notify_us (provider, "notifications/tools/list_changed", NULL);
  AWAIT (mcp_fake_provider_get_n_lists (provider) > n_lists);
  /* a list waits for the listing that is under way */
  listed = fixture_list (&p->fixture, p->fixture.session);
}

static void
test_told (Prints *p, gconstpointer data)
{
  g_test_summary ("What changes about tools is told, and what they say to nobody is not");
  assert_listed (p, "srv__a srv__b srv__c");
  g_assert_cmpstr (p->news->str, ==, "");
  change_tools (p, AFTER);
  g_assert_cmpstr (p->news->str, ==, "srv +d -b *a;");
  assert_listed (p, "srv__a srv__c srv__d");
  change_tools (p, AFTER);
  g_assert_cmpstr (p->news->str, ==, "srv +d -b *a;");
}

static void
test_rewritten (Prints *p, gconstpointer data)
{
  g_test_summary ("White space, escapes and the order of members are no change");
  assert_listed (p, "srv__a srv__b srv__c");
  change_tools (p, REWRITTEN);
  g_assert_cmpstr (p->news->str, ==, "");
}

static void
test_pinned (Prints *p, gconstpointer data)
{
  McpAttachment *attachment =
      mcp_gateway_get_default_attachment (p->fixture.gateway, p->fixture.session, NULL);
  g_autofree char *answer = NULL;
  g_autofree char *held = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A pinned server's tools that are new or others are held back until accepted");
  assert_listed (p, "srv__a srv__b srv__c");
  change_tools (p, AFTER);
  g_assert_cmpstr (p->news->str, ==, "srv +d -b *a;");
  assert_listed (p, "srv__c");
  answer = fixture_ask (attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                                    "\"params\":{\"name\":\"srv__a\"}}");
  g_assert_nonnull (strstr (answer, "\"code\":-32602"));
  g_assert_nonnull (strstr (answer, "mcp-session server accept srv"));
  change_tools (p, AFTER);
  g_assert_cmpstr (p->news->str, ==, "srv +d -b *a;");

  held = mcp_gateway_build_held_tools (p->fixture.gateway, "srv", &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (held, "\"name\":\"a\""));
  g_assert_nonnull (strstr (held, "\"name\":\"d\""));
  g_assert_null (strstr (held, "\"name\":\"c\""));
  g_assert_false (mcp_gateway_accept_tools (p->fixture.gateway, "srv", "[]", &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_clear_error (&error);
  g_assert_true (mcp_gateway_accept_tools (p->fixture.gateway, "srv", held, &error));
  assert_listed (p, "srv__a srv__c srv__d");
}

static void
test_listed_twice (Prints *p, gconstpointer data)
{
  McpAttachment *attachment =
      mcp_gateway_get_default_attachment (p->fixture.gateway, p->fixture.session, NULL);
  g_autofree char *list = NULL;

  g_test_summary ("A tool that a pinned server lists twice, once as it was accepted, is held back "
                  "whatever the order");
  assert_listed (p, "srv__a srv__b srv__c");
  change_tools (p, "[{\"name\":\"a\",\"description\":\"EVIL\",\"inputSchema\":{}},"
                   "{\"name\":\"a\",\"description\":\"one\",\"inputSchema\":{}}]");
  list = fixture_ask (attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
  g_assert_null (strstr (list, "EVIL"));
  g_assert_null (strstr (list, "srv__a"));
}

static void
test_unknown_server (Prints *p, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Nothing is accepted of a server that is not there");
  g_assert_false (mcp_gateway_accept_tools (p->fixture.gateway, "other", "[]", &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND);
}

static McpItemList *
build_list (const char *tools)
{
  g_autofree char *page = g_strdup_printf ("{\"tools\":%s}", tools);
  McpItemList *list = mcp_item_list_new (MCP_ITEM_TOOL, G_MAXSIZE, 1000);
  McpJsonSlice root;
  g_autoptr (GError) error = NULL;

  g_assert_true (mcp_json_scan (page, strlen (page), 64, 1000, MCP_JSON_SCAN_DEFAULT, &root, NULL));
  mcp_item_list_add_page (list, root, &error);
  g_assert_no_error (error);
  mcp_item_list_close (list);
  return list;
}

static gboolean
is_written (const char *path, const char *part)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, part) != NULL;
}

static gboolean
accepts (McpToolGuard *guard, McpServerConfig *config, const McpItem *tool)
{
  return mcp_tool_prints_match (mcp_tool_guard_get_accepted (guard, config), tool);
}

static void
test_file (void)
{
  g_autofree char *directory = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "tools.json", NULL);
  g_autoptr (McpServerConfig) config = mcp_server_config_new ("s\"1", "x");
  g_autoptr (McpItemList) before = build_list (BEFORE);
  g_autoptr (McpItemList) after = build_list (AFTER);
  g_autoptr (McpToolPrints) now_before = mcp_tool_prints_new (before, NULL);
  g_autoptr (McpToolPrints) now_after = mcp_tool_prints_new (after, NULL);
  g_autoptr (McpToolGuard) guard = mcp_tool_guard_new ();
  g_autoptr (McpToolGuard) again = mcp_tool_guard_new ();
  g_autoptr (McpToolGuard) spoilt = mcp_tool_guard_new ();
  g_autoptr (McpToolChanges) changes = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  g_test_summary (
      "What was accepted is remembered, in a file of its owner's alone; where that is spoilt, "
      "nothing was");
  g_assert_true (mcp_tool_guard_load (guard, path, &error));
  g_assert_null (mcp_tool_guard_check (guard, config, now_before));
  AWAIT (is_written (path, "\"s\\\"1\""));
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);

  config->pin = TRUE;
  g_assert_true (mcp_tool_guard_load (again, path, &error));
  g_assert_no_error (error);
  changes = mcp_tool_guard_check (again, config, now_after);
  g_assert_cmpstr (changes->changed[0], ==, "a");
  g_assert_false (accepts (again, config, mcp_item_list_get (after, 0)));
  g_assert_true (accepts (again, config, mcp_item_list_get (after, 1)));

  g_assert_true (g_file_set_contents (path, "{\"servers\":{", -1, NULL));
  g_assert_false (mcp_tool_guard_load (spoilt, path, &error));
  g_assert_nonnull (error);
  g_clear_pointer (&changes, mcp_tool_prints_changes_free);
  changes = mcp_tool_guard_check (spoilt, config, now_after);
  g_assert_cmpuint (g_strv_length (changes->added), ==, 3);
  g_assert_false (accepts (spoilt, config, mcp_item_list_get (after, 1)));
  mcp_test_settle ();
  g_unlink (path);
  g_rmdir (directory);
}

#define ADD(path, data, function) \
  g_test_add ("/gateway/tool-prints/" path, Prints, data, prints_setup, function, prints_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("told", NULL, test_told);
  ADD ("rewritten", NULL, test_rewritten);
  ADD ("pinned", "pin", test_pinned);
  ADD ("listed-twice", "pin", test_listed_twice);
  ADD ("unknown-server", NULL, test_unknown_server);
  g_test_add_func ("/gateway/tool-prints/file", test_file);
  return g_test_run ();
}

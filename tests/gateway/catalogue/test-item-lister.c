/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-item-lister.h"

#include "mcp-fake-provider.h"
#include "mcp-test-await.h"

#define KIB        1024
#define TOOL(name) "{\"name\":\"" name "\",\"inputSchema\":{\"type\":\"object\"}}"
#define TOOLS      "[" TOOL ("a") "," TOOL ("b") "," TOOL ("c") "]"

static void
listed_cb (McpListing *part, gpointer user_data)
{
  McpListing **listing = user_data;

  g_assert_null (*listing);
  *listing = part;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mcp_item_lister_run_finish (result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* Lists a server that has one tool on each page. */
static McpListing *
list_pages (guint cursor_bytes)
{
  g_autoptr (McpFakeProvider) provider = mcp_fake_provider_new ("s");
  McpListing *listing = NULL;
  McpItemListerOrder order = {
    .kinds = 1u << MCP_ITEM_TOOL,
    .max_bytes = G_MAXSIZE,
    .max_items = 100,
    .listed = listed_cb,
    .listed_data = &listing,
  };
  gboolean has_ended = FALSE;

  mcp_fake_provider_set_tools (provider, TOOLS);
  mcp_fake_provider_set_page (provider, 1, cursor_bytes);
  mcp_item_lister_run_async (MCP_PROVIDER (provider), &order, NULL, ended_cb, &has_ended);
  AWAIT (has_ended);
  g_assert_nonnull (listing);
  return listing;
}

static void
test_pages (void)
{
  g_autoptr (McpListing) listing = list_pages (60 * KIB);

  g_test_summary ("A list comes in pages, whose cursors may be long");
  g_assert_cmpuint (mcp_item_list_get_length (listing->lists[MCP_ITEM_TOOL]), ==, 3);
}

static void
test_long_cursor (void)
{
  g_autoptr (McpListing) listing = list_pages (64 * KIB);
  const char *const *notes = mcp_item_list_get_notes (listing->lists[MCP_ITEM_TOOL]);

  g_test_summary ("A cursor that is too long is not asked with: what is there so far is all");
  g_assert_cmpuint (mcp_item_list_get_length (listing->lists[MCP_ITEM_TOOL]), ==, 1);
  g_assert_cmpstr (notes[0], ==,
                   "tools/list: a “nextCursor” is longer than 64 KiB: the pages so far are all");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/item-lister/pages", test_pages);
  g_test_add_func ("/gateway/item-lister/long-cursor", test_long_cursor);
  return g_test_run ();
}

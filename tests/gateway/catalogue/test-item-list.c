/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-item-list.h"

#include <string.h>

static McpItemList *
read_tools (const char *page, guint max_items)
{
  McpItemList *list = mcp_item_list_new (MCP_ITEM_TOOL, G_MAXSIZE, max_items);
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  g_assert_true (
      mcp_json_scan (page, strlen (page), 64, 10000000, MCP_JSON_SCAN_DEFAULT, &root, &error));
  g_assert_true (mcp_item_list_add_page (list, root, &error));
  g_assert_no_error (error);
  mcp_item_list_close (list);
  return list;
}

static void
test_twice (void)
{
  g_autoptr (McpItemList) list =
      read_tools ("{\"tools\":[{\"name\":\"t\",\"description\":\"first\"},"
                  "{\"name\":\"\\u0074\",\"description\":\"second\"},{\"name\":\"u\"}]}",
                  10);
  const McpItem *item;
  g_autofree char *json = NULL;
  g_autofree char *notes = NULL;

  g_test_summary ("Of a name that is listed twice, in whatever spelling, the first item counts");
  g_assert_cmpuint (mcp_item_list_get_length (list), ==, 2);
  item = mcp_item_list_get (list, 0);
  json = g_strndup (item->json.data, item->json.length);
  g_assert_nonnull (strstr (json, "first"));
  notes = g_strjoinv ("\n", (char **) mcp_item_list_get_notes (list));
  g_assert_nonnull (strstr (notes, "“t” is listed more than once"));
}

static void
test_too_many (void)
{
  g_autoptr (GString) page = g_string_new ("{\"tools\":[");
  g_autoptr (McpItemList) list = NULL;

  g_test_summary ("Items beyond the limit are left out, and a note says so; not too many notes");
  for (guint i = 0; i < 200; i++)
    g_string_append_printf (page, "%s{\"name\":\"%u\"}", i > 0 ? "," : "", i);
  g_string_append (page, "]}");
  list = read_tools (page->str, 100);
  g_assert_cmpuint (mcp_item_list_get_length (list), ==, 100);
  g_assert_true (mcp_item_list_is_full (list));
  g_assert_cmpuint (g_strv_length ((char **) mcp_item_list_get_notes (list)), <, 30);
}

static void
test_nothing (void)
{
  const char *const pages[] = { "{\"tools\":null}", "{}", "null", "[]", "{\"tools\":[]}" };

  g_test_summary ("What says in other words that there is nothing is an empty list");
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr (McpItemList) list = read_tools (pages[i], 10);

      g_assert_cmpuint (mcp_item_list_get_length (list), ==, 0);
    }
}

static void
test_one_hash (void)
{
  g_autoptr (GString) page = g_string_new ("{\"tools\":[");
  g_autoptr (McpItemList) list = NULL;
  gint64 begin;

  g_test_summary ("Names that g_str_hash() cannot tell apart take no longer than others");
  for (guint i = 0; i < 1 << 14; i++)
    {
      g_string_append (page, i > 0 ? ",{\"name\":\"" : "{\"name\":\"");
      for (guint bit = 0; bit < 14; bit++)
        g_string_append (page, (i >> bit & 1) != 0 ? "ab" : "bA");
      g_string_append (page, "\",\"inputSchema\":{\"type\":\"object\"}}");
    }
  g_string_append (page, "]}");
  begin = g_get_monotonic_time ();
  list = read_tools (page->str, 1 << 14);
  g_assert_cmpuint (mcp_item_list_get_length (list), ==, 1 << 14);
  /* some 100 ms here; 14 s with g_str_hash() */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/item-list/twice", test_twice);
  g_test_add_func ("/gateway/item-list/too-many", test_too_many);
  g_test_add_func ("/gateway/item-list/nothing", test_nothing);
  g_test_add_func ("/gateway/item-list/one-hash", test_one_hash);
  return g_test_run ();
}

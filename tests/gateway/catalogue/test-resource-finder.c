/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which server has a resource, by the views of a catalogue without any server.
 */
#include "gateway/catalogue/mcp-list-writer.h"
#include "gateway/catalogue/mcp-resource-finder.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *tools;     /* a JSON array each */
  const char *resources; /* NULL: not known */
  const char *templates;
} Listed;

static void
take (McpListing *listing, McpItemKind kind, const char *items)
{
  const char *member = mcp_item_kind_get_facts (kind)->member;
  g_autofree char *page = g_strdup_printf ("{\"%s\":%s}", member, items);
  McpItemList *list = mcp_item_list_new (kind, G_MAXSIZE, 5000);
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  g_assert_true (
      mcp_json_scan (page, strlen (page), 64, 100000, MCP_JSON_SCAN_DEFAULT, &root, &error));
  g_assert_true (mcp_item_list_add_page (list, root, &error));
  g_assert_no_error (error);
  mcp_listing_take_list (listing, list, NULL);
}

static McpCatalogueViews *
build_views (const Listed *listed, guint n_servers)
{
  g_autoptr (GPtrArray) configs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  g_autofree const char **prefixes = g_new0 (const char *, n_servers);
  g_autoptr (McpNameRooms) rooms = NULL;
  g_autoptr (McpCatalogueSources) sources = NULL;

  for (guint i = 0; i < n_servers; i++)
    {
      g_ptr_array_add (configs, mcp_server_config_new (listed[i].name, "x"));
      prefixes[i] = listed[i].name;
    }
  rooms = mcp_name_rooms_new (prefixes, n_servers);
  sources = mcp_catalogue_views_sources_new (configs, rooms, 48);
  for (guint i = 0; i < n_servers; i++)
    {
      g_autoptr (McpListing) listing = g_new0 (McpListing, 1);

      listing->instructions = g_strconcat ("I am ", listed[i].name, NULL);
      take (listing, MCP_ITEM_TOOL, listed[i].tools);
      take (listing, MCP_ITEM_RESOURCE, listed[i].resources);
      take (listing, MCP_ITEM_TEMPLATE, listed[i].templates);
      mcp_catalogue_views_sources_add (sources, listing, NULL);
    }
  return mcp_catalogue_views_new (sources);
}

static McpAllowedTools *
allow (McpCatalogueViews *views, const char *glob)
{
  const char *const globs[] = { glob, NULL };

  return mcp_allowed_tools_new (glob != NULL ? globs : NULL, mcp_catalogue_views_get_rooms (views));
}

/* “server own-uri”, or “nobody”. */
static void
assert_found (McpCatalogueViews *views, const char *glob, const char *uri, const char *expected)
{
  g_autoptr (McpAllowedTools) allowed = allow (views, glob);
  const char *own = NULL;
  McpServerConfig *config = mcp_resource_finder_find (views, allowed, uri, &own);
  g_autofree char *found =
      config != NULL ? g_strdup_printf ("%s %s", config->name, own) : g_strdup ("nobody");

  g_assert_cmpstr (found, ==, expected);
}

#define TOOL "[{\"name\":\"t\"}]"

static void
test_scheme (void)
{
  const Listed listed[] = {
    { "any", TOOL, "[]", "[{\"uriTemplate\":\"{+any}\"}]" },
    { "notes", TOOL, "[{\"uri\":\"notes://a\"}]", "[{\"uriTemplate\":\"log://{day}\"}]" },
    { "more", TOOL, "[{\"uri\":\"two://1\"}]", "[]" },
    { "again", TOOL, "[{\"uri\":\"two://2\"}]", "[{\"uriTemplate\":\"two:{+x}\"}]" },
  };
  g_autoptr (McpCatalogueViews) views = build_views (listed, G_N_ELEMENTS (listed));

  g_test_summary ("A scheme that is somebody's comes before a template without one");
  assert_found (views, NULL, "notes://a", "notes notes://a");
  assert_found (views, NULL, "notes://b", "notes notes://b");
  assert_found (views, NULL, "log://monday", "notes log://monday");
  assert_found (views, NULL, "log://mon/day", "notes log://mon/day");
  assert_found (views, NULL, "other://x", "any other://x");
  assert_found (views, NULL, "two://3", "again two://3");
}

static void
test_same_uri (void)
{
  const Listed listed[] = {
    { "one", TOOL, "[{\"uri\":\"a://1\"}]", "[{\"uriTemplate\":\"t://{x}\"}]" },
    { "t wo", TOOL, "[{\"uri\":\"a://1\",\"name\":\"n\"}]", "[{\"uriTemplate\":\"t://{x}\"}]" },
  };
  g_autoptr (McpCatalogueViews) views = build_views (listed, G_N_ELEMENTS (listed));
  g_autoptr (McpAllowedTools) all = allow (views, NULL);
  g_autoptr (GBytes) list =
      mcp_list_writer_build (views, MCP_ITEM_RESOURCE, NULL, all, MCP_REVISION_NEWEST_HANDSHAKE);
  g_autofree char *text = g_strndup (g_bytes_get_data (list, NULL), g_bytes_get_size (list));

  g_test_summary ("A URI that two servers have is exposed under another one for the second, and so "
                  "are expansions of its templates");
  g_assert_cmpstr (text, ==,
                   "{\"resources\":[{\"uri\":\"a://1\",\"name\":\"a://1\"},"
                   "{\"uri\":\"sessiond://t%20wo/a://1\",\"name\":\"n\"}]}");
  assert_found (views, NULL, "a://1", "one a://1");
  assert_found (views, NULL, "sessiond://t%20wo/a://1", "t wo a://1");
  assert_found (views, NULL, "sessiond://t%20wo/t://9", "t wo t://9");
  assert_found (views, NULL, "sessiond://nobody/a://1", "nobody");
}

static void
test_hidden (void)
{
  const Listed listed[] = {
    { "one", TOOL, "[{\"uri\":\"a://1\"}]", "[]" },
    { "two", TOOL, "[{\"uri\":\"b://1\"}]", "[]" },
  };
  g_autoptr (McpCatalogueViews) views = build_views (listed, G_N_ELEMENTS (listed));
  g_autoptr (McpAllowedTools) some = allow (views, "two__t");
  g_autoptr (McpAllowedTools) none = allow (views, "two__other");
  g_autofree char *instructions = mcp_list_writer_build_instructions (views, some);
  g_autoptr (GBytes) list =
      mcp_list_writer_build (views, MCP_ITEM_RESOURCE, NULL, some, MCP_REVISION_NEWEST_HANDSHAKE);
  g_autofree char *text = g_strndup (g_bytes_get_data (list, NULL), g_bytes_get_size (list));

  g_test_summary ("A session that may use none of a server's tools sees nothing of the server");
  assert_found (views, "two__t", "a://1", "nobody");
  assert_found (views, "two__t", "b://1", "two b://1");
  assert_found (views, "two__t", "sessiond://one/a://1", "nobody");
  assert_found (views, "two__other", "b://1", "nobody");
  g_assert_cmpstr (instructions, ==, "# two\n\nI am two");
  g_assert_null (mcp_list_writer_build_instructions (views, none));
  g_assert_cmpstr (text, ==, "{\"resources\":[{\"uri\":\"b://1\",\"name\":\"b://1\"}]}");
}

static void
test_slow_templates (void)
{
  g_autoptr (GString) templates = g_string_new ("[");
  g_autofree char *uri = g_strnfill (8000, 'x');
  g_autoptr (McpCatalogueViews) views = NULL;
  gint64 begin;

  g_test_summary ("A thousand templates of many wild cards cost a few milliseconds, not minutes");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (templates,
                            "%s{\"uriTemplate\":\"{+a}{+b}{+c}{+d}{+e}{+f}{+g}{+h}%u!\"}",
                            i > 0 ? "," : "", i);
  g_string_append_c (templates, ']');
  {
    const Listed listed[] = { { "a", TOOL, "[]", templates->str }, { "b", TOOL, "[]", "[]" } };

    views = build_views (listed, G_N_ELEMENTS (listed));
  }
  begin = g_get_monotonic_time ();
  uri[7999] = '!';
  assert_found (views, NULL, uri, "nobody");
  /* some 2 ms here */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 500000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/resource-finder/scheme", test_scheme);
  g_test_add_func ("/gateway/resource-finder/same-uri", test_same_uri);
  g_test_add_func ("/gateway/resource-finder/hidden", test_hidden);
  g_test_add_func ("/gateway/resource-finder/slow-templates", test_slow_templates);
  return g_test_run ();
}

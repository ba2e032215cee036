/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-exposed-names.h"

#include <string.h>

#define TOOLS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Names of servers that are all called “own”. */
static McpExposedNames *
new_names (const McpExposedNamesServer *servers, guint n_servers)
{
  g_autofree McpExposedNamesServer *named = g_memdup2 (servers, n_servers * sizeof *servers);
  g_autofree const char **prefixes = g_new0 (const char *, n_servers + 1);
  g_autoptr (McpNameRooms) rooms = NULL;

  for (guint i = 0; i < n_servers; i++)
    {
      named[i].name = "own";
      prefixes[i] = servers[i].prefix;
    }
  rooms = mcp_name_rooms_new (prefixes, n_servers);
  return mcp_exposed_names_new (named, n_servers, rooms, MCP_EXPOSED_NAMES_MAX_LENGTH);
}

static gboolean
may_own (const char *prefix, const char *exposed)
{
  return mcp_exposed_names_may_own (prefix, "own", MCP_EXPOSED_NAMES_MAX_LENGTH, exposed);
}

static void
assert_valid (const char *name)
{
  g_assert_nonnull (name);
  g_assert_cmpuint (strlen (name), >=, 1);
  g_assert_cmpuint (strlen (name), <=, MCP_EXPOSED_NAMES_MAX_LENGTH);
  for (const char *p = name; *p != '\0'; p++)
    g_assert_true (g_ascii_isalnum (*p) || *p == '_' || *p == '-');
}

static void
assert_both_ways (McpExposedNames *names, guint server, const char *tool)
{
  const char *exposed = mcp_exposed_names_get (names, server, tool);
  guint found_server;
  const char *found_tool;

  assert_valid (exposed);
  g_assert_true (mcp_exposed_names_find (names, exposed, &found_server, &found_tool));
  g_assert_cmpuint (found_server, ==, server);
  g_assert_cmpstr (found_tool, ==, tool);
}

static void
test_plain (void)
{
  const McpExposedNamesServer servers[] = {
    { "files", TOOLS ("read", "write") },
    { "", TOOLS ("echo") },
  };
  g_autoptr (McpExposedNames) names = new_names (servers, 2);
  guint server;
  const char *tool;

  g_test_summary ("A name is prefix, two underscores and the tool; without a prefix the tool");
  g_assert_cmpstr (mcp_exposed_names_get (names, 0, "read"), ==, "files__read");
  g_assert_cmpstr (mcp_exposed_names_get (names, 0, "write"), ==, "files__write");
  g_assert_cmpstr (mcp_exposed_names_get (names, 1, "echo"), ==, "echo");
  g_assert_null (mcp_exposed_names_get (names, 1, "read"));
  g_assert_false (mcp_exposed_names_find (names, "read", &server, &tool));
  assert_both_ways (names, 0, "read");
  assert_both_ways (names, 1, "echo");
}

static void
test_mangled (void)
{
  const McpExposedNamesServer servers[] = { { "my server", TOOLS ("fs.read", "größe/全部") } };
  g_autoptr (McpExposedNames) names = new_names (servers, 1);

  g_test_summary ("What clients refuse becomes an underscore, one for each character");
  g_assert_cmpstr (mcp_exposed_names_get (names, 0, "fs.read"), ==, "my_server__fs_read");
  g_assert_cmpstr (mcp_exposed_names_get (names, 0, "größe/全部"), ==, "my_server__gr__e___");
  assert_both_ways (names, 0, "fs.read");
  assert_both_ways (names, 0, "größe/全部");
}

static void
test_long (void)
{
  g_autofree char *base = g_strnfill (70, 'x');
  g_autofree char *one = g_strconcat (base, "1", NULL);
  g_autofree char *two = g_strconcat (base, "2", NULL);
  g_autofree char *fits = g_strnfill (MCP_EXPOSED_NAMES_MAX_LENGTH - 3, 'y');
  const char *tools[] = { one, two, fits, NULL };
  const char *turned[] = { fits, two, one, NULL };
  const McpExposedNamesServer servers[] = { { "s", tools } };
  const McpExposedNamesServer again[] = { { "s", turned } };
  g_autoptr (McpExposedNames) names = new_names (servers, 1);
  g_autoptr (McpExposedNames) others = new_names (again, 1);

  g_test_summary ("Long names are cut and told apart by a hash that does not depend on order");
  for (guint i = 0; tools[i] != NULL; i++)
    {
      assert_both_ways (names, 0, tools[i]);
      g_assert_cmpstr (mcp_exposed_names_get (names, 0, tools[i]), ==,
                       mcp_exposed_names_get (others, 0, tools[i]));
    }
  g_assert_cmpstr (mcp_exposed_names_get (names, 0, one), !=,
                   mcp_exposed_names_get (names, 0, two));
  g_assert_true (g_str_has_suffix (mcp_exposed_names_get (names, 0, fits), "yyy"));
  g_assert_cmpuint (strlen (mcp_exposed_names_get (names, 0, one)), ==,
                    MCP_EXPOSED_NAMES_MAX_LENGTH);
}

static void
test_alike_in_one_server (void)
{
  const McpExposedNamesServer servers[] = { { "s", TOOLS ("a.b", "a_b", "c.d", "c/d", "a_b") } };
  const McpExposedNamesServer turned[] = { { "s", TOOLS ("c/d", "a_b", "c.d", "a.b") } };
  g_autoptr (McpExposedNames) names = new_names (servers, 1);
  g_autoptr (McpExposedNames) others = new_names (turned, 1);
  const char *tools[] = { "a.b", "a_b", "c.d", "c/d" };

  g_test_summary ("Of tools that look alike only the one really called so keeps the name");
  g_assert_cmpstr (mcp_exposed_names_get (names, 0, "a_b"), ==, "s__a_b");
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      assert_both_ways (names, 0, tools[i]);
      g_assert_cmpstr (mcp_exposed_names_get (names, 0, tools[i]), ==,
                       mcp_exposed_names_get (others, 0, tools[i]));
    }
  g_assert_true (g_str_has_prefix (mcp_exposed_names_get (names, 0, "a.b"), "s__a_b-"));
  g_assert_true (g_str_has_prefix (mcp_exposed_names_get (names, 0, "c.d"), "s__c_d-"));
  g_assert_true (g_str_has_prefix (mcp_exposed_names_get (names, 0, "c/d"), "s__c_d-"));
}

static void
test_same_prefix (void)
{
  const McpExposedNamesServer servers[] = {
    { "", TOOLS ("read", "one") },
    { "", TOOLS ("read", "two") },
  };
  g_autoptr (McpExposedNames) names = new_names (servers, 2);

  g_test_summary ("Between servers of one prefix the first of the configuration keeps the name");
  g_assert_cmpstr (mcp_exposed_names_get (names, 0, "read"), ==, "read");
  g_assert_true (g_str_has_prefix (mcp_exposed_names_get (names, 1, "read"), "read-"));
  g_assert_cmpstr (mcp_exposed_names_get (names, 1, "two"), ==, "two");
  assert_both_ways (names, 0, "read");
  assert_both_ways (names, 1, "read");
}

static void
test_foreign_room (void)
{
  const McpExposedNamesServer without[] = {
    { "", TOOLS ("files__read", "own") },
    { "files", NULL },
  };
  const McpExposedNamesServer with[] = {
    { "", TOOLS ("files__read", "own") },
    { "files", TOOLS ("read") },
  };
  g_autoptr (McpExposedNames) early = new_names (without, 2);
  g_autoptr (McpExposedNames) late = new_names (with, 2);

  g_test_summary ("No server takes a name below another's prefix, whether that is known or not");
  g_assert_cmpstr (mcp_exposed_names_get (late, 1, "read"), ==, "files__read");
  g_assert_true (
      g_str_has_prefix (mcp_exposed_names_get (early, 0, "files__read"), "own-files_read-"));
  g_assert_true (may_own ("", mcp_exposed_names_get (early, 0, "files__read")));
  g_assert_cmpstr (mcp_exposed_names_get (early, 0, "files__read"), ==,
                   mcp_exposed_names_get (late, 0, "files__read"));
  g_assert_cmpstr (mcp_exposed_names_get (early, 0, "own"), ==, "own");
}

static void
test_made_up_name_taken (void)
{
  const McpExposedNamesServer first[] = { { "s", TOOLS ("a.b", "a_b") } };
  g_autoptr (McpExposedNames) names = new_names (first, 1);
  const char *made_up = mcp_exposed_names_get (names, 0, "a.b");
  const McpExposedNamesServer second[] = { { "s",
                                             TOOLS ("a.b", "a_b", made_up + strlen ("s__")) } };
  g_autoptr (McpExposedNames) others = new_names (second, 1);

  g_test_summary ("A tool that is called like a made-up name keeps it; the other gets a new one");
  g_assert_cmpstr (mcp_exposed_names_get (others, 0, made_up + strlen ("s__")), ==, made_up);
  g_assert_cmpstr (mcp_exposed_names_get (others, 0, "a.b"), !=, made_up);
  assert_both_ways (others, 0, "a.b");
}

static void
test_may_own (void)
{
  g_autofree char *prefix = g_strnfill (80, 'p');
  const McpExposedNamesServer servers[] = {
    { "files", TOOLS ("read") },
    { prefix, TOOLS ("read", "write") },
    { "a.b", TOOLS ("x.y", "x_y") },
  };
  g_autoptr (McpExposedNames) names = new_names (servers, 3);

  g_test_summary ("Whose a name can be is told from the prefix, also of names that were changed");
  g_assert_true (may_own ("files", "files__read"));
  g_assert_false (may_own ("files", "file__read"));
  g_assert_false (may_own ("files", "filesread"));
  g_assert_false (may_own ("files", "files"));
  g_assert_true (may_own ("", "anything"));
  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    for (guint k = 0; servers[i].names[k] != NULL; k++)
      g_assert_true (
          may_own (servers[i].prefix, mcp_exposed_names_get (names, i, servers[i].names[k])));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/item-names/plain", test_plain);
  g_test_add_func ("/gateway/item-names/mangled", test_mangled);
  g_test_add_func ("/gateway/item-names/long", test_long);
  g_test_add_func ("/gateway/item-names/alike-in-one-server", test_alike_in_one_server);
  g_test_add_func ("/gateway/item-names/same-prefix", test_same_prefix);
  g_test_add_func ("/gateway/item-names/foreign-room", test_foreign_room);
  g_test_add_func ("/gateway/item-names/made-up-name-taken", test_made_up_name_taken);
  g_test_add_func ("/gateway/item-names/may-own", test_may_own);
  return g_test_run ();
}

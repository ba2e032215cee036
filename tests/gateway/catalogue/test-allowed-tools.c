/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Names belong to their server: no tool that a server makes up falls into a glob that was meant
 * for another server.
 */
#include "gateway/catalogue/mcp-allowed-tools.h"
#include "gateway/catalogue/mcp-exposed-names.h"

#include <string.h>

static gboolean
allows (const char *glob, const char *prefix, const char *exposed, const char *full)
{
  const char *const prefixes[] = { "", "a", "a__b", "files" };
  const char *const globs[] = { glob, NULL };
  g_autoptr (McpNameRooms) rooms = mcp_name_rooms_new (prefixes, G_N_ELEMENTS (prefixes));
  g_autoptr (McpAllowedTools) allowed = mcp_allowed_tools_new (globs, rooms);

  return mcp_allowed_tools_allow (allowed, mcp_name_rooms_get (rooms, prefix), exposed, full);
}

static void
test_rooms (void)
{
  g_test_summary ("A glob that begins with a prefix is for the servers of the longest such prefix");
  g_assert_true (allows ("files__*", "files", "files__read", NULL));
  g_assert_false (allows ("files__*", "", "files__evil-ba2f878c", NULL));
  g_assert_false (allows ("files__*", "a", "files__x", NULL));
  g_assert_false (allows ("a__b__*", "a", "a__b__x", NULL));
  g_assert_true (allows ("a__b__*", "a__b", "a__b__x", NULL));
  g_assert_false (allows ("a__*", "a__b", "a__b__x", NULL));
  g_assert_true (allows ("*read", "files", "files__read", NULL));
  g_assert_true (allows ("echo", "", "echo", NULL));
}

static void
test_both_names (void)
{
  g_test_summary ("The short name of a tool counts, and the full one");
  g_assert_true (
      allows ("files__a_long_name", "files", "files__a_lo-12345678", "files__a_long_name"));
  g_assert_true (allows ("files__a_lo-*", "files", "files__a_lo-12345678", "files__a_long_name"));
  g_assert_false (allows ("files__a_long", "files", "files__a_lo-12345678", "files__a_long_name"));
}

static void
test_reach (void)
{
  const char *const prefixes[] = { "", "files", "notes" };
  const char *const globs[] = { "files__re*", NULL };
  const char *const none[] = { NULL };
  g_autoptr (McpNameRooms) rooms = mcp_name_rooms_new (prefixes, G_N_ELEMENTS (prefixes));
  g_autoptr (McpAllowedTools) some = mcp_allowed_tools_new (globs, rooms);
  g_autoptr (McpAllowedTools) nothing = mcp_allowed_tools_new (none, rooms);
  g_autoptr (McpAllowedTools) all = mcp_allowed_tools_new (NULL, rooms);

  g_test_summary ("Which servers could have a tool that is allowed");
  g_assert_true (mcp_allowed_tools_reach (some, mcp_name_rooms_get (rooms, "files")));
  g_assert_false (mcp_allowed_tools_reach (some, mcp_name_rooms_get (rooms, "notes")));
  g_assert_false (mcp_allowed_tools_reach (some, mcp_name_rooms_get (rooms, "")));
  g_assert_false (mcp_allowed_tools_reach (nothing, mcp_name_rooms_get (rooms, "files")));
  g_assert_true (mcp_allowed_tools_reach (all, mcp_name_rooms_get (rooms, "notes")));
}

/* Texts that look alike after mangling, that end like a hash, that hold a separator. */
static const char *const parts[] = {
  "a", "b", "files", "__", "_", "-", ".", "é", "read", "ba2f878c", "a__b", "x",
};

static char *
make_text (GRand *rand, gint32 max_parts)
{
  GString *text = g_string_new (NULL);
  gint32 n_parts = g_rand_int_range (rand, 0, max_parts + 1);

  for (gint32 i = 0; i < n_parts; i++)
    g_string_append (text, parts[g_rand_int_range (rand, 0, G_N_ELEMENTS (parts))]);
  return g_string_free (text, FALSE);
}

#define N_SERVERS 4
#define N_TOOLS   6

typedef struct
{
  McpExposedNamesServer servers[N_SERVERS];
  char *prefixes[N_SERVERS];
  char *names[N_SERVERS];
  char *tools[N_SERVERS][N_TOOLS + 1];
} World;

static void
make_world (World *world, GRand *rand)
{
  memset (world, 0, sizeof *world);
  for (guint i = 0; i < N_SERVERS; i++)
    {
      world->prefixes[i] = make_text (rand, 3);
      world->names[i] = g_strdup_printf ("%s%u", world->prefixes[i], i);
      for (guint k = 0; k < N_TOOLS; k++)
        {
          g_autofree char *text = make_text (rand, 8);

          world->tools[i][k] = g_strconcat ("t", text, NULL);
          /* now and then the very name of another server's tool */
          if (g_rand_int_range (rand, 0, 3) == 0)
            {
              g_free (world->tools[i][k]);
              world->tools[i][k] = g_strconcat (
                  world->prefixes[g_rand_int_range (rand, 0, (gint32) i + 1)], "__read", NULL);
            }
        }
      world->servers[i] =
          (McpExposedNamesServer){ world->prefixes[i], (const char *const *) world->tools[i],
                                   world->names[i] };
    }
}

static void
clear_world (World *world)
{
  for (guint i = 0; i < N_SERVERS; i++)
    {
      g_free (world->prefixes[i]);
      g_free (world->names[i]);
      for (guint k = 0; k < N_TOOLS; k++)
        g_free (world->tools[i][k]);
    }
}

static void
check_tool (World *world,
            McpNameRooms *rooms,
            McpExposedNames *names,
            guint server,
            const char *tool)
{
  const char *exposed = mcp_exposed_names_get (names, server, tool);
  const char *own = mcp_name_rooms_get (rooms, world->prefixes[server]);

  g_assert_nonnull (exposed);
  g_assert_cmpuint (strlen (exposed), <=, 48);
  g_assert_true (
      mcp_exposed_names_may_own (world->prefixes[server], world->names[server], 48, exposed));
  for (guint i = 0; i < N_SERVERS; i++)
    {
      const char *room = mcp_name_rooms_get (rooms, world->prefixes[i]);
      g_autofree char *glob = g_strconcat (room, "*", NULL);
      const char *const globs[] = { glob, NULL };
      g_autoptr (McpAllowedTools) allowed = mcp_allowed_tools_new (globs, rooms);
      g_autofree char *full = g_strconcat (own, tool, NULL);

      if (*room == '\0')
        continue;
      /* neither the rule nor the name itself leads to another server */
      if (room != own)
        {
          g_assert_false (mcp_allowed_tools_allow (allowed, own, exposed, full));
          g_assert_true (mcp_name_rooms_find (rooms, exposed) != room);
        }
      else
        g_assert_true (mcp_allowed_tools_allow (allowed, own, exposed, full));
    }
}

static void
test_property (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  g_test_summary (
      "In 2,000 made-up configurations no name of a server lies in the room of another, "
      "and each is allowed by the glob of its own server");
  for (guint n = 0; n < 2000; n++)
    {
      World world;
      g_autoptr (McpNameRooms) rooms = NULL;
      g_autoptr (McpExposedNames) names = NULL;

      make_world (&world, rand);
      rooms = mcp_name_rooms_new ((const char *const *) world.prefixes, N_SERVERS);
      names = mcp_exposed_names_new (world.servers, N_SERVERS, rooms, 48);
      for (guint i = 0; i < N_SERVERS; i++)
        for (guint k = 0; k < N_TOOLS; k++)
          check_tool (&world, rooms, names, i, world.tools[i][k]);
      clear_world (&world);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/allowed-tools/rooms", test_rooms);
  g_test_add_func ("/gateway/allowed-tools/both-names", test_both_names);
  g_test_add_func ("/gateway/allowed-tools/reach", test_reach);
  g_test_add_func ("/gateway/allowed-tools/property", test_property);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "gateway/catalogue/mcp-exposed-names.h"

#include <string.h>

#define N_SERVERS 3
#define N_TOOLS   4

/*
 * Lines: the prefix of each server, then the tools of each. Every tool has a name that clients
 * accept, that leads back to it, and that lies in no other server's room.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", N_SERVERS * (N_TOOLS + 1));
  const char *tools[N_SERVERS][N_TOOLS + 1] = { { NULL } };
  McpExposedNamesServer servers[N_SERVERS];
  const char *prefixes[N_SERVERS];
  g_autoptr (McpNameRooms) rooms = NULL;
  g_autoptr (McpExposedNames) names = NULL;

  if (g_strv_length (lines) < N_SERVERS * (N_TOOLS + 1) || !g_utf8_validate (text, -1, NULL))
    return 0;
  for (guint i = 0; i < N_SERVERS; i++)
    {
      prefixes[i] = lines[i];
      for (guint k = 0; k < N_TOOLS; k++)
        tools[i][k] = lines[N_SERVERS + i * N_TOOLS + k];
      servers[i] = (McpExposedNamesServer){ prefixes[i], tools[i], "server" };
    }
  rooms = mcp_name_rooms_new (prefixes, N_SERVERS);
  names = mcp_exposed_names_new (servers, N_SERVERS, rooms, 48);
  for (guint i = 0; i < N_SERVERS; i++)
    for (guint k = 0; k < N_TOOLS; k++)
      {
        const char *exposed = mcp_exposed_names_get (names, i, tools[i][k]);
        const char *room = mcp_name_rooms_find (rooms, exposed);
        const char *own;
        guint server;

        g_assert_cmpuint (strlen (exposed), <=, 48);
        g_assert_true (mcp_exposed_names_find (names, exposed, &server, &own));
        g_assert_cmpuint (server, ==, i);
        g_assert_cmpstr (own, ==, tools[i][k]);
        g_assert_true (*room == '\0' || room == mcp_name_rooms_get (rooms, prefixes[i]));
      }
  return 0;
}

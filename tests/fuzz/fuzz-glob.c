/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-glob.h"
#include "fuzz-target.h"

#include <string.h>

/*
 * The first line is a glob, the rest a text. A glob without wild cards matches itself and nothing
 * else; with a star at the end it matches at least what it matched without.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const guint8 *end = size > 0 ? memchr (data, '\n', size) : NULL;
  g_autofree char *glob = NULL;
  g_autofree char *longer = NULL;
  g_autofree char *text = NULL;
  McpGlobText prepared;
  gboolean matches;

  if (end == NULL)
    return 0;
  glob = g_strndup ((const char *) data, (gsize) (end - data));
  text = g_strndup ((const char *) end + 1, size - (gsize) (end + 1 - data));
  longer = g_strconcat (glob, "*", NULL);
  mcp_glob_text_init (&prepared, text);
  matches = mcp_glob_text_matches (&prepared, glob);
  if (strlen (text) > MCP_GLOB_MAX_TEXT)
    g_assert_false (matches);
  else if (strpbrk (glob, "*?") == NULL)
    g_assert_cmpint (matches, ==, strcmp (glob, text) == 0);
  if (matches)
    {
      g_assert_true (mcp_glob_text_matches (&prepared, longer));
      g_assert_true (mcp_glob_text_begins (&prepared, glob));
    }
  return 0;
}

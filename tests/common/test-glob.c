/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-glob.h"

#include <string.h>

/* What a glob means, by trying everything: slow, and plainly right. */
static gboolean
matches_slowly (const char *glob, const char *text)
{
  if (*glob == '\0')
    return *text == '\0';
  if (*glob == '*')
    return matches_slowly (glob + 1, text) ||
           (*text != '\0' && matches_slowly (glob, g_utf8_next_char (text)));
  if (*text == '\0')
    return FALSE;
  if (*glob == '?')
    return matches_slowly (glob + 1, g_utf8_next_char (text));
  return *glob == *text && matches_slowly (glob + 1, text + 1);
}

static char *
random_text (GRand *rand, const char *const *parts, gint32 n_parts, gint32 max_length)
{
  GString *text = g_string_new (NULL);
  gint32 length = g_rand_int_range (rand, 0, max_length);

  for (gint32 i = 0; i < length; i++)
    g_string_append (text, parts[g_rand_int_range (rand, 0, n_parts)]);
  return g_string_free (text, FALSE);
}

static void
test_random (void)
{
  const char *const parts[] = { "a", "b", "ä", "€", "😀", "*", "?", "*" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  g_test_summary ("The matcher finds what trying everything finds, several bytes a character too");
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *glob = random_text (rand, parts, G_N_ELEMENTS (parts), 8);
      g_autofree char *text = random_text (rand, parts, 5, 10);

      if (mcp_glob_matches (glob, text) != matches_slowly (glob, text))
        g_error ("“%s” and “%s”", glob, text);
    }
}

static void
test_words (void)
{
  g_test_summary ("Texts of 63, 64, 65 and 255 bytes match to the last byte, longer ones never");
  for (guint length = 60; length <= 260; length++)
    {
      g_autofree char *text = g_strnfill (length, 'a');
      g_autofree char *glob = g_strdup (text);
      gboolean fits = length <= MCP_GLOB_MAX_TEXT;

      memset (glob, '?', length / 2);
      g_assert_cmpint (mcp_glob_matches (text, text), ==, fits);
      g_assert_cmpint (mcp_glob_matches (glob, text), ==, fits);
      g_assert_cmpint (mcp_glob_matches ("a*a", text), ==, fits);
      g_assert_cmpint (mcp_glob_matches ("*", text), ==, fits);
      g_assert_false (mcp_glob_matches (text + 1, text));
      g_assert_false (mcp_glob_matches ("*b", text));
    }
}

static void
test_begins (void)
{
  const struct
  {
    const char *beginning;
    const char *glob;
    gboolean begins;
  } cases[] = {
    { "files__", "files__*", TRUE },
    { "files__", "files__read", TRUE },
    { "files__", "files", FALSE },
    { "files__", "*", TRUE },
    { "files__", "*read", TRUE },
    { "files__", "other__*", FALSE },
    { "files__", "f?les__r", TRUE },
    { "", "a", TRUE },
    { "", "", TRUE },
    { "files__", "files__", TRUE },
    { "files__", "f*s__read", TRUE },
    { "files__", "f?", FALSE },
  };

  g_test_summary ("Whether a glob matches anything that begins so");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      McpGlobText text;

      mcp_glob_text_init (&text, cases[i].beginning);
      g_test_message ("%s %s", cases[i].beginning, cases[i].glob);
      g_assert_cmpint (mcp_glob_text_begins (&text, cases[i].glob), ==, cases[i].begins);
    }
}

static void
test_time (void)
{
  g_autofree char *text = g_strnfill (64, 'a');
  McpGlobText prepared;
  gint64 begin = g_get_monotonic_time ();

  g_test_summary ("A glob of many wild cards takes no longer than another of its length");
  mcp_glob_text_init (&prepared, text);
  for (guint i = 0; i < 1000; i++)
    g_assert_false (mcp_glob_text_matches (&prepared, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"));
  /* some 0.1 ms here; a matcher that goes back takes minutes */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 1000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/common/glob/random", test_random);
  g_test_add_func ("/common/glob/words", test_words);
  g_test_add_func ("/common/glob/begins", test_begins);
  g_test_add_func ("/common/glob/time", test_time);
  return g_test_run ();
}

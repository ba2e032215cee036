/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/secrets/mcp-secret-text.h"

#include <stdio.h>
#include <string.h>

/* What the kernel says of the memory that a text lies in (proc(5), “VmFlags”). */
static char *
find_flags (const char *text)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_there = FALSE;

  g_assert_true (g_file_get_contents ("/proc/self/smaps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      guint64 begin;
      guint64 end;

      if (sscanf (lines[i], "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x ", &begin, &end) == 2)
        is_there = (guintptr) text >= begin && (guintptr) text < end;
      else if (is_there && g_str_has_prefix (lines[i], "VmFlags:"))
        return g_strconcat (lines[i], " ", NULL);
    }
  return NULL;
}

static void
test_kept (void)
{
  char *text;
  g_autofree char *flags = NULL;

  g_test_summary ("A secret that is kept is a copy in memory that is in no core file");
  text = mcp_secret_text_new ("of two");
  g_assert_cmpstr (text, ==, "of two");
  flags = find_flags (text);
  if (flags == NULL)
    g_test_skip ("the kernel does not say what memory is like");
  else
    g_assert_nonnull (strstr (flags, " dd "));
  mcp_secret_text_free (text);
}

static void
test_released (void)
{
  char *text;
  g_autofree char *flags = NULL;

  g_test_summary ("The memory of a secret that is over is not there any more");
  text = mcp_secret_text_new ("over");
  mcp_secret_text_free (text);
  flags = find_flags (text);
  g_assert_true (flags == NULL || strstr (flags, " dd ") == NULL);
}

static void
test_sizes (void)
{
  g_test_summary ("A secret may have any length");
  for (gsize length = 0; length <= 70000; length = length * 4 + 1021)
    {
      g_autofree char *value = g_strnfill (length, 'x');
      char *text = mcp_secret_text_new (value);

      g_assert_cmpstr (text, ==, value);
      mcp_secret_text_free (text);
    }
  g_assert_null (mcp_secret_text_new (NULL));
  mcp_secret_text_free (NULL);
}

static void
test_string (void)
{
  g_autoptr (McpSecretString) string = mcp_secret_text_new_string ("a=");
  const char *place = string->str;
  g_autofree char *token = g_strnfill (8000, 't');

  g_test_summary ("A text of secrets does not move while two tokens are written");
  g_string_append (string, token);
  g_string_append (string, token);
  g_assert_true (string->str == place);
  g_assert_cmpuint (string->len, ==, 16002);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/upstream/secret-text/kept", test_kept);
  g_test_add_func ("/upstream/secret-text/released", test_released);
  g_test_add_func ("/upstream/secret-text/sizes", test_sizes);
  g_test_add_func ("/upstream/secret-text/string", test_string);

  return g_test_run ();
}

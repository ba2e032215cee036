/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/files/mcp-cli-diff.h"

#define CONTEXT 3

static GStrv
split (const char *text, guint *n_lines)
{
  GStrv lines = g_strsplit (text, "\n", -1);

  *n_lines = g_strv_length (lines);
  if (*n_lines > 0 && *lines[*n_lines - 1] == '\0')
    (*n_lines)--;
  return lines;
}

static void
append_lines (GString *out, char sign, GStrv lines, guint from, guint to)
{
  for (guint i = from; i < to; i++)
    g_string_append_printf (out, "%c%s\n", sign, lines[i]);
}

/**
 * mcp_cli_diff:
 * @path: of a file
 * @before: its text
 * @after: the text it is to have
 *
 * Shows the difference as diff -u does, as one hunk: the changes are close together.
 *
 * Returns: (transfer full): the lines of the difference
 */
char *
mcp_cli_diff (const char *path, const char *before, const char *after)
{
  guint n_old, n_new, start = 0, end = 0, first;
  g_auto (GStrv) old_lines = split (before, &n_old);
  g_auto (GStrv) new_lines = split (after, &n_new);
  GString *out = g_string_new (NULL);

  while (start < MIN (n_old, n_new) && g_str_equal (old_lines[start], new_lines[start]))
    start++;
  while (end < MIN (n_old, n_new) - start &&
         g_str_equal (old_lines[n_old - 1 - end], new_lines[n_new - 1 - end]))
    end++;

  first = start > CONTEXT ? start - CONTEXT : 0;
  g_string_append_printf (out, "--- %s\n+++ %s\n", path, path);
  append_lines (out, ' ', old_lines, first, start);
  append_lines (out, '-', old_lines, start, n_old - end);
  append_lines (out, '+', new_lines, start, n_new - end);
  append_lines (out, ' ', old_lines, n_old - end, MIN (n_old - end + CONTEXT, n_old));
  return g_string_free (out, FALSE);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/files/mcp-cli-toml.h"

#include <string.h>

/* TOML 1.0: strings of several lines, in which a line may look like a table's. */
static const char *
skip_long_string (const char *line, const char *end_of_line)
{
  static const char *const quotes[] = { "\"\"\"", "'''" };

  for (gsize i = 0; i < G_N_ELEMENTS (quotes); i++)
    {
      const char *start = g_strstr_len (line, end_of_line - line, quotes[i]);
      const char *end = start != NULL ? strstr (start + 3, quotes[i]) : NULL;

      if (end != NULL && end > end_of_line)
        return end + strcspn (end, "\n");
    }
  return end_of_line;
}

static const char *
next_line (const char *line)
{
  const char *end = skip_long_string (line, line + strcspn (line, "\n"));

  return *end == '\n' ? end + 1 : end;
}

/* "[a.b]": whether the line begins that table, or one below it. */
static gboolean
begins (const char *line, const char *name, gboolean or_below)
{
  gsize length = strlen (name);

  line += strspn (line, " \t");
  if (*line++ != '[')
    return FALSE;
  line += strspn (line, " \t");
  if (strncmp (line, name, length) != 0)
    return FALSE;
  line += length;
  if (or_below && *line == '.')
    return TRUE;
  line += strspn (line, " \t");
  return *line == ']';
}

static gboolean
begins_any (const char *line)
{
  line += strspn (line, " \t");
  return *line == '[';
}

/* Comments and blank lines before a table belong to it. */
static const char *
find_end (const char *from, const char *name)
{
  const char *end = from;

  for (const char *line = from; *line != '\0'; line = next_line (line))
    {
      gsize blank = strspn (line, " \t\r");

      if (line != from && begins_any (line) && !begins (line, name, TRUE))
        return end;
      if (line[blank] != '#' && line[blank] != '\n')
        end = next_line (line);
    }
  return end;
}

static const char *
find (const char *text, const char *name)
{
  for (const char *line = text; *line != '\0'; line = next_line (line))
    if (begins (line, name, FALSE))
      return line;
  return NULL;
}

/**
 * mcp_cli_toml_get_table:
 * @text: of a file
 * @name: of a table, dotted
 *
 * Returns: (transfer full) (nullable): the table, its head and those below it included
 */
char *
mcp_cli_toml_get_table (const char *text, const char *name)
{
  const char *start = find (text, name);

  return start != NULL ? g_strndup (start, (gsize) (find_end (start, name) - start)) : NULL;
}

/**
 * mcp_cli_toml_set_table:
 * @text: of a file
 * @name: of a table, dotted, of bare keys
 * @body: what is in it, whole lines
 *
 * Returns: (transfer full): the text with that table, in its old place or at the end
 */
char *
mcp_cli_toml_set_table (const char *text, const char *name, const char *body)
{
  const char *start = find (text, name);
  gsize length = strlen (text);
  const char *gap;

  if (start != NULL)
    return g_strdup_printf ("%.*s[%s]\n%s%s", (int) (start - text), text, name, body,
                            find_end (start, name));
  gap = length == 0 ? "" : g_str_has_suffix (text, "\n") ? "\n" : "\n\n";
  return g_strdup_printf ("%s%s[%s]\n%s", text, gap, name, body);
}

/**
 * mcp_cli_toml_remove_table:
 * @text: of a file
 * @name: of a table, dotted
 *
 * Returns: (transfer full) (nullable): the text without it and those below it; %NULL: it is not
 * there
 */
char *
mcp_cli_toml_remove_table (const char *text, const char *name)
{
  const char *start = find (text, name);
  const char *end;

  if (start == NULL)
    return NULL;
  end = find_end (start, name);
  /* With the blank line that set it apart. */
  if (start - text >= 2 && start[-1] == '\n' && start[-2] == '\n')
    start--;
  return g_strdup_printf ("%.*s%s", (int) (start - text), text, end);
}

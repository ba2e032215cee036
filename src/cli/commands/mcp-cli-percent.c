/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-percent.h"

#include <string.h>

/* A number's first character, walking back from its end. */
static const char *
find_number_start (const char *line, const char *end)
{
  const char *start = end;
  gboolean seen_point = FALSE;

  while (start > line)
    {
      char c = start[-1];

      if ((c == '.' || c == ',') && !seen_point && start < end)
        seen_point = TRUE;
      else if (!g_ascii_isdigit (c))
        break;
      start--;
    }
  while (start < end && !g_ascii_isdigit (*start))
    start++;
  return start;
}

static gboolean
read_number (const char *start, const char *end, double *percent)
{
  g_autofree char *text = g_strndup (start, (gsize) (end - start));

  g_strdelimit (text, ",", '.');
  *percent = g_ascii_strtod (text, NULL);
  return *percent <= 100;
}

/**
 * mcp_cli_percent_find:
 * @line: what a program printed
 * @percent: (out): from 0 to 100
 *
 * Looks for the last percentage in a line: “ 45%”, “45.5 %”, “[ 45%]”, “45,5%”.
 *
 * Returns: whether there is one
 */
gboolean
mcp_cli_percent_find (const char *line, double *percent)
{
  for (const char *sign = strrchr (line, '%'); sign != NULL;
       sign = g_strrstr_len (line, sign - line, "%"))
    {
      const char *end = sign;
      const char *start;

      while (end > line && end[-1] == ' ')
        end--;
      start = find_number_start (line, end);
      if (start < end && read_number (start, end, percent))
        return TRUE;
    }
  return FALSE;
}

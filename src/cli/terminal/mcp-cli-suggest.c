/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * “Did you mean …?”: finds the candidate that is nearest to a word that was mistyped.
 */
#include "cli/terminal/mcp-cli-suggest.h"

#include <string.h>

/* Longer words are not compared: the work grows with the square of the length. */
#define MAX_LENGTH 128

/* Whether two letters at the end of both prefixes have changed places. */
static gboolean
is_swapped (const char *a, guint i, const char *b, guint j)
{
  return i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
}

/* Edits that make one word of the other: a letter added, left out or changed, or two that have
 * changed places (Damerau and Levenshtein, each place edited once). */
static guint
measure_distance (const char *a, const char *b)
{
  guint rows[3][MAX_LENGTH + 1];
  gsize b_length = strlen (b);
  guint i;

  for (guint j = 0; j <= b_length; j++)
    rows[0][j] = j;
  for (i = 1; a[i - 1] != '\0'; i++)
    {
      const guint *before = rows[(i + 1) % 3]; /* two rows up */
      const guint *above = rows[(i - 1) % 3];
      guint *row = rows[i % 3];

      row[0] = i;
      for (guint j = 1; j <= b_length; j++)
        {
          row[j] = MIN (above[j - 1] + (a[i - 1] != b[j - 1]), MIN (above[j], row[j - 1]) + 1);
          if (is_swapped (a, i, b, j))
            row[j] = MIN (row[j], before[j - 2] + 1);
        }
    }
  return rows[(i - 1) % 3][b_length];
}

/* Whether a tool was called by the name that its server gives it, without the server's prefix. */
static gboolean
is_without_server (const char *word, const char *candidate)
{
  const char *sign = strstr (candidate, "__");

  return sign != NULL && strcmp (sign + 2, word) == 0;
}

/* 0: the same but for case; G_MAXUINT: nothing alike */
static guint
rate (const char *word, const char *candidate)
{
  g_autofree char *folded = g_ascii_strdown (word, -1);
  g_autofree char *other = g_ascii_strdown (candidate, -1);
  gsize length = strlen (folded);
  guint distance;

  if (length == 0 || length > MAX_LENGTH || strlen (other) > MAX_LENGTH)
    return G_MAXUINT;
  if (length >= 3 && (g_str_has_prefix (other, folded) || is_without_server (folded, other)))
    return 1;
  distance = measure_distance (folded, other);
  return distance <= MAX (length / 3, 1) ? distance : G_MAXUINT;
}

/**
 * mcp_cli_suggest_find:
 * @word: what was typed
 * @candidates: (array zero-terminated=1): what there is
 *
 * Returns: (nullable): the candidate that was probably meant
 */
const char *
mcp_cli_suggest_find (const char *word, const char *const *candidates)
{
  const char *best = NULL;
  guint best_rate = G_MAXUINT;

  for (gsize i = 0; candidates[i] != NULL; i++)
    {
      guint candidate_rate = rate (word, candidates[i]);

      if (candidate_rate >= best_rate)
        continue;
      best = candidates[i];
      best_rate = candidate_rate;
    }
  return best;
}

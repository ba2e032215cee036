/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * publish --lines with a session bus on which nobody listens, and without a bus. Signals that
 * nobody receives must cost next to nothing.
 */
#include "cli-test.h"

#include <stdio.h>
#include <string.h>

#define N_LINES     50000
#define N_ROUNDS    7
#define MAX_RATIO   1.3
#define MIN_LINES_S 150000

typedef struct
{
  CliTest *test;
  const char *name;
  double best; /* seconds */
} Side;

static char *
make_lines (void)
{
  GString *lines = g_string_new (NULL);

  for (guint i = 1; i <= N_LINES; i++)
    g_string_append_printf (lines, "%u\n", i);
  return g_string_free (lines, FALSE);
}

static void
side_start (Side *side, const char *name, CliTest *test)
{
  side->name = name;
  side->test = test;
  side->best = G_MAXDOUBLE;
  cli_test_start_daemon (test);
  json_object_unref (cli_test_create_session (test, "{}"));
}

static void
side_measure (Side *side, const char *lines)
{
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (CliRun) run = cli_test_run (side->test, lines, "publish", "--lines", NULL);
  double seconds = (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;

  g_assert_cmpint (run->status, ==, 0);
  side->best = MIN (side->best, seconds);
}

int
main (int argc, char **argv)
{
  g_autoptr (CliTest) with_bus = cli_test_new_with_bus ();
  g_autoptr (CliTest) without = cli_test_new ();
  g_autofree char *lines = make_lines ();
  Side sides[2];
  double ratio;

  side_start (&sides[0], "without a bus", without);
  side_start (&sides[1], "with a bus", with_bus);
  for (guint i = 0; i < N_ROUNDS; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sides); j++)
      side_measure (&sides[j], lines);
  for (gsize j = 0; j < G_N_ELEMENTS (sides); j++)
    printf ("%s: %.3f s, %.0f lines/s\n", sides[j].name, sides[j].best, N_LINES / sides[j].best);
  ratio = sides[1].best / sides[0].best;
  printf ("ratio: %.2f (bound %.1f)\n", ratio, MAX_RATIO);
  return ratio <= MAX_RATIO && N_LINES / sides[1].best >= MIN_LINES_S ? 0 : 1;
}

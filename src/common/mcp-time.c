/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-time.h"

#include <time.h>

/* Writes so many digits. Returns: what comes behind them */
static char *
put_digits (char *at, int number, guint n_digits)
{
  for (guint i = n_digits; i-- > 0; number /= 10)
    at[i] = (char) ('0' + number % 10);
  return at + n_digits;
}

/* The same with a mark behind them. */
static char *
put (char *at, int number, guint n_digits, char mark)
{
  at = put_digits (at, number, n_digits);
  *at = mark;
  return at + 1;
}

/**
 * mcp_time_format:
 * @real_us: microseconds since 1970-01-01 00:00 UTC, as g_get_real_time() gives them
 *
 * A time as RFC 3339 section 5.6 writes it, in UTC with six fractional digits,
 * so that texts of one length sort as their times do. Any thread.
 *
 * Returns: (transfer full): for example "2026-11-22T10:20:33.123456Z"
 */
char *
mcp_time_format (gint64 real_us)
{
  gint64 us = real_us % G_USEC_PER_SEC;
  time_t seconds;
  struct tm tm;
  char text[sizeof "2026-11-22T10:20:33.123456Z"];
  char *at;

  if (us < 0)
    us += G_USEC_PER_SEC;
  seconds = (time_t) ((real_us - us) / G_USEC_PER_SEC);
  gmtime_r (&seconds, &tm);

  /* RFC 3339 has no other years; a server may say that its token ends in one. */
  if (tm.tm_year + 1900 < 0 || tm.tm_year + 1900 > 9999)
    return g_strdup (tm.tm_year < 0 ? "0000-01-01T00:00:00.000000Z"
                                    : "9999-12-31T23:59:59.999999Z");

  /* Each event has a time: printf() would take a tenth of what the event takes in all. */
  at = put (text, tm.tm_year + 1900, 4, '-');
  at = put (at, tm.tm_mon + 1, 2, '-');
  at = put (at, tm.tm_mday, 2, 'T');
  at = put (at, tm.tm_hour, 2, ':');
  at = put (at, tm.tm_min, 2, ':');
  at = put (at, tm.tm_sec, 2, '.');
  at = put (at, (int) us, 6, 'Z');
  *at = '\0';
  return g_strdup (text);
}

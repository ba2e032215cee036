/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-time.h"

#include <time.h>

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

  if (us < 0)
    us += G_USEC_PER_SEC;
  seconds = (time_t) ((real_us - us) / G_USEC_PER_SEC);
  gmtime_r (&seconds, &tm);

  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                          tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int) us);
}

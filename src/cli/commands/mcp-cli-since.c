/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Points in time as people write them on a command line.
 */
#include "cli/commands/mcp-cli-since.h"

#include <glib/gi18n.h>
#include <string.h>

/* "90", "90s", "15m", "2h", "3d": so long ago */
static gboolean
parse_span (const char *text, gint64 *span_us)
{
  char *end;
  guint64 number = g_ascii_strtoull (text, &end, 10);
  gint64 unit = G_TIME_SPAN_SECOND;

  if (end == text || !g_ascii_isdigit (*text) || number > G_MAXINT32)
    return FALSE;
  if (strcmp (end, "m") == 0 || strcmp (end, "min") == 0)
    unit = G_TIME_SPAN_MINUTE;
  else if (strcmp (end, "h") == 0)
    unit = G_TIME_SPAN_HOUR;
  else if (strcmp (end, "d") == 0)
    unit = G_TIME_SPAN_DAY;
  else if (*end != '\0' && strcmp (end, "s") != 0)
    return FALSE;
  *span_us = (gint64) number * unit;
  return TRUE;
}

static gboolean
parse_day (const char *text, gint64 now_us, gint64 *since_us)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) day = NULL;
  g_autoptr (GDateTime) start = NULL;

  if (strcmp (text, "today") != 0 && strcmp (text, "yesterday") != 0)
    return FALSE;
  day = g_date_time_add_days (now, strcmp (text, "today") == 0 ? 0 : -1);
  start = g_date_time_new_local (g_date_time_get_year (day), g_date_time_get_month (day),
                                 g_date_time_get_day_of_month (day), 0, 0, 0);
  *since_us = g_date_time_to_unix (start) * G_USEC_PER_SEC;
  return TRUE;
}

/* "2026-11-30", "2026-11-30 14:00", or a time of RFC 3339 */
static gboolean
parse_date (const char *text, gint64 *since_us)
{
  g_autoptr (GTimeZone) here = g_time_zone_new_local ();
  g_autofree char *whole = g_strdup (text);
  g_autofree char *padded = NULL;
  g_autoptr (GDateTime) time = NULL;

  g_strdelimit (whole, " ", 'T');
  padded = strlen (whole) == strlen ("2026-11-30")         ? g_strconcat (whole, "T00:00:00", NULL)
           : strlen (whole) == strlen ("2026-11-30T14:00") ? g_strconcat (whole, ":00", NULL)
                                                           : g_strdup (whole);
  time = g_date_time_new_from_iso8601 (padded, here);
  if (time == NULL)
    return FALSE;
  *since_us = g_date_time_to_unix (time) * G_USEC_PER_SEC;
  return TRUE;
}

/**
 * mcp_cli_since_parse:
 * @text: “2h”, “yesterday”, “2026-11-30 14:00”
 * @now_us: the time, as g_get_real_time() has it
 * @since_us: (out): the point in time
 * @error: return location
 *
 * Returns: whether the text names a point in time
 */
gboolean
mcp_cli_since_parse (const char *text, gint64 now_us, gint64 *since_us, GError **error)
{
  gint64 span_us;

  if (parse_span (text, &span_us))
    *since_us = now_us - span_us;
  else if (!parse_day (text, now_us, since_us) && !parse_date (text, since_us))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("“%s” is no time: write 30m, 2h, 3d, today, yesterday or 2026-11-30"), text);
      return FALSE;
    }
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Draws the bar of one call as a line: the tool and its message at the left, the progress at the
 * right. What does not fit is left out, the least needed first.
 */
#include "cli/watch/mcp-cli-bar-draw.h"

#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define GREEN  "\033[32m"
#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define DIM    "\033[2m"
#define RESET  "\033[0m"

/* Earlier, a rate would be a guess. */
#define RATE_AFTER_US G_USEC_PER_SEC

/* In narrower lines the bar is left out, then rate and time, then everything but the name. */
#define BAR_MIN_COLUMNS   56
#define RATE_MIN_COLUMNS  36
#define SHARE_MIN_COLUMNS 10
#define BAR_COLUMNS       10
#define BAR_COLUMNS_MAX   40
/* A label beside the tool needs this many. */
#define LABEL_MIN_COLUMNS 28
/* With a wider gap, it is hard to see which bar belongs to which message. */
#define LEFT_COLUMNS_MAX  90

static void
append_coloured (GString *out, const char *text, const char *colour, const McpCliBarStyle *style)
{
  if (style->colour)
    g_string_append (out, colour);
  g_string_append (out, text);
  if (style->colour)
    g_string_append (out, RESET);
}

static gboolean
has_total (const McpCliBar *bar)
{
  return bar->total > 0;
}

static double
get_fraction (const McpCliBar *bar)
{
  return CLAMP (bar->progress / bar->total, 0, 1);
}

/* 0: unknown */
static double
get_rate (const McpCliBar *bar)
{
  gint64 elapsed_us = bar->last_us - bar->start_us;

  if (elapsed_us < RATE_AFTER_US || bar->progress <= bar->start_progress)
    return 0;
  return (bar->progress - bar->start_progress) * G_USEC_PER_SEC / (double) elapsed_us;
}

static char *
format_seconds (double seconds)
{
  guint64 whole = (guint64) CLAMP (seconds, 0, 359999);

  if (whole >= 3600)
    return g_strdup_printf ("%u:%02u:%02u", (guint) (whole / 3600), (guint) (whole / 60 % 60),
                            (guint) (whole % 60));
  return g_strdup_printf ("%u:%02u", (guint) (whole / 60), (guint) (whole % 60));
}

static char *
format_duration (gint64 duration_us)
{
  double seconds = (double) MAX (duration_us, 0) / G_USEC_PER_SEC;

  if (seconds < 1)
    return g_strdup_printf (_ ("%.0f ms"), seconds * 1000);
  if (seconds < 60)
    return g_strdup_printf (_ ("%.1f s"), seconds);
  return format_seconds (seconds);
}

static char *
format_amount (double amount)
{
  static const char units[] = { ' ', 'k', 'M', 'G', 'T', 'P' };
  gsize unit = 0;

  while (fabs (amount) >= 10000 && unit < G_N_ELEMENTS (units) - 1)
    {
      amount /= 1000;
      unit++;
    }
  if (unit > 0)
    return g_strdup_printf ("%.0f%c", amount, units[unit]);
  return g_strdup_printf (fabs (amount) < 10 && amount != floor (amount) ? "%.1f" : "%.0f", amount);
}

static char *
draw_bar (double fraction, guint columns, const McpCliBarStyle *style)
{
  guint full = (guint) (fraction * columns + 0.5);
  g_autoptr (GString) done = g_string_new (NULL);
  g_autoptr (GString) left = g_string_new (NULL);
  GString *bar = g_string_new (NULL);

  for (guint i = 0; i < columns; i++)
    g_string_append (i < full ? done : left,
                     !style->unicode ? (i < full ? "#" : "-") : (i < full ? "█" : "░"));
  append_coloured (bar, done->str, GREEN, style);
  append_coloured (bar, left->str, DIM, style);
  return g_string_free (bar, FALSE);
}

/* " 40%"; without a total, the progress itself. */
static char *
format_share (const McpCliBar *bar)
{
  if (has_total (bar))
    return g_strdup_printf ("%3.0f%%", floor (get_fraction (bar) * 100));
  if (bar->progress > 0)
    return format_amount (bar->progress);
  return g_strdup ("");
}

/* Rate and remaining time; if they are not known, the elapsed time. */
static char *
format_pace (const McpCliBar *bar, gint64 now_us)
{
  double rate = get_rate (bar);
  gint64 since_us = MAX (now_us - bar->last_us, 0);
  g_autofree char *amount = rate > 0 ? format_amount (rate) : NULL;
  g_autofree char *time = NULL;

  if (rate > 0 && has_total (bar))
    {
      double left = (bar->total - bar->progress) / rate - (double) since_us / G_USEC_PER_SEC;

      time = format_seconds (MAX (left, 0));
      return g_strdup_printf (_ ("%s/s  %s left"), g_strchomp (amount), time);
    }
  time = format_seconds ((double) (now_us - bar->start_us) / G_USEC_PER_SEC);
  return amount != NULL ? g_strdup_printf ("%s/s  %s", g_strchomp (amount), time)
                        : g_steal_pointer (&time);
}

/* The label gives way to the tool: at most a third of the columns, and none of a narrow line. */
static char *
format_name_within (const McpCliBar *bar, guint columns)
{
  const char *tool = bar->tool != NULL ? bar->tool : _ ("progress");
  g_autofree char *label = NULL;

  if (bar->label == NULL || columns < LABEL_MIN_COLUMNS)
    return g_strdup (tool);
  label = mcp_cli_text_fit (bar->label, columns / 3);
  return g_strdup_printf ("%s: %s", label, tool);
}

static char *
format_name (const McpCliBar *bar)
{
  const char *tool = bar->tool != NULL ? bar->tool : _ ("progress");

  return bar->label != NULL ? g_strdup_printf ("%s: %s", bar->label, tool) : g_strdup (tool);
}

/* The name first; the message has the rest. */
static void
append_left (GString *line, const McpCliBar *bar, guint columns)
{
  g_autofree char *name = format_name_within (bar, columns);
  guint name_columns = bar->message != NULL ? MAX (columns * 2 / 3, 12) : columns;
  g_autofree char *fit_name = mcp_cli_text_fit (name, MIN (name_columns, columns));
  guint used = mcp_cli_text_width (fit_name);

  g_string_append (line, fit_name);
  if (bar->message != NULL && columns > used + 4)
    {
      g_autofree char *message = mcp_cli_text_fit (bar->message, columns - used - 2);

      g_string_append (line, "  ");
      g_string_append (line, message);
      used += 2 + mcp_cli_text_width (message);
    }
  for (; used < columns; used++)
    g_string_append_c (line, ' ');
}

/**
 * mcp_cli_bar_draw_running:
 * @bar: some work
 * @style: how lines look
 * @now_us: the time, real
 *
 * Returns: (transfer full): the line of a call that runs, no wider than the style allows
 */
char *
mcp_cli_bar_draw_running (const McpCliBar *bar, const McpCliBarStyle *style, gint64 now_us)
{
  g_autofree char *share = style->columns >= SHARE_MIN_COLUMNS ? format_share (bar) : g_strdup ("");
  g_autofree char *pace =
      style->columns >= RATE_MIN_COLUMNS ? format_pace (bar, now_us) : g_strdup ("");
  g_autofree char *bar_text = NULL;
  guint bar_columns = 0;
  guint right;
  GString *line = g_string_new (NULL);

  if (has_total (bar) && style->columns >= BAR_MIN_COLUMNS)
    bar_columns = CLAMP (style->columns / 4, BAR_COLUMNS, BAR_COLUMNS_MAX);
  right = bar_columns + mcp_cli_text_width (share) + mcp_cli_text_width (pace);
  right += (bar_columns > 0 ? 2 : 0) + (*share != '\0' ? 1 : 0) + (*pace != '\0' ? 2 : 0);

  append_left (line, bar,
               MIN (style->columns > right ? style->columns - right : 0, LEFT_COLUMNS_MAX));
  if (bar_columns > 0)
    {
      bar_text = draw_bar (get_fraction (bar), bar_columns, style);
      g_string_append_printf (line, "  %s", bar_text);
    }
  if (*share != '\0')
    g_string_append_printf (line, " %s", share);
  if (*pace != '\0')
    g_string_append_printf (line, "  %s", pace);
  return g_strchomp (g_string_free (line, FALSE));
}

static const char *
outcome_colour (const char *outcome)
{
  if (strcmp (outcome, "ok") == 0)
    return GREEN;
  return strcmp (outcome, "error") == 0 ? RED : YELLOW;
}

/**
 * mcp_cli_bar_draw_finished:
 * @bar: some work
 * @outcome: how it ended
 * @style: how lines look
 *
 * Returns: (transfer full): the line of a call that has ended
 */
char *
mcp_cli_bar_draw_finished (const McpCliBar *bar, const char *outcome, const McpCliBarStyle *style)
{
  g_autofree char *clean = mcp_text_clean (outcome);
  g_autoptr (GString) padded = g_string_new (NULL);
  g_autofree char *name = format_name (bar);
  g_autoptr (GString) rest = g_string_new (name);
  g_autofree char *duration = NULL;
  g_autofree char *fit = NULL;
  GString *line = g_string_new (NULL);

  if (bar->seen_start)
    {
      duration = format_duration (bar->last_us - bar->start_us);
      g_string_append_printf (rest, "  %s", duration);
    }
  if (bar->message != NULL)
    g_string_append_printf (rest, "  %s", bar->message);

  mcp_cli_text_append_padded (padded, clean, strlen ("cancelled"));
  fit = mcp_cli_text_fit (
      rest->str, style->columns > padded->len + 2 ? style->columns - (guint) padded->len - 2 : 0);
  append_coloured (line, padded->str, outcome_colour (outcome), style);
  g_string_append_printf (line, "  %s", fit);
  return g_strchomp (g_string_free (line, FALSE));
}

/**
 * mcp_cli_bar_draw_plain:
 * @bar: some work
 * @state: (nullable): what its last event says
 *
 * Returns: (transfer full): a line of any width, for output that is not a terminal
 */
char *
mcp_cli_bar_draw_plain (const McpCliBar *bar, const char *state)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (bar->last_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *time = local != NULL ? g_date_time_format (local, "%T") : g_strdup ("");
  g_autofree char *name = format_name (bar);
  g_autofree char *progress = format_amount (bar->progress);
  g_autofree char *total = has_total (bar) ? format_amount (bar->total) : NULL;
  GString *line = g_string_new (time);

  g_string_append_printf (line, "  %s", name);
  if (state != NULL)
    g_string_append_printf (line, "  %s", state);
  g_string_append_printf (line, "  %s", g_strchomp (progress));
  if (total != NULL)
    g_string_append_printf (line, "/%s", g_strchomp (total));
  if (bar->message != NULL)
    g_string_append_printf (line, "  %s", bar->message);
  return g_string_free (line, FALSE);
}

/* @lines: gets one more line, below the bar */
static void
add_detail (GPtrArray *lines, const McpCliBarStyle *style, const char *title, const char *text)
{
  g_autofree char *whole = NULL;

  if (text == NULL || *text == '\0')
    return;
  whole = g_strdup_printf ("    %s: %s", title, text);
  g_ptr_array_add (lines, mcp_cli_text_fit (whole, style->columns));
}

/**
 * mcp_cli_bar_draw_details:
 * @bar: a call that runs
 * @style: how wide lines may be
 * @lines: (element-type utf8): gets a line for each thing that is known of the call
 */
void
mcp_cli_bar_draw_details (const McpCliBar *bar, const McpCliBarStyle *style, GPtrArray *lines)
{
  const char *call = strstr (bar->key, "/call/");
  g_autoptr (GDateTime) start = g_date_time_new_from_unix_local (bar->start_us / G_USEC_PER_SEC);
  g_autofree char *when = start != NULL ? g_date_time_format (start, "%T") : NULL;
  g_autofree char *progress = bar->total > 0
                                  ? g_strdup_printf ("%g / %g", bar->progress, bar->total)
                                  : g_strdup_printf ("%g", bar->progress);

  add_detail (lines, style, _ ("Call"), call != NULL ? call + strlen ("/call/") : NULL);
  add_detail (lines, style, _ ("Tool"), bar->tool);
  add_detail (lines, style, _ ("Session"), bar->label);
  add_detail (lines, style, _ ("Started"), when);
  add_detail (lines, style, _ ("Progress"), progress);
  add_detail (lines, style, _ ("Message"), bar->message);
}

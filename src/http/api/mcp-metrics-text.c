/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Prometheus' text format, version 0.0.4 (“Exposition formats” in its documentation): a family
 * is announced once, by HELP and TYPE, and all its samples follow at once.
 */
#include "http/api/mcp-metrics-text.h"

#include <math.h>

/* Help texts escape backslashes and line ends; values of labels escape quotes, too. */
static void
append_escaped (GString *out, const char *text, gboolean quotes)
{
  for (; *text != '\0'; text++)
    if (*text == '\\')
      g_string_append (out, "\\\\");
    else if (*text == '\n')
      g_string_append (out, "\\n");
    else if (*text == '"' && quotes)
      g_string_append (out, "\\\"");
    else
      g_string_append_c (out, *text);
}

static void
append_value (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    g_string_append (out, "NaN");
  else if (isinf (value))
    g_string_append (out, value > 0 ? "+Inf" : "-Inf");
  else
    /* Whole numbers are written without a fraction, as far as a double holds them exactly. */
    g_string_append (out, g_ascii_formatd (text, sizeof text, "%.16g", value));
}

/**
 * mcp_metrics_text_begin:
 * @out: where to
 * @name: of the family: letters, digits, underscores
 * @type: how its values behave
 * @help: one sentence for people
 *
 * Announces a family; its samples follow.
 */
void
mcp_metrics_text_begin (GString *out, const char *name, McpMetricType type, const char *help)
{
  static const char *const types[] = { "counter", "gauge", "histogram" };

  g_string_append_printf (out, "# HELP %s ", name);
  append_escaped (out, help, FALSE);
  g_string_append_printf (out, "\n# TYPE %s %s\n", name, types[type]);
}

/**
 * mcp_metrics_text_add:
 * @out: where to
 * @name: of the family, with its suffix in a histogram
 * @value: any number
 * @...: names and values of labels, in turn; %NULL. Values are any UTF-8
 *
 * Adds a sample to the family that was begun last.
 */
void
mcp_metrics_text_add (GString *out, const char *name, double value, ...)
{
  const char *label;
  gboolean first = TRUE;
  va_list labels;

  g_string_append (out, name);
  va_start (labels, value);
  while ((label = va_arg (labels, const char *)) != NULL)
    {
      g_string_append_printf (out, "%c%s=\"", first ? '{' : ',', label);
      append_escaped (out, va_arg (labels, const char *), TRUE);
      g_string_append_c (out, '"');
      first = FALSE;
    }
  va_end (labels);
  g_string_append (out, first ? " " : "} ");
  append_value (out, value);
  g_string_append_c (out, '\n');
}

/**
 * mcp_metrics_text_add_one:
 * @out: where to
 * @name: of the family
 * @type: how its value behaves; no histogram
 * @help: one sentence for people
 * @value: any number
 *
 * Adds a family with one sample and no labels.
 */
void
mcp_metrics_text_add_one (GString *out,
                          const char *name,
                          McpMetricType type,
                          const char *help,
                          double value)
{
  mcp_metrics_text_begin (out, name, type, help);
  mcp_metrics_text_add (out, name, value, NULL);
}

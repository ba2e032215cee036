/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One object for people: a line for each of its members, with a title.
 */
#include "cli/commands/mcp-cli-details.h"

#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

static void
append_string (GString *out, McpJsonSlice value)
{
  g_autofree char *text = mcp_json_dup_string (value);
  g_autofree char *clean = mcp_text_clean (text != NULL ? text : "?");

  g_string_append (out, clean);
}

/**
 * mcp_cli_details_append_value:
 * @out: where to
 * @value: JSON
 *
 * Appends a value for people: a clean text without quotes, a list with commas.
 */
void
mcp_cli_details_append_value (GString *out, McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice item;
  gsize start = out->len;

  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_STRING:
      append_string (out, value);
      break;
    case MCP_JSON_ARRAY:
      mcp_json_iter_init (&iter, value);
      while (mcp_json_iter_next_element (&iter, &item))
        {
          if (out->len > start)
            g_string_append (out, ", ");
          mcp_cli_details_append_value (out, item);
        }
      if (out->len == start)
        g_string_append (out, _ ("none"));
      break;
    default:
      mcp_json_append_slice (out, value);
      break;
    }
}

static void
append_time (GString *out, McpJsonSlice value)
{
  g_autofree char *timestamp =
      mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value) : NULL;
  g_autofree char *time = mcp_cli_text_local_time (timestamp != NULL ? timestamp : "");

  g_string_append (out, time);
}

static void
append_duration (GString *out, McpJsonSlice value)
{
  double ms;

  if (!mcp_json_get_double (value, &ms))
    return;
  if (ms < 1000)
    g_string_append_printf (out, _ ("%.0f ms"), ms);
  else
    g_string_append_printf (out, _ ("%.1f s"), ms / 1000);
}

static void
append_bytes (GString *out, McpJsonSlice value)
{
  g_autofree char *text = NULL;
  double bytes;

  if (!mcp_json_get_double (value, &bytes))
    return;
  text = g_format_size ((guint64) MAX (bytes, 0));
  g_string_append (out, text);
}

static void
append_seconds (GString *out, McpJsonSlice value)
{
  double seconds;

  if (mcp_json_get_double (value, &seconds))
    g_string_append_printf (out, "%.2f", seconds);
}

/* The end of a key says what its value is. */
static char *
dup_text (const char *key, McpJsonSlice value)
{
  GString *text = g_string_new (NULL);

  if (g_str_has_suffix (key, "_at"))
    append_time (text, value);
  else if (g_str_has_suffix (key, "_ms"))
    append_duration (text, value);
  else if (g_str_has_suffix (key, "_bytes"))
    append_bytes (text, value);
  else if (strcmp (key, "cpu_seconds") == 0)
    append_seconds (text, value);
  else
    mcp_cli_details_append_value (text, value);
  return g_string_free (text, FALSE);
}

/**
 * mcp_cli_details_append_row:
 * @out: where to
 * @title: translated; "" for one more line of the row before
 * @text: clean
 * @width: of the column of titles
 */
void
mcp_cli_details_append_row (GString *out, const char *title, const char *text, guint width)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *with_colon = *title != '\0' ? g_strconcat (title, ":", NULL) : g_strdup ("");

  mcp_cli_text_append_padded (line, with_colon, width);
  g_string_append_printf (out, "%s %s\n", line->str, text);
}

/**
 * mcp_cli_details_append_wide:
 * @out: where to
 * @object: JSON
 * @details: (array zero-terminated=1): which members, in this order
 * @width: of the column of titles
 *
 * Appends a line for each member that the object has.
 */
void
mcp_cli_details_append_wide (GString *out,
                             McpJsonSlice object,
                             const McpCliDetail *details,
                             guint width)
{
  McpJsonSlice value;

  for (const McpCliDetail *detail = details; detail->key != NULL; detail++)
    if (mcp_json_find (object, detail->key, &value))
      {
        g_autofree char *text = dup_text (detail->key, value);

        mcp_cli_details_append_row (out, detail->title, text, width);
      }
}

/**
 * mcp_cli_details_append:
 * @out: where to
 * @object: JSON
 * @details: (array zero-terminated=1): which members, in this order
 *
 * Appends a line for each member that the object has.
 */
void
mcp_cli_details_append (GString *out, McpJsonSlice object, const McpCliDetail *details)
{
  McpJsonSlice value;
  guint width = 0;

  for (const McpCliDetail *detail = details; detail->key != NULL; detail++)
    if (mcp_json_find (object, detail->key, &value))
      width = MAX (width, mcp_cli_text_width (detail->title) + 1);
  mcp_cli_details_append_wide (out, object, details, width);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-json.h"

#include <json-glib/json-glib.h>
#include <string.h>

/*
 * How fast the scanner is next to json-glib's parser on the same text in the
 * same run: a ratio says the same on every machine. Prints what it measured,
 * and fails when scanning costs twice what parsing does.
 */

#define TEXT_BYTES (8 * 1024 * 1024)
#define MIN_RATIO  0.5
#define N_ROUNDS   3

typedef void (*AppendFunc) (GString *text, guint i);

static void
append_tool_result (GString *text, guint i)
{
  g_string_append_printf (text,
                          "{\"jsonrpc\":\"2.0\",\"id\":%u,\"result\":{\"content\":[{\"type\":"
                          "\"text\",\"text\":\"page %u of the \\\"manual\\\", about words\"}],"
                          "\"isError\":false,\"score\":%u.25e-3}}",
                          i, i, i % 1000);
}

static void
append_number (GString *text, guint i)
{
  g_string_append_printf (text, "%u", i * 7919);
}

static void
append_object_of_many (GString *text, guint i)
{
  g_string_append_printf (text, "{\"key-%u\":null}", i);
}

static char *
make_array (AppendFunc append, gsize *length)
{
  GString *text = g_string_sized_new (TEXT_BYTES + 1024);

  g_string_append_c (text, '[');
  for (guint i = 0; text->len < TEXT_BYTES / 4; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      append (text, i);
    }
  g_string_append_c (text, ']');
  *length = text->len;
  return g_string_free (text, FALSE);
}

static char *
make_string (const char *piece, gsize *length)
{
  GString *text = g_string_sized_new (TEXT_BYTES + 1024);

  g_string_append_c (text, '"');
  while (text->len < TEXT_BYTES)
    g_string_append (text, piece);
  g_string_append_c (text, '"');
  *length = text->len;
  return g_string_free (text, FALSE);
}

/* The best of some rounds, in seconds. */
static double
time_scan (const char *text, gsize length)
{
  double best = G_MAXDOUBLE;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      gint64 start_us = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;
      McpJsonSlice root;

      if (!mcp_json_scan (text, length, 64, G_MAXUINT, MCP_JSON_SCAN_DEFAULT, &root, &error))
        g_error ("%s", error->message);
      best = MIN (best, (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC);
    }
  return best;
}

static double
time_parse (const char *text, gsize length)
{
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;

  if (!json_parser_load_from_data (parser, text, (gssize) length, &error))
    g_error ("%s", error->message);
  return (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
}

static gboolean
compare (const char *name, char *text, gsize length)
{
  g_autofree char *owned = text;
  double scan_seconds = MAX (time_scan (owned, length), 1e-6);
  double ratio = time_parse (owned, length) / scan_seconds;

  g_print ("%-12s %5.1f MB: %7.0f MB/s, %6.1f times as fast as json-glib\n", name,
           (double) length / 1e6, (double) length / 1e6 / scan_seconds, ratio);
  return ratio >= MIN_RATIO;
}

int
main (void)
{
  gboolean fast = TRUE;
  gsize length;
  char *text;

  text = make_array (append_tool_result, &length);
  fast &= compare ("messages", text, length);
  text = make_array (append_number, &length);
  fast &= compare ("numbers", text, length);
  text = make_array (append_object_of_many, &length);
  fast &= compare ("objects", text, length);
  text = make_string ("plain text of a tool's result, as long as it likes; ", &length);
  fast &= compare ("ASCII", text, length);
  text = make_string ("\xe3\x81\x93\xe3\x82\x93\xe3\x81\xab\xe3\x81\xa1\xe3\x81\xaf", &length);
  fast &= compare ("Japanese", text, length);
  text = make_string ("\\n\\u00e9\\\"", &length);
  fast &= compare ("escapes", text, length);
  return fast ? 0 : 1;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-limits.h"

#include <string.h>

static void
test_defaults_are_in_range (void)
{
  McpLimits limits;
  gsize n_entries;
  const McpLimitEntry *table = mcp_limits_get_table (&n_entries);

  g_test_summary ("Every field has one key, and its default lies in its range");
  mcp_limits_init_defaults (&limits);

  for (gsize i = 0; i < n_entries; i++)
    {
      guint value = G_STRUCT_MEMBER (guint, &limits, table[i].offset);

      g_assert_cmpuint (value, ==, table[i].value);
      g_assert_cmpuint (value, >=, table[i].minimum);
      g_assert_cmpuint (value, <=, table[i].maximum);
      for (gsize k = 0; k < i; k++)
        {
          g_assert_cmpstr (table[i].key, !=, table[k].key);
          g_assert_cmpuint (table[i].offset, !=, table[k].offset);
        }
    }
}

static const McpLimitEntry *
find_entry (const char *key)
{
  gsize n_entries;
  const McpLimitEntry *table = mcp_limits_get_table (&n_entries);

  for (gsize i = 0; i < n_entries; i++)
    if (g_str_equal (table[i].key, key))
      return &table[i];
  return NULL;
}

static char **
read_lines (const char *document)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "docs", document, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return g_strsplit (text, "\n", -1);
}

/* The cells of a row of a table; an empty list for any other line. */
static char **
split_row (const char *line)
{
  char **cells;

  if (line[0] != '|')
    return g_new0 (char *, 1);
  cells = g_strsplit (line + 1, "|", -1);
  for (guint i = 0; cells[i] != NULL; i++)
    g_strstrip (cells[i]);
  return cells;
}

/* “1,024”, “64 KiB”, “10 s”, “1 day”. */
static guint
parse_value (const char *text)
{
  static const struct
  {
    const char *unit;
    guint factor;
  } units[] = {
    { "", 1 }, { "s", 1 }, { "KiB", 1024 }, { "MiB", 1024 * 1024 }, { "day", 86400 }, { "min", 60 },
  };
  guint64 number = 0;

  for (; g_ascii_isdigit (*text) || *text == ','; text++)
    if (*text != ',')
      number = number * 10 + (guint64) (*text - '0');
  while (*text == ' ')
    text++;
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (units[i].unit, text))
      return (guint) (number * units[i].factor);
  g_test_message ("“%s” is no unit of the table", text);
  return 0;
}

/* What stands in back quotes, but for names of groups. */
static GPtrArray *
parse_keys (const char *cell)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit (cell, "`", -1);

  for (guint i = 1; i < g_strv_length (parts); i += 2)
    if (parts[i][0] != '[')
      g_ptr_array_add (keys, g_strdup (parts[i]));
  return keys;
}

/* A row may say more in front: “64, 32 MiB” are 64 events, which has no key, and 32 MiB. */
static guint
check_row (char **cells)
{
  g_autoptr (GPtrArray) keys = parse_keys (cells[2]);
  g_auto (GStrv) values = g_strsplit (cells[3], ", ", -1);
  guint n_values = g_strv_length (values);
  guint n_checked = 0;

  for (guint i = 0; i < keys->len; i++)
    {
      const McpLimitEntry *entry = find_entry (keys->pdata[i]);

      g_assert_cmpuint (n_values, >=, keys->len);
      if (entry == NULL)
        continue;
      g_test_message ("%s: %s", entry->key, values[n_values - keys->len + i]);
      g_assert_cmpuint (parse_value (values[n_values - keys->len + i]), ==, entry->value);
      n_checked++;
    }
  return n_checked;
}

static void
test_table_of_security (void)
{
  g_auto (GStrv) lines = read_lines ("security.md");
  g_autofree char *text = g_strjoinv ("\n", lines);
  guint n_checked = 0;
  gsize n_entries;
  const McpLimitEntry *table = mcp_limits_get_table (&n_entries);

  g_test_summary ("The table of docs/security.md has every limit, with the default that holds");
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = split_row (lines[i]);

      if (g_strv_length (cells) >= 5)
        n_checked += check_row (cells);
    }
  for (gsize i = 0; i < n_entries; i++)
    {
      g_autofree char *quoted = g_strdup_printf ("`%s`", table[i].key);

      if (strstr (text, quoted) == NULL)
        g_error ("docs/security.md does not name %s", table[i].key);
    }
  g_assert_cmpuint (n_checked, >=, n_entries);
}

static void
test_table_of_settings (void)
{
  g_auto (GStrv) lines = read_lines ("settings.md");
  gsize n_entries;
  guint n_checked = 0;

  g_test_summary ("The table of docs/settings.md has every limit with its default and range");
  mcp_limits_get_table (&n_entries);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = split_row (lines[i]);
      g_autoptr (GPtrArray) keys = NULL;
      const McpLimitEntry *entry;

      if (g_strv_length (cells) < 5)
        continue;
      keys = parse_keys (cells[0]);
      entry = keys->len == 1 ? find_entry (keys->pdata[0]) : NULL;
      if (entry == NULL)
        continue;
      g_test_message ("%s", entry->key);
      g_assert_cmpuint (parse_value (cells[1]), ==, entry->value);
      g_assert_cmpuint (parse_value (cells[2]), ==, entry->minimum);
      g_assert_cmpuint (parse_value (cells[3]), ==, entry->maximum);
      n_checked++;
    }
  g_assert_cmpuint (n_checked, ==, n_entries);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/limits/defaults-are-in-range", test_defaults_are_in_range);
  g_test_add_func ("/common/limits/table-of-security", test_table_of_security);
  g_test_add_func ("/common/limits/table-of-settings", test_table_of_settings);
  return g_test_run ();
}

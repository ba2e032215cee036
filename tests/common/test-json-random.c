/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-json.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Random documents, written in every way that RFC 8259 allows: json-glib is the second opinion. */

#define MAX_DEPTH  12
#define MANY_BYTES 4000 /* from here on a document is brought to its end */
#define N_ROUNDS   1000

static gboolean
one_in (gint32 n)
{
  return g_test_rand_int_range (0, n) == 0;
}

static void
write_space (GString *out)
{
  while (one_in (4))
    g_string_append_c (out, " \t\r\n"[g_test_rand_int_range (0, 4)]);
}

static gunichar
choose_character (void)
{
  static const gunichar odd[] = { '"',    '\\',   '/',    '\b',   '\f',    '\n',     '\r',
                                  '\t',   0x01,   0x1f,   0x7f,   0x80,    0x7ff,    0x800,
                                  0xd7ff, 0xe000, 0xfffd, 0xffff, 0x10000, 0x10ffff, 0x2028 };

  if (one_in (2))
    return (gunichar) g_test_rand_int_range ('a', 'z' + 1);
  return odd[g_test_rand_int_range (0, G_N_ELEMENTS (odd))];
}

static void
write_character (GString *out, gunichar c)
{
  static const char kinds[] = "\"\\/\b\f\n\r\t";
  static const char letters[] = "\"\\/bfnrt";
  const char *kind = c < 0x80 ? memchr (kinds, (int) c, sizeof kinds - 1) : NULL;
  gboolean must = c < 0x20 || c == '"' || c == '\\';

  if (kind != NULL && (must ? !one_in (4) : one_in (2)))
    g_string_append_printf (out, "\\%c", letters[kind - kinds]);
  else if (c >= 0x10000 && one_in (2))
    g_string_append_printf (out, "\\u%04x\\u%04X", 0xd800 + ((c - 0x10000) >> 10),
                            0xdc00 + ((c - 0x10000) & 0x3ff));
  else if (c < 0x10000 && (must || one_in (4)))
    g_string_append_printf (out, one_in (2) ? "\\u%04x" : "\\u%04X", c);
  else
    g_string_append_unichar (out, c);
}

static void
write_string (GString *out)
{
  int n_characters = one_in (20) ? 300 : g_test_rand_int_range (0, 12);

  g_string_append_c (out, '"');
  for (int i = 0; i < n_characters; i++)
    write_character (out, choose_character ());
  g_string_append_c (out, '"');
}

static void
write_number (GString *out)
{
  if (one_in (2))
    g_string_append_printf (out, "%d", g_test_rand_int ());
  else if (one_in (2))
    g_string_append_printf (out, "%s%d.%03d", one_in (2) ? "-" : "",
                            g_test_rand_int_range (0, 1000), g_test_rand_int_range (0, 1000));
  else
    g_string_append_printf (out, "%d.5%c%s%d", g_test_rand_int_range (-9, 10),
                            one_in (2) ? 'e' : 'E', one_in (2) ? "+" : "-",
                            g_test_rand_int_range (0, 300));
}

static void write_value (GString *out, guint depth);

static void
write_container (GString *out, guint depth, gboolean is_object)
{
  int n = g_test_rand_int_range (0, one_in (10) ? 26 : 4);

  g_string_append_c (out, is_object ? '{' : '[');
  for (int i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      write_space (out);
      if (is_object)
        {
          /* the number makes it unlike the others, whatever the rest is */
          write_string (out);
          g_string_insert_c (out, (gssize) out->len - 1, (char) ('A' + i));
          write_space (out);
          g_string_append_c (out, ':');
          write_space (out);
        }
      write_value (out, depth + 1);
      write_space (out);
    }
  write_space (out);
  g_string_append_c (out, is_object ? '}' : ']');
}

static void
write_value (GString *out, guint depth)
{
  static const char *const literals[] = { "null", "true", "false" };
  gboolean may_nest = depth < MAX_DEPTH && out->len < MANY_BYTES;
  int kind = g_test_rand_int_range (may_nest ? 0 : 3, 6);

  if (depth == 0)
    kind = 0;
  if (kind < 3)
    write_container (out, depth, one_in (2));
  else if (kind == 3)
    write_string (out);
  else if (kind == 4)
    write_number (out);
  else
    g_string_append (out, literals[g_test_rand_int_range (0, 3)]);
}

static void compare (McpJsonSlice value, JsonNode *node);

static void
compare_object (McpJsonSlice value, JsonObject *object)
{
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice member;
  guint n_members = 0;

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &member))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      McpJsonSlice found;

      g_assert_true (json_object_has_member (object, name));
      g_assert_true (mcp_json_find (value, name, &found));
      g_assert_true (found.data == member.data && found.length == member.length);
      compare (member, json_object_get_member (object, name));
      n_members++;
    }
  g_assert_cmpuint (n_members, ==, json_object_get_size (object));
}

static void
compare_array (McpJsonSlice value, JsonArray *array)
{
  McpJsonIter iter;
  McpJsonSlice element;
  guint n_elements = 0;

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &element))
    compare (element, json_array_get_element (array, n_elements++));
  g_assert_cmpuint (n_elements, ==, json_array_get_length (array));
}

static void
compare_scalar (McpJsonSlice value, JsonNode *node)
{
  g_autofree char *text = NULL;
  double number;
  gint64 integer;

  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_STRING:
      text = mcp_json_dup_string (value);
      g_assert_cmpstr (text, ==, json_node_get_string (node));
      g_assert_true (mcp_json_string_equal (value, text));
      break;
    case MCP_JSON_NUMBER:
      g_assert_true (mcp_json_get_double (value, &number));
      g_assert_cmpfloat (number, ==, json_node_get_double (node));
      if (mcp_json_get_int64 (value, &integer))
        g_assert_cmpint (integer, ==, json_node_get_int (node));
      else
        g_assert_true (json_node_get_value_type (node) == G_TYPE_DOUBLE);
      break;
    case MCP_JSON_BOOLEAN:
      g_assert_true (json_node_get_value_type (node) == G_TYPE_BOOLEAN);
      g_assert_cmpint (mcp_json_get_boolean (value), ==, json_node_get_boolean (node));
      break;
    case MCP_JSON_NULL:
      g_assert_true (json_node_is_null (node));
      break;
    case MCP_JSON_ARRAY:
    case MCP_JSON_OBJECT:
      g_assert_not_reached ();
    }
}

static void
compare (McpJsonSlice value, JsonNode *node)
{
  if (mcp_json_get_type (value) == MCP_JSON_OBJECT)
    {
      g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
      compare_object (value, json_node_get_object (node));
    }
  else if (mcp_json_get_type (value) == MCP_JSON_ARRAY)
    {
      g_assert_true (JSON_NODE_HOLDS_ARRAY (node));
      compare_array (value, json_node_get_array (node));
    }
  else
    compare_scalar (value, node);
}

static void
test_documents (void)
{
  g_test_summary ("Any valid document is accepted, and reads as json-glib reads it");
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (JsonParser) parser = json_parser_new ();
      g_autoptr (GError) error = NULL;
      McpJsonSlice root;

      write_space (text);
      write_value (text, 0);
      write_space (text);

      mcp_json_scan (text->str, text->len, 64, 1000000, MCP_JSON_SCAN_DEFAULT, &root, &error);
      g_assert_no_error (error);
      json_parser_load_from_data (parser, text->str, (gssize) text->len, &error);
      g_assert_no_error (error);
      compare (root, json_parser_get_root (parser));
    }
}

static void
test_strings (void)
{
  g_test_summary ("Any text is written so that it reads back as itself, also by json-glib");
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (GError) error = NULL;
      McpJsonSlice root;

      for (int i = g_test_rand_int_range (0, 40); i > 0; i--)
        g_string_append_unichar (text, choose_character ());
      mcp_json_append_string (out, text->str);
      mcp_json_scan (out->str, out->len, 0, 1, MCP_JSON_SCAN_DEFAULT, &root, &error);
      g_assert_no_error (error);
      g_assert_true (mcp_json_string_equal (root, text->str));
      node = json_from_string (out->str, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (json_node_get_string (node), ==, text->str);
    }
}

static void
test_bytes (void)
{
  g_test_summary ("Any bytes are written as valid JSON");
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      char text[40];
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      McpJsonSlice root;

      for (guint i = 0; i < sizeof text - 1; i++)
        text[i] = (char) g_test_rand_int_range (1, 256);
      text[sizeof text - 1] = '\0';
      mcp_json_append_string (out, text);
      mcp_json_scan (out->str, out->len, 0, 1, MCP_JSON_SCAN_DEFAULT, &root, &error);
      g_assert_no_error (error);
    }
}

/* A wrong byte anywhere must be told at that byte or before it, never after. */
static void
test_error_offset (void)
{
  g_test_summary ("An error names a byte of the text");
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      const char *offset;
      gsize position;
      McpJsonSlice root;

      write_value (text, 0);
      position = (gsize) g_test_rand_int_range (0, (gint32) text->len);
      text->str[position] = '\x01';
      g_assert_false (
          mcp_json_scan (text->str, text->len, 64, 1000000, MCP_JSON_SCAN_DEFAULT, &root, &error));
      offset = strstr (error->message, "byte ");
      g_assert_nonnull (offset);
      g_assert_cmpuint (g_ascii_strtoull (offset + 5, NULL, 10), <=, position);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/json-random/documents", test_documents);
  g_test_add_func ("/common/json-random/strings", test_strings);
  g_test_add_func ("/common/json-random/bytes", test_bytes);
  g_test_add_func ("/common/json-random/error-offset", test_error_offset);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "common/mcp-json.h"

#include <float.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_DEPTH  64
#define MAX_VALUES 100000

typedef struct
{
  const char *text;
  const char *why;
} Case;

static gboolean
scan_bytes (const char *text,
            gsize length,
            McpJsonScanFlags flags,
            McpJsonSlice *root,
            GError **error)
{
  return mcp_json_scan (text, length, MAX_DEPTH, MAX_VALUES, flags, root, error);
}

static McpJsonSlice
scan (const char *text)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  scan_bytes (text, strlen (text), MCP_JSON_SCAN_DEFAULT, &root, &error);
  g_assert_no_error (error);
  return root;
}

static void
test_accepts (void)
{
  static const char *const texts[] = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1.5",
    "-1e-7",
    "1E+300",
    "\"\"",
    "[]",
    "{}",
    " [ ] ",
    "\t\r\n{ \"a\" : [ 1 , { } ] }\n",
    "\"\\u00e9\\n\\\"\\/\"",
    "\"\xf0\x9f\x98\x80\"",
    "\"\\ud83d\\ude00\"",
    "123456789012345678901234567890",
    "{\"a\":1,\"b\":1}",
    "\"\\u0000\"",
    "[[],[[]],{}]",
    "\"\x7f\"",
    "\"\xe2\x80\xa8\"",
  };

  g_test_summary ("Whatever RFC 8259 allows is accepted, and json-glib reads it too");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonParser) parser = json_parser_new ();
      g_autoptr (GError) error = NULL;
      McpJsonSlice root = scan (texts[i]);

      g_assert_cmpuint (root.length, >, 0);
      json_parser_load_from_data (parser, texts[i], -1, &error);
      g_assert_no_error (error);
    }
}

static const Case refused[] = {
  { "", "empty" },
  { " \n", "blank" },
  { "\xef\xbb\xbf{}", "byte order mark" },
  { "0123", "leading zero" },
  { "-", "no digit" },
  { "+1", "plus" },
  { ".5", "no integer" },
  { "1.", "no fraction" },
  { "1e", "no exponent" },
  { "0x1F", "hexadecimal" },
  { "1e999", "infinite" },
  { "-1e400", "infinite" },
  { "NaN", "not a number" },
  { "nul", "cut literal" },
  { "nullx", "long literal" },
  { "True", "case" },
  { "'x'", "single quotes" },
  { "\"\\x41\"", "unknown escape" },
  { "\"\\u12g4\"", "bad digits" },
  { "\"\\u12", "cut escape" },
  { "\"\\", "cut escape" },
  { "\"a", "cut string" },
  { "\"\t\"", "raw tab" },
  { "\"\n\"", "raw line end" },
  { "\"\\ud800\"", "lone high surrogate" },
  { "\"\\ud800x\"", "lone high surrogate" },
  { "\"\\ud800\\u0041\"", "high surrogate, no low" },
  { "\"\\udc00\"", "lone low surrogate" },
  { "\"\xff\"", "no UTF-8" },
  { "\"\xc0\xaf\"", "overlong" },
  { "\"\xed\xa0\x80\"", "surrogate in UTF-8" },
  { "\"\xf4\x90\x80\x80\"", "beyond Unicode" },
  { "\"\xe2\x82\"", "cut character" },
  { "[", "open" },
  { "[1", "open" },
  { "[1,", "open" },
  { "[1,]", "comma" },
  { "[,1]", "comma" },
  { "[1 2]", "no comma" },
  { "]", "closing only" },
  { "[}", "other bracket" },
  { "{\"a\":1]", "other bracket" },
  { "{", "open" },
  { "{\"a\"", "no colon" },
  { "{\"a\":", "no value" },
  { "{\"a\" 1}", "no colon" },
  { "{\"a\":1,}", "comma" },
  { "{a:1}", "bare name" },
  { "{1:1}", "number as name" },
  { "{\"a\":1,\"a\":2}", "name twice" },
  { "{\"a\":1,\"\\u0061\":2}", "name twice, escaped" },
  { "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", "name twice, inside" },
  { "{\"\\u0000\":1}", "NUL in a name" },
  { "{} {}", "something behind" },
  { "1,", "something behind" },
  { "/*c*/1", "comment" },
  { "var x=1;", "script" },
};

static void
test_refuses (void)
{
  g_test_summary ("What is not JSON, or reads differently to different readers, is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      McpJsonSlice root;

      g_test_message ("%s", refused[i].why);
      g_assert_false (scan_bytes (refused[i].text, strlen (refused[i].text), MCP_JSON_SCAN_DEFAULT,
                                  &root, &error));
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
      g_assert_null (root.data);
    }
}

static void
test_raw_nul (void)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  g_test_summary ("A NUL byte ends nothing");
  g_assert_false (scan_bytes ("\"a\0b\"", 5, MCP_JSON_SCAN_DEFAULT, &root, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_clear_error (&error);
  g_assert_false (scan_bytes ("1\0", 2, MCP_JSON_SCAN_DEFAULT, &root, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
}

static void
test_utf8 (void)
{
  static const guchar seconds[] = { 'a', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff };
  static const guchar tails[] = { 'a', 0x7f, 0x80, 0xbf, 0xc0 };

  g_test_summary ("Of all sequences of bytes exactly those are accepted that are UTF-8");
  for (guint lead = 0x80; lead <= 0xff; lead++)
    for (gsize i = 0; i < G_N_ELEMENTS (seconds) * G_N_ELEMENTS (tails) * G_N_ELEMENTS (tails); i++)
      for (gsize length = 1; length <= 4; length++)
        {
          char text[6] = { '"', (char) lead, (char) seconds[i / 25], (char) tails[i / 5 % 5],
                           (char) tails[i % 5] };
          McpJsonSlice root;

          text[length + 1] = '"';
          g_assert_cmpint (scan_bytes (text, length + 2, MCP_JSON_SCAN_DEFAULT, &root, NULL), ==,
                           g_utf8_validate (text, (gssize) length + 2, NULL));
        }
}

static char *
nest (guint depth, gboolean close)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; close && i < depth; i++)
    g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  static const struct
  {
    guint depth;
    gboolean accepted;
  } cases[] = { { MAX_DEPTH, TRUE }, { MAX_DEPTH + 1, FALSE }, { 100000, FALSE } };

  g_test_summary ("Nesting has a limit, and a hundred thousand brackets cost an error");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = nest (cases[i].depth, TRUE);
      g_autoptr (GError) error = NULL;
      McpJsonSlice root;

      g_assert_cmpint (scan_bytes (text, strlen (text), MCP_JSON_SCAN_DEFAULT, &root, &error), ==,
                       cases[i].accepted);
      if (!cases[i].accepted)
        g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
    }
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  g_test_summary ("The number of values has a limit, containers included");
  g_assert_true (mcp_json_scan ("[1,2]", 5, 8, 3, MCP_JSON_SCAN_DEFAULT, &root, NULL));
  g_assert_false (mcp_json_scan ("[1,2]", 5, 8, 2, MCP_JSON_SCAN_DEFAULT, &root, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
}

static void
test_many_names (void)
{
  g_autoptr (GString) text = g_string_new ("{");
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  g_test_summary ("Among tens of thousands of names one that stands twice is found");
  for (guint i = 0; i < 50000; i++)
    g_string_append_printf (text, "\"k%u\":0,", i);
  g_string_append (text, "\"last\":0}");
  g_assert_true (scan_bytes (text->str, text->len, MCP_JSON_SCAN_DEFAULT, &root, NULL));

  g_string_truncate (text, text->len - 1);
  g_string_append (text, ",\"k777\":0}");
  g_assert_false (scan_bytes (text->str, text->len, MCP_JSON_SCAN_DEFAULT, &root, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
}

/* Names that only sorting or a good hash tells apart quickly; the clock would tell otherwise. */
static void
test_hard_names (void)
{
  g_autofree char *prefix = g_strnfill (60, 'p');
  g_autoptr (GString) text = g_string_new ("{\"\":0");
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  g_test_summary ("Many long names that differ at their end only are no burden");
  for (guint i = 0; i < 60000; i++)
    g_string_append_printf (text, ",\"%s%06u\":0", prefix, i);
  g_string_append_c (text, '}');
  scan_bytes (text->str, text->len, MCP_JSON_SCAN_DEFAULT, &root, &error);
  g_assert_no_error (error);
}

static void
test_edge_of_double (void)
{
  static const char *const finite[] = { "1.7976931348623157e308",
                                        "1.7976931348623158079e308",
                                        "-179769313486231570000e288",
                                        "0.0000017976931348623157e314",
                                        "0e999999999999999999999",
                                        "0.000e5",
                                        "1e-999999999999" };
  static const char *const infinite[] = {
    "1.7976931348623159e308", "1e309", "-1e309", "10e308", "0.00001e314", "1e99999999999999999999"
  };
  g_autofree char *zeros = g_strnfill (308, '0');
  g_autofree char *largest = g_strconcat ("1", zeros, NULL);
  g_autofree char *too_large = g_strconcat ("10", zeros, NULL);
  g_autofree char *small = g_strconcat ("0.", zeros, zeros, "1", NULL);
  McpJsonSlice root;

  g_test_summary ("Numbers are refused exactly where a double would be infinite");
  for (gsize i = 0; i < G_N_ELEMENTS (finite); i++)
    scan (finite[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (infinite); i++)
    g_assert_false (
        scan_bytes (infinite[i], strlen (infinite[i]), MCP_JSON_SCAN_DEFAULT, &root, NULL));
  scan (largest);
  scan (small);
  g_assert_false (scan_bytes (too_large, strlen (too_large), MCP_JSON_SCAN_DEFAULT, &root, NULL));
}

static void
test_lone_surrogates (void)
{
  static const char text[] =
      "[\"\\ud800\",\"a\\udc00b\",\"\\ud800\\ud83d\\ude00\",\"\\udc00\\udc00\"]";
  static const char *const decoded[] = { "\xef\xbf\xbd", "a\xef\xbf\xbd\x62",
                                         "\xef\xbf\xbd\xf0\x9f\x98\x80",
                                         "\xef\xbf\xbd\xef\xbf\xbd" };
  McpJsonSlice root;
  McpJsonSlice value;
  McpJsonIter iter;
  gsize i = 0;

  g_test_summary ("Halves of surrogate pairs pass where they may, and read as U+FFFD");
  g_assert_true (
      scan_bytes (text, strlen (text), MCP_JSON_SCAN_ALLOW_LONE_SURROGATES, &root, NULL));
  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_element (&iter, &value))
    {
      g_autofree char *string = mcp_json_dup_string (value);

      g_assert_cmpstr (string, ==, decoded[i++]);
    }
  g_assert_cmpuint (i, ==, G_N_ELEMENTS (decoded));
}

static void
test_find (void)
{
  McpJsonSlice root =
      scan ("{ \"a\" : {\"x\":[1,\"]}\",{}]} , \"b\\u0062\":\"\\\"q\\\\\", \"n\": -12.50 }");
  McpJsonSlice value;
  g_autofree char *text = NULL;
  g_autofree char *string = NULL;

  g_test_summary ("A member is found by its decoded name, and its value is the bytes as written");
  g_assert_true (mcp_json_find (root, "a", &value));
  text = g_strndup (value.data, value.length);
  g_assert_cmpstr (text, ==, "{\"x\":[1,\"]}\",{}]}");
  g_assert_true (mcp_json_find_typed (root, "bb", MCP_JSON_STRING, &value));
  string = mcp_json_dup_string (value);
  g_assert_cmpstr (string, ==, "\"q\\");
  g_assert_true (mcp_json_find (root, "n", &value));
  g_assert_cmpmem (value.data, value.length, "-12.50", 6);
  g_assert_false (mcp_json_find (root, "x", &value));
  g_assert_null (value.data);
  g_assert_false (mcp_json_find_typed (root, "n", MCP_JSON_STRING, &value));
}

static void
test_nul_in_string (void)
{
  g_test_summary ("A string that no C string can hold gives no C string");
  g_assert_null (mcp_json_dup_string (scan ("\"\\u0000x\"")));
  g_assert_false (mcp_json_string_equal (scan ("\"\\u0000x\""), ""));
}

static void
test_integers (void)
{
  gint64 i;
  guint64 u;
  double d;

  g_test_summary ("Integers are exact or refused");
  g_assert_true (mcp_json_get_int64 (scan ("9223372036854775807"), &i));
  g_assert_cmpint (i, ==, G_MAXINT64);
  g_assert_true (mcp_json_get_int64 (scan ("-9223372036854775808"), &i));
  g_assert_cmpint (i, ==, G_MININT64);
  g_assert_false (mcp_json_get_int64 (scan ("9223372036854775808"), &i));
  g_assert_true (mcp_json_get_uint64 (scan ("18446744073709551615"), &u));
  g_assert_cmpuint (u, ==, G_MAXUINT64);
  g_assert_false (mcp_json_get_uint64 (scan ("18446744073709551616"), &u));
  g_assert_false (mcp_json_get_uint64 (scan ("-1"), &u));
  g_assert_false (mcp_json_get_int64 (scan ("1.0"), &i));
  g_assert_false (mcp_json_get_int64 (scan ("1e2"), &i));
  g_assert_false (mcp_json_get_int64 (scan ("\"1\""), &i));
  g_assert_true (mcp_json_get_double (scan ("1e2"), &d));
  g_assert_cmpfloat (d, ==, 100.0);
}

static void
test_write (void)
{
  static const struct
  {
    double number;
    const char *text;
  } cases[] = {
    { 0, "0" },          { 4, "4" },
    { -7, "-7" },        { 0.5, "0.5" },
    { 0.1, "0.1" },      { 1e15, "1000000000000000" },
    { 1e300, "1e+300" }, { 1.0 / 3, "0.3333333333333333" },
  };
  g_autoptr (GString) string = g_string_new (NULL);
  g_autofree char *back = NULL;
  const char *text = "line\nquote\" back\\ tab\t bell\a \xe2\x80\xa8 \xf0\x9f\x98\x80 \x7f";

  g_test_summary ("What is written reads back as the same, on one line");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      mcp_json_append_double (out, cases[i].number);
      g_assert_cmpstr (out->str, ==, cases[i].text);
    }

  mcp_json_append_string (string, text);
  g_assert_null (strchr (string->str, '\n'));
  back = mcp_json_dup_string (scan (string->str));
  g_assert_cmpstr (back, ==, text);
}

static void
test_doubles_round_trip (void)
{
  g_test_summary ("Any double is read back as itself");
  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      double number = g_test_rand_double_range (-1, 1) * (i % 2 ? DBL_MAX : 1.0);
      double back;

      mcp_json_append_double (out, number);
      g_assert_true (mcp_json_get_double (scan (out->str), &back));
      g_assert_cmpfloat (back, ==, number);
    }
}

static void
test_other_types (void)
{
  static const char *const texts[] = { "null",      "true", "1",         "12345", "\"\"",
                                       "\"a:b,c\"", "[]",   "[\"a\",1]", "{}" };
  McpJsonSlice value;
  McpJsonSlice key;
  McpJsonIter iter;
  double number;
  gint64 integer;

  g_test_summary ("Asking a value of another type, or none, is answered and no mistake");
  for (gsize i = 0; i <= G_N_ELEMENTS (texts); i++)
    {
      McpJsonSlice root = i < G_N_ELEMENTS (texts) ? scan (texts[i]) : MCP_JSON_SLICE_NONE;
      McpJsonType type = mcp_json_get_type (root);

      g_assert_false (mcp_json_find (root, "a", &value));
      g_assert_null (value.data);
      g_assert_false (mcp_json_find_typed (root, "a", MCP_JSON_NULL, &value));
      mcp_json_iter_init (&iter, root);
      g_assert_false (mcp_json_iter_next_member (&iter, &key, &value));
      if (type != MCP_JSON_ARRAY)
        {
          mcp_json_iter_init (&iter, root);
          g_assert_false (mcp_json_iter_next_element (&iter, &value));
        }
      if (type != MCP_JSON_STRING)
        {
          g_assert_null (mcp_json_dup_string (root));
          g_assert_false (mcp_json_string_equal (root, "1"));
        }
      g_assert_cmpint (mcp_json_get_double (root, &number), ==, type == MCP_JSON_NUMBER);
      g_assert_cmpint (mcp_json_get_int64 (root, &integer), ==, type == MCP_JSON_NUMBER);
      g_assert_cmpint (mcp_json_get_boolean (root), ==, type == MCP_JSON_BOOLEAN);
    }
}

static void
test_one_line (void)
{
  g_autoptr (GString) out = g_string_new ("\n");

  g_test_summary ("A relayed value is on one line, what stood before it stays");
  mcp_json_append_slice (out, scan ("{\r\n\"a\\n\":\n[1.0,\t2]\n}"));
  g_assert_cmpstr (out->str, ==, "\n{  \"a\\n\": [1.0,\t2] }");
}

/* Visits every value, so that a sanitizer would see a step beyond the text. */
static guint
walk (McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice member;
  guint n_values = 1;

  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_OBJECT:
      mcp_json_iter_init (&iter, value);
      while (mcp_json_iter_next_member (&iter, &key, &member))
        n_values += walk (member);
      break;
    case MCP_JSON_ARRAY:
      mcp_json_iter_init (&iter, value);
      while (mcp_json_iter_next_element (&iter, &member))
        n_values += walk (member);
      break;
    case MCP_JSON_STRING:
      g_free (mcp_json_dup_string (value));
      break;
    case MCP_JSON_NULL:
    case MCP_JSON_BOOLEAN:
    case MCP_JSON_NUMBER:
      break;
    }
  return n_values;
}

static void
test_mutations (void)
{
  static const char seed[] =
      "{\"id\":-1.5e3,\"a\":[true,null,{\"k\\u0041\":\"v\\n\xc3\xa9\\ud83d\\ude00\"}],"
      "\"s\":\"\",\"e\":{},\"f\":[[]]}";
  guint n_accepted = 0;

  g_test_summary ("Whatever is accepted json-glib can read, and a walk stays within the text");
  for (guint round = 0; round < 20000; round++)
    {
      gsize length = strlen (seed);
      g_autofree char *text = g_memdup2 (seed, length);
      McpJsonSlice root;

      for (int change = g_test_rand_int_range (0, 3); change > 0; change--)
        {
          static const char bytes[] = "{}[],:\"\\ue019.- \tntf\xc3\xf0\x80";
          text[g_test_rand_int_range (0, (gint32) length)] =
              bytes[g_test_rand_int_range (0, sizeof bytes - 1)];
        }
      if (g_test_rand_bit ())
        length = (gsize) g_test_rand_int_range (1, (gint32) length + 1);

      if (scan_bytes (text, length, MCP_JSON_SCAN_DEFAULT, &root, NULL))
        {
          g_autoptr (JsonParser) parser = json_parser_new ();
          g_autoptr (GError) error = NULL;

          n_accepted++;
          g_assert_cmpuint (walk (root), >, 0);
          json_parser_load_from_data (parser, text, (gssize) length, &error);
          g_assert_no_error (error);
        }
    }
  g_test_message ("%u accepted", n_accepted);
  g_assert_cmpuint (n_accepted, >, 0);
}

static void
test_canonical (void)
{
  static const char *const cases[][2] = {
    { "{}", "{}" },
    { " [ ] ", "[]" },
    { "[ 1.0 , true, null , -0 ]", "[1.0,true,null,-0]" },
    { "{ \"b\" : 1, \"a\" : { \"d\" : [ ], \"c\" : 1E5 } }",
      "{\"a\":{\"c\":1E5,\"d\":[]},\"b\":1}" },
    { "{\"\\u0062\":1,\"\\u0061\":2}", "{\"a\":2,\"b\":1}" },
    { "\"\\u00e9\\/\\u0009\\\\\"", "\"\xc3\xa9/\\t\\\\\"" },
    { "\"\\u0000\"", "\"\\u0000\"" },
  };

  g_test_summary ("However a value is written, it has one canonical text");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      McpJsonSlice root;

      g_assert_true (
          scan_bytes (cases[i][0], strlen (cases[i][0]), MCP_JSON_SCAN_DEFAULT, &root, &error));
      mcp_json_append_canonical (out, root);
      g_assert_cmpstr (out->str, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/json/accepts", test_accepts);
  g_test_add_func ("/common/json/refuses", test_refuses);
  g_test_add_func ("/common/json/raw-nul", test_raw_nul);
  g_test_add_func ("/common/json/utf8", test_utf8);
  g_test_add_func ("/common/json/depth", test_depth);
  g_test_add_func ("/common/json/values", test_values);
  g_test_add_func ("/common/json/many-names", test_many_names);
  g_test_add_func ("/common/json/hard-names", test_hard_names);
  g_test_add_func ("/common/json/edge-of-double", test_edge_of_double);
  g_test_add_func ("/common/json/lone-surrogates", test_lone_surrogates);
  g_test_add_func ("/common/json/find", test_find);
  g_test_add_func ("/common/json/nul-in-string", test_nul_in_string);
  g_test_add_func ("/common/json/integers", test_integers);
  g_test_add_func ("/common/json/other-types", test_other_types);
  g_test_add_func ("/common/json/one-line", test_one_line);
  g_test_add_func ("/common/json/write", test_write);
  g_test_add_func ("/common/json/canonical", test_canonical);
  g_test_add_func ("/common/json/doubles-round-trip", test_doubles_round_trip);
  g_test_add_func ("/common/json/mutations", test_mutations);
  return g_test_run ();
}

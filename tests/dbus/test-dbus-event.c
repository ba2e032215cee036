/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "dbus/mcp-dbus-args.h"
#include "dbus/mcp-dbus-event.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *dict;     /* GVariant text */
  const char *expected; /* token, progress, total, message, tool, call_id, state */
} Good;

static const Good good[] = {
  { "least", "{'progress': <1.5>}", "- 1.5 - - - - -" },
  { "all",
    "{'token': <'a'>, 'progress': <4>, 'total': <10>, 'message': <'m'>, 'tool': <'t'>,"
    " 'timestamp': <'whenever'>, 'call_id': <'c-1'>, 'state': <'running'>}",
    "'a' 4 10 m t c-1 running" },
  { "token-y", "{'token': <byte 255>, 'progress': <0>}", "int64 255 0 - - - - -" },
  { "token-n", "{'token': <int16 -7>, 'progress': <0>}", "int64 -7 0 - - - - -" },
  { "token-q", "{'token': <uint16 7>, 'progress': <0>}", "int64 7 0 - - - - -" },
  { "token-i", "{'token': <7>, 'progress': <0>}", "int64 7 0 - - - - -" },
  { "token-u", "{'token': <uint32 4294967295>, 'progress': <0>}", "int64 4294967295 0 - - - - -" },
  { "token-x", "{'token': <int64 -9223372036854775808>, 'progress': <0>}",
    "int64 -9223372036854775808 0 - - - - -" },
  { "token-t", "{'token': <uint64 7>, 'progress': <0>}", "int64 7 0 - - - - -" },
  { "token-large-t", "{'token': <uint64 18446744073709551615>, 'progress': <0>}",
    "uint64 18446744073709551615 0 - - - - -" },
  { "token-empty-text", "{'token': <''>, 'progress': <0>}", "'' 0 - - - - -" },
  { "progress-y", "{'progress': <byte 3>, 'total': <byte 4>}", "- 3 4 - - - -" },
  { "progress-n", "{'progress': <int16 -3>, 'total': <uint16 4>}", "- -3 4 - - - -" },
  { "progress-u", "{'progress': <uint32 3>, 'total': <int64 4>}", "- 3 4 - - - -" },
  { "progress-t", "{'progress': <uint64 18446744073709551615>}", "- 1.84467e+19 - - - - -" },
  { "state-ok", "{'progress': <1>, 'state': <'ok'>}", "- 1 - - - - ok" },
  { "state-error", "{'progress': <1>, 'state': <'error'>}", "- 1 - - - - error" },
  { "state-cancelled", "{'progress': <1>, 'state': <'cancelled'>}", "- 1 - - - - cancelled" },
};

typedef struct
{
  const char *name;
  const char *dict;
  const char *text; /* in the error */
} Bad;

static const Bad bad[] = {
  { "empty", "@a{sv} {}", "“progress” is missing" },
  { "no-progress", "{'token': <1>}", "“progress” is missing" },
  { "unknown-key", "{'progress': <1>, 'percent': <5>}", "“percent” is not known" },
  { "session-id", "{'progress': <1>, 'session_id': <'x'>}", "“session_id” is not known" },
  { "upper-case", "{'Progress': <1>}", "“Progress” is not known" },
  { "token-double", "{'progress': <1>, 'token': <1.0>}", "“token” must be an integer or a string" },
  { "token-boolean", "{'progress': <1>, 'token': <true>}", "“token” must be an integer" },
  { "token-variant", "{'progress': <1>, 'token': <<1>>}", "“token” must be an integer" },
  { "token-path", "{'progress': <1>, 'token': <objectpath '/a'>}", "“token” must be" },
  { "progress-string", "{'progress': <'1'>}", "“progress” must be a number" },
  { "progress-boolean", "{'progress': <true>}", "“progress” must be a number" },
  { "total-string", "{'progress': <1>, 'total': <'2'>}", "“total” must be a number" },
  { "message-number", "{'progress': <1>, 'message': <2>}", "“message” must be of type s, not i" },
  { "tool-array", "{'progress': <1>, 'tool': <['a']>}", "“tool” must be of type s, not as" },
  { "call-id-path", "{'progress': <1>, 'call_id': <objectpath '/a'>}", "must be of type s, not o" },
  { "timestamp-number", "{'progress': <1>, 'timestamp': <1>}", "“timestamp” must be of type s" },
  { "state-other", "{'progress': <1>, 'state': <'done'>}", "“state” must be “running”" },
  { "state-empty", "{'progress': <1>, 'state': <''>}", "“state” must be “running”" },
  { "state-number", "{'progress': <1>, 'state': <1>}", "“state” must be of type s" },
};

static const char *
or_dash (const char *text)
{
  return text != NULL ? text : "-";
}

static char *
print_fields (const McpProgressFields *fields)
{
  g_autofree char *token =
      fields->token != NULL ? g_variant_print (fields->token, TRUE) : g_strdup ("-");
  g_autofree char *total =
      fields->has_total ? g_strdup_printf ("%g", fields->total) : g_strdup ("-");

  return g_strdup_printf (
      "%s %g %s %s %s %s %s", token, fields->progress, total, or_dash (fields->message),
      or_dash (fields->tool), or_dash (fields->call_id),
      fields->state != MCP_PROGRESS_STATE_UNKNOWN ? mcp_progress_state_to_string (fields->state)
                                                  : "-");
}

static GVariant *
parse_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *dict = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return dict;
}

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) dict = parse_text (row->dict);
  g_autofree char *found = NULL;
  McpProgressFields fields;

  g_assert_true (mcp_dbus_event_parse (dict, &fields, &error));
  g_assert_no_error (error);
  found = print_fields (&fields);
  g_assert_cmpstr (found, ==, row->expected);
  mcp_dbus_event_clear (&fields);
}

static void
assert_refused (GVariant *dict, const char *text)
{
  g_autoptr (GError) error = NULL;
  McpProgressFields fields;

  g_assert_false (mcp_dbus_event_parse (dict, &fields, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  if (strstr (error->message, text) == NULL)
    g_error ("“%s” is not in: %s", text, error->message);
  g_assert_null (fields.token);
}

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GVariant) dict = parse_text (row->dict);

  assert_refused (dict, row->text);
}

static GVariant *
dict_with (const char *key, GVariant *value)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  if (strcmp (key, "progress") != 0)
    g_variant_builder_add (&builder, "{sv}", "progress", g_variant_new_int32 (1));
  g_variant_builder_add (&builder, "{sv}", key, value);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
test_not_finite (void)
{
  static const char *const keys[] = { "progress", "total" };
  const double values[] = { NAN, INFINITY, -INFINITY };

  g_test_summary ("A number that JSON cannot write is refused");
  for (gsize k = 0; k < G_N_ELEMENTS (keys); k++)
    for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
      {
        g_autoptr (GVariant) dict = dict_with (keys[k], g_variant_new_double (values[i]));

        assert_refused (dict, "must be finite");
      }
}

static void
test_string_length (void)
{
  static const char *const keys[] = { "message", "tool", "call_id", "token", "timestamp" };

  g_test_summary ("A string of 1 MiB is taken, one byte more is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = g_strnfill (MCP_DBUS_MAX_STRING_BYTES + 1, 'x');
      g_autoptr (GVariant) longer = dict_with (keys[i], g_variant_new_string (text));
      g_autoptr (GVariant) longest = NULL;
      McpProgressFields fields;

      assert_refused (longer, "is longer than 1 MiB");
      text[MCP_DBUS_MAX_STRING_BYTES] = '\0';
      longest = dict_with (keys[i], g_variant_new_string (text));
      g_assert_true (mcp_dbus_event_parse (longest, &fields, &error));
      g_assert_no_error (error);
      mcp_dbus_event_clear (&fields);
    }
}

static void
test_key_twice (void)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) dict = NULL;

  g_test_summary ("A key given twice is refused, and what was read of it is freed");
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "token", g_variant_new_string ("a"));
  g_variant_builder_add (&builder, "{sv}", "token", g_variant_new_string ("b"));
  dict = g_variant_ref_sink (g_variant_builder_end (&builder));
  assert_refused (dict, "“token” is given twice");
}

static void
test_long_key (void)
{
  g_autofree char *key = g_strnfill (100000, 'k');
  g_autoptr (GVariant) dict = dict_with (key, g_variant_new_int32 (1));
  g_autoptr (GError) error = NULL;
  McpProgressFields fields;

  g_test_summary ("An error does not repeat what is too long to read");
  g_assert_false (mcp_dbus_event_parse (dict, &fields, &error));
  g_assert_cmpuint (strlen (error->message), <, 100);
}

static char *
build_text (const McpProgressFields *fields)
{
  g_autoptr (McpProgressEvent) event =
      mcp_progress_event_new (fields, "7b0c2a5e-0000-4000-8000-000000000000", 1, 0);
  g_autoptr (GVariant) dict = g_variant_ref_sink (mcp_dbus_event_build (event));

  g_assert_cmpstr (g_variant_get_type_string (dict), ==, "a{sv}");
  return g_variant_print (dict, TRUE);
}

static void
test_build (void)
{
  McpProgressFields least = { .progress = 1 };
  McpProgressFields all = {
    .progress = 4,
    .has_total = TRUE,
    .total = 10.5,
    .message = "page 4",
    .tool = "notion__search",
    .call_id = "c-000012",
    .state = MCP_PROGRESS_STATE_RUNNING,
  };
  g_autoptr (GVariant) token = g_variant_ref_sink (g_variant_new_string ("t"));
  g_autofree char *least_text = build_text (&least);
  g_autofree char *all_text = NULL;

  g_test_summary ("Events go out with the contract's keys and types, and without what is unknown");
  all.token = token;
  all_text = build_text (&all);
  g_assert_cmpstr (least_text, ==,
                   "{'token': <int64 0>, 'progress': <1.0>,"
                   " 'timestamp': <'1970-01-01T00:00:00.000000Z'>}");
  g_assert_cmpstr (all_text, ==,
                   "{'token': <'t'>, 'progress': <4.0>, 'total': <10.5>, 'message': <'page 4'>,"
                   " 'tool': <'notion__search'>, 'timestamp': <'1970-01-01T00:00:00.000000Z'>,"
                   " 'call_id': <'c-000012'>, 'state': <'running'>}");
}

static void
test_round_trip (void)
{
  static const char *const text =
      "{'token': <uint64 18446744073709551615>, 'progress': <4.25>, 'total': <10.0>,"
      " 'message': <'\"new\\nline\"'>, 'tool': <'t'>, 'call_id': <'c'>, 'state': <'error'>}";
  g_autoptr (GVariant) in = parse_text (text);
  g_autoptr (GVariant) out = NULL;
  g_autoptr (McpProgressEvent) event = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  McpProgressFields fields;

  g_test_summary ("An event that was received can be published as it is");
  g_assert_true (mcp_dbus_event_parse (in, &fields, NULL));
  first = print_fields (&fields);
  event = mcp_progress_event_new (&fields, "7b0c2a5e-0000-4000-8000-000000000000", 1, 0);
  mcp_dbus_event_clear (&fields);

  out = g_variant_ref_sink (mcp_dbus_event_build (event));
  g_assert_true (mcp_dbus_event_parse (out, &fields, NULL));
  second = print_fields (&fields);
  mcp_dbus_event_clear (&fields);
  g_assert_cmpstr (first, ==, second);
}

static void
test_garbage (void)
{
  g_test_summary ("Bytes that are no serialised dictionary are refused or read, never followed");
  for (guint round = 0; round < 20000; round++)
    {
      gsize length = (gsize) g_test_rand_int_range (0, 64);
      guint8 *bytes = g_malloc (length + 1);
      g_autoptr (GBytes) data = NULL;
      g_autoptr (GVariant) dict = NULL;
      McpProgressFields fields;

      for (gsize i = 0; i < length; i++)
        bytes[i] = (guint8) g_test_rand_int_range (0, 256);
      data = g_bytes_new_take (bytes, length);
      dict = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, data, FALSE));
      if (mcp_dbus_event_parse (dict, &fields, NULL))
        mcp_dbus_event_clear (&fields);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = g_strconcat ("/dbus/event/takes/", good[i].name, NULL);

      g_test_add_data_func (path, &good[i], test_good);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strconcat ("/dbus/event/refuses/", bad[i].name, NULL);

      g_test_add_data_func (path, &bad[i], test_bad);
    }
  g_test_add_func ("/dbus/event/refuses/not-finite", test_not_finite);
  g_test_add_func ("/dbus/event/refuses/key-twice", test_key_twice);
  g_test_add_func ("/dbus/event/string-length", test_string_length);
  g_test_add_func ("/dbus/event/long-key", test_long_key);
  g_test_add_func ("/dbus/event/build", test_build);
  g_test_add_func ("/dbus/event/round-trip", test_round_trip);
  g_test_add_func ("/dbus/event/garbage", test_garbage);
  return g_test_run ();
}

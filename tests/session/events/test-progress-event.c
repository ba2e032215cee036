/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-json.h"
#include "session/events/mcp-progress-event.h"

#include <string.h>

#define SESSION_ID "0b6f3b0e-6f7c-4f0a-9c3e-0d9d2f6a1b11"
#define TIME_US    G_GINT64_CONSTANT (1795342833123456)
#define TIME       "2026-11-22T10:20:33.123456Z"

static McpProgressEvent *
make (McpProgressFields fields)
{
  McpProgressEvent *event = mcp_progress_event_new (&fields, SESSION_ID, 3, TIME_US);

  g_assert_nonnull (event);
  return event;
}

static void
assert_json (McpProgressEvent *event, const char *expected)
{
  gsize length;
  const char *data = g_bytes_get_data (mcp_progress_event_get_json (event), &length);
  g_autofree char *json = g_strndup (data, length);
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  g_assert_cmpstr (json, ==, expected);
  g_assert_cmpuint (length, ==, strlen (expected));
  mcp_json_scan (json, length, 2, 100, MCP_JSON_SCAN_DEFAULT, &root, &error);
  g_assert_no_error (error);
}

static void
test_full (void)
{
  g_autoptr (McpProgressEvent) event = make ((McpProgressFields){
      .token = g_variant_new_int64 (7),
      .progress = 4,
      .has_total = TRUE,
      .total = 10,
      .message = "page 4",
      .tool = "notion__search",
      .call_id = "c-000012",
      .state = MCP_PROGRESS_STATE_RUNNING,
  });
  double total = 0;

  g_test_summary ("An event gives back all its fields, typed and as compact JSON");
  assert_json (event, "{\"token\":7,\"progress\":4,\"total\":10,\"message\":\"page 4\","
                      "\"tool\":\"notion__search\",\"timestamp\":\"" TIME "\","
                      "\"call_id\":\"c-000012\",\"state\":\"running\"}");
  g_assert_cmpstr (mcp_progress_event_get_session_id (event), ==, SESSION_ID);
  g_assert_cmpuint (mcp_progress_event_get_sequence (event), ==, 3);
  g_assert_cmpint (g_variant_get_int64 (mcp_progress_event_get_token (event)), ==, 7);
  g_assert_cmpfloat (mcp_progress_event_get_progress (event), ==, 4);
  g_assert_true (mcp_progress_event_get_total (event, &total));
  g_assert_cmpfloat (total, ==, 10);
  g_assert_cmpstr (mcp_progress_event_get_message (event), ==, "page 4");
  g_assert_cmpstr (mcp_progress_event_get_tool (event), ==, "notion__search");
  g_assert_cmpstr (mcp_progress_event_get_call_id (event), ==, "c-000012");
  g_assert_cmpint (mcp_progress_event_get_state (event), ==, MCP_PROGRESS_STATE_RUNNING);
  g_assert_cmpstr (mcp_progress_event_get_timestamp (event), ==, TIME);
}

static void
test_absent (void)
{
  g_autoptr (McpProgressEvent) event = make ((McpProgressFields){ .progress = 1 });
  double total = -1;

  g_test_summary ("What is unknown is left out; without a token it is 0");
  assert_json (event, "{\"token\":0,\"progress\":1,\"timestamp\":\"" TIME "\"}");
  g_assert_false (mcp_progress_event_get_total (event, &total));
  g_assert_cmpfloat (total, ==, -1);
  g_assert_null (mcp_progress_event_get_message (event));
  g_assert_null (mcp_progress_event_get_tool (event));
  g_assert_null (mcp_progress_event_get_call_id (event));
  g_assert_cmpint (mcp_progress_event_get_state (event), ==, MCP_PROGRESS_STATE_UNKNOWN);
  g_assert_cmpint (g_variant_get_int64 (mcp_progress_event_get_token (event)), ==, 0);
}

static void
test_empty_text (void)
{
  g_autoptr (McpProgressEvent) event =
      make ((McpProgressFields){ .has_total = TRUE, .message = "", .tool = "" });

  g_test_summary ("Known but empty or 0 is not the same as unknown");
  assert_json (event, "{\"token\":0,\"progress\":0,\"total\":0,\"message\":\"\",\"tool\":\"\","
                      "\"timestamp\":\"" TIME "\"}");
}

static void
test_tokens (void)
{
  static const struct
  {
    const char *token; /* GVariant text */
    const char *json;
  } cases[] = {
    { "int64 7", "7" },
    { "int64 -9223372036854775808", "-9223372036854775808" },
    { "uint64 18446744073709551615", "18446744073709551615" },
    { "'7'", "\"7\"" },
    { "''", "\"\"" },
    { "'a\"b\\\\c'", "\"a\\\"b\\\\c\"" },
  };

  g_test_summary ("Integer and string tokens keep their type and value");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) token = g_variant_parse (NULL, cases[i].token, NULL, NULL, NULL);
      g_autoptr (McpProgressEvent) event = make ((McpProgressFields){ .token = token });
      g_autofree char *expected = g_strdup_printf (
          "{\"token\":%s,\"progress\":0,\"timestamp\":\"%s\"}", cases[i].json, TIME);

      g_assert_cmpvariant (mcp_progress_event_get_token (event), token);
      assert_json (event, expected);
    }
}

static void
test_numbers (void)
{
  static const struct
  {
    double number;
    const char *json;
  } cases[] = {
    { 0, "0" },
    { -1, "-1" },
    { 0.5, "0.5" },
    { 0.1, "0.1" },
    { 4294967296.0, "4294967296" },
    { 1e300, "1e+300" },
  };

  g_test_summary ("Numbers are written without a fraction when whole, else exactly");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (McpProgressEvent) event = make ((McpProgressFields){
          .progress = cases[i].number, .has_total = TRUE, .total = cases[i].number });
      g_autofree char *expected =
          g_strdup_printf ("{\"token\":0,\"progress\":%s,\"total\":%s,\"timestamp\":\"%s\"}",
                           cases[i].json, cases[i].json, TIME);

      assert_json (event, expected);
    }
}

static void
test_escapes (void)
{
  g_autoptr (McpProgressEvent) event = make ((McpProgressFields){
      .message = "a\nb\r\n\"c\"\\\t\x01 ü 🙂", .tool = "x\ny", .call_id = "\"" });

  g_test_summary ("Line ends, quotes and control characters cannot break out of the text");
  assert_json (event, "{\"token\":0,\"progress\":0,"
                      "\"message\":\"a\\nb\\r\\n\\\"c\\\"\\\\\\t\\u0001 ü 🙂\","
                      "\"tool\":\"x\\ny\",\"timestamp\":\"" TIME "\",\"call_id\":\"\\\"\"}");
  g_assert_cmpstr (mcp_progress_event_get_message (event), ==, "a\nb\r\n\"c\"\\\t\x01 ü 🙂");
}

static void
test_invalid_utf8 (void)
{
  g_autoptr (McpProgressEvent) event = make ((McpProgressFields){ .message = "a\xff"
                                                                             "b",
                                                                  .tool = "\xc3",
                                                                  .call_id = "\xed\xa0\x80" });
  gsize length;
  const char *json = g_bytes_get_data (mcp_progress_event_get_json (event), &length);

  g_test_summary ("Text that is not UTF-8 is repaired, in the fields and in the JSON");
  g_assert_cmpstr (mcp_progress_event_get_message (event), ==,
                   "a\xef\xbf\xbd"
                   "b");
  g_assert_cmpstr (mcp_progress_event_get_tool (event), ==, "\xef\xbf\xbd");
  g_assert_true (g_utf8_validate (mcp_progress_event_get_call_id (event), -1, NULL));
  g_assert_true (g_utf8_validate (json, (gssize) length, NULL));
}

static void
test_states (void)
{
  McpProgressState state = MCP_PROGRESS_STATE_UNKNOWN;

  g_test_summary ("States have the contract's names, and no others are known");
  g_assert_cmpstr (mcp_progress_state_to_string (MCP_PROGRESS_STATE_RUNNING), ==, "running");
  g_assert_cmpstr (mcp_progress_state_to_string (MCP_PROGRESS_STATE_OK), ==, "ok");
  g_assert_cmpstr (mcp_progress_state_to_string (MCP_PROGRESS_STATE_ERROR), ==, "error");
  g_assert_cmpstr (mcp_progress_state_to_string (MCP_PROGRESS_STATE_CANCELLED), ==, "cancelled");
  g_assert_null (mcp_progress_state_to_string (MCP_PROGRESS_STATE_UNKNOWN));

  for (guint i = MCP_PROGRESS_STATE_RUNNING; i <= MCP_PROGRESS_STATE_CANCELLED; i++)
    {
      const char *name = mcp_progress_state_to_string ((McpProgressState) i);

      g_assert_true (mcp_progress_state_from_string (name, &state));
      g_assert_cmpint (state, ==, i);
    }

  state = MCP_PROGRESS_STATE_OK;
  g_assert_false (mcp_progress_state_from_string ("Running", &state));
  g_assert_false (mcp_progress_state_from_string ("", &state));
  g_assert_false (mcp_progress_state_from_string (NULL, &state));
  g_assert_cmpint (state, ==, MCP_PROGRESS_STATE_OK);
}

static void
test_shared (void)
{
  g_autoptr (McpProgressEvent) event = make ((McpProgressFields){ .message = "x" });
  GBytes *json = mcp_progress_event_get_json (event);
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GBytes) kept = NULL;

  g_test_summary ("As a boxed type an event is shared, not copied, and its JSON is made once");
  g_value_init (&value, MCP_TYPE_PROGRESS_EVENT);
  g_value_set_boxed (&value, event);
  g_assert_true (g_value_get_boxed (&value) == event);
  g_assert_true (mcp_progress_event_get_json (g_value_get_boxed (&value)) == json);

  kept = g_bytes_ref (json);
  g_value_reset (&value);
  g_clear_pointer (&event, mcp_progress_event_unref);
  g_assert_cmpuint (g_bytes_get_size (kept), >, 0);
}

static gpointer
ref_many_times (gpointer data)
{
  McpProgressEvent *event = data;

  for (guint i = 0; i < 10000; i++)
    mcp_progress_event_unref (mcp_progress_event_ref (event));
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (McpProgressEvent) event = make ((McpProgressFields){ .message = "x" });
  GThread *threads[4];

  g_test_summary ("References may be taken and dropped in several threads at once");
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ref", ref_many_times, event);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpstr (mcp_progress_event_get_message (event), ==, "x");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/progress-event/full", test_full);
  g_test_add_func ("/session/progress-event/absent-when-unknown", test_absent);
  g_test_add_func ("/session/progress-event/empty-text", test_empty_text);
  g_test_add_func ("/session/progress-event/tokens-keep-their-type", test_tokens);
  g_test_add_func ("/session/progress-event/numbers", test_numbers);
  g_test_add_func ("/session/progress-event/escapes", test_escapes);
  g_test_add_func ("/session/progress-event/invalid-utf8", test_invalid_utf8);
  g_test_add_func ("/session/progress-event/states", test_states);
  g_test_add_func ("/session/progress-event/shared", test_shared);
  g_test_add_func ("/session/progress-event/threads", test_threads);
  return g_test_run ();
}

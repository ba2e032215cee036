/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The layout of watch, without clock and terminal: events and a width in, lines out.
 */
#include "cli/watch/mcp-cli-bars.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
/* 2026-11-22T10:00:00Z */
#define START  (G_GINT64_CONSTANT (1795341600) * SECOND)

static char *
take (McpCliBars *bars, const McpCliBarStyle *style, const char *members, guint second)
{
  g_autofree char *json =
      g_strdup_printf ("{%s,\"timestamp\":\"2026-11-22T10:00:%02u.000000Z\"}", members, second);
  McpJsonSlice event;

  g_assert_true (mcp_cli_json_parse (json, strlen (json), &event, NULL));
  return mcp_cli_bars_take_event (bars, event, style);
}

static void
assert_lines (McpCliBars *bars, const McpCliBarStyle *style, guint second, const char *expected)
{
  g_autoptr (GPtrArray) lines = mcp_cli_bars_layout (bars, style, START + second * SECOND);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = g_ptr_array_index (lines, i);

      if (!style->colour)
        g_assert_cmpuint (mcp_cli_text_width (line), <=, style->columns);
      g_string_append_printf (text, "%s\n", line);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static const McpCliBarStyle plain = { .columns = 79, .rows = 23, .unicode = TRUE };

static void
test_running (void)
{
  g_autoptr (McpCliBars) bars = mcp_cli_bars_new (FALSE);

  g_test_summary ("A call's line tells tool, message, fraction, rate and time left");
  g_assert_null (
      take (bars, &plain,
            "\"call_id\":\"1\",\"tool\":\"files__copy\",\"progress\":0,\"state\":\"running\"", 0));
  assert_lines (
      bars, &plain, 2,
      "files__copy                                                                0:02\n");
  g_assert_null (take (
      bars, &plain,
      "\"call_id\":\"1\",\"progress\":25,\"total\":100,\"message\":\"page 25\",\"state\":\"running\"",
      5));
  assert_lines (
      bars, &plain, 5,
      "files__copy  page 25                   █████░░░░░░░░░░░░░░  25%  5/s  0:15 left\n");
  assert_lines (
      bars, &plain, 8,
      "files__copy  page 25                   █████░░░░░░░░░░░░░░  25%  5/s  0:12 left\n");
}

static void
test_narrow (void)
{
  g_autoptr (McpCliBars) bars = mcp_cli_bars_new (FALSE);
  McpCliBarStyle style = plain;

  g_test_summary ("With less room the bar goes first, then rate and time; then texts are cut");
  take (bars, &style,
        "\"call_id\":\"1\",\"tool\":\"files__copy\",\"progress\":0,\"state\":\"running\"", 0);
  take (
      bars, &style,
      "\"call_id\":\"1\",\"progress\":5,\"total\":10,\"message\":\"日本語日本語\",\"state\":\"running\"",
      10);
  style.columns = 59;
  assert_lines (bars, &style, 10, "files__copy  日本語…  ███████░░░░░░░  50%  0.5/s  0:10 left\n");
  style.columns = 45;
  assert_lines (bars, &style, 10, "files__copy  日本語日…  50%  0.5/s  0:10 left\n");
  style.columns = 30;
  assert_lines (bars, &style, 10, "files__copy  日本語日本語  50%\n");
  style.columns = 12;
  assert_lines (bars, &style, 10, "files_…  50%\n");
  style.columns = 1;
  assert_lines (bars, &style, 10, "…\n");
}

static void
test_finished (void)
{
  g_autoptr (McpCliBars) bars = mcp_cli_bars_new (FALSE);
  g_autofree char *ok = NULL;
  g_autofree char *error = NULL;
  g_autofree char *joined = NULL;

  g_test_summary ("What has ended leaves one line with outcome and duration");
  take (bars, &plain, "\"call_id\":\"1\",\"tool\":\"a\",\"progress\":0,\"state\":\"running\"", 0);
  take (bars, &plain, "\"call_id\":\"2\",\"tool\":\"b\",\"progress\":0,\"state\":\"running\"", 0);
  ok = take (bars, &plain, "\"call_id\":\"1\",\"progress\":1,\"total\":1,\"state\":\"ok\"", 12);
  error = take (bars, &plain,
                "\"call_id\":\"2\",\"progress\":1,\"message\":\"no\\nway\",\"state\":\"error\"", 0);
  joined = take (bars, &plain,
                 "\"call_id\":\"3\",\"tool\":\"c\",\"progress\":1,\"state\":\"cancelled\"", 9);
  g_assert_cmpstr (ok, ==, "ok         a  12.0 s");
  g_assert_cmpstr (error, ==, "error      b  0 ms  no way");
  g_assert_cmpstr (joined, ==, "cancelled  c");
  g_assert_cmpuint (mcp_cli_bars_get_n_running (bars), ==, 0);
}

static void
test_sessions (void)
{
  g_autoptr (McpCliBars) bars = mcp_cli_bars_new (TRUE);

  g_test_summary ("Where several sessions are shown, each line names its session");
  mcp_cli_bars_set_label (bars, "0123456789", "build\033[31m");
  take (bars, &plain, "\"session_id\":\"0123456789\",\"token\":1,\"progress\":1,\"tool\":\"a\"", 0);
  take (bars, &plain, "\"session_id\":\"abcdefghijkl\",\"token\":1,\"progress\":2", 0);
  assert_lines (
      bars, &plain, 0,
      "build [31m: a                                                           1  0:00\n"
      "abcdefgh: progress                                                      2  0:00\n");
  mcp_cli_bars_drop_session (bars, "0123456789");
  g_assert_cmpuint (mcp_cli_bars_get_n_running (bars), ==, 1);
  assert_lines (bars, &plain, 59, "0 sessions; no tool is running\n");
}

static void
test_label_gives_way (void)
{
  g_autoptr (McpCliBars) bars = mcp_cli_bars_new (TRUE);
  McpCliBarStyle style = plain;

  g_test_summary ("A narrow line shows the tool and its message, and the label if there is room");
  mcp_cli_bars_set_label (bars, "0123456789", "gemini-cli-mcp-client");
  take (bars, &style,
        "\"session_id\":\"0123456789\",\"call_id\":\"1\",\"tool\":\"w__work\",\"progress\":4,"
        "\"total\":10,\"message\":\"src/gate.c\",\"state\":\"running\"",
        0);
  style.columns = 59;
  assert_lines (bars, &style, 0, "gemini-cl…: w__work  src/gate.c   ██████░░░░░░░░  40%  0:00\n");
  style.columns = 39;
  assert_lines (bars, &style, 0, "gemini-c…: w__work  src/gat…  40%  0:00\n");
  style.columns = 29;
  assert_lines (bars, &style, 0, "w__work  src/gate.c       40%\n");
}

static void
test_many (void)
{
  g_autoptr (McpCliBars) bars = mcp_cli_bars_new (FALSE);
  McpCliBarStyle style = { .columns = 20, .rows = 3, .unicode = TRUE };

  g_test_summary ("More than fit: the newest, and how many others");
  for (int i = 1; i <= 5; i++)
    {
      g_autofree char *event = g_strdup_printf (
          "\"call_id\":\"%d\",\"tool\":\"t%d\",\"progress\":0,\"state\":\"running\"", i, i);

      take (bars, &style, event, 0);
    }
  assert_lines (bars, &style, 0, "… and 3 more\nt4\nt5\n");
}

static void
test_style (void)
{
  g_autoptr (McpCliBars) bars = mcp_cli_bars_new (FALSE);
  McpCliBarStyle style = { .columns = 60, .rows = 9, .colour = TRUE };
  g_autofree char *line = NULL;

  g_test_summary ("Colours where they may be, ASCII where there is nothing else");
  take (bars, &style,
        "\"call_id\":\"1\",\"tool\":\"t\",\"progress\":1,\"total\":2,\"state\":\"running\"", 0);
  assert_lines (
      bars, &style, 0,
      "t                                 \033[32m########\033[0m\033[2m-------\033[0m  50%  0:00\n");
  line = take (bars, &style, "\"call_id\":\"1\",\"progress\":1,\"state\":\"error\"", 0);
  g_assert_cmpstr (line, ==, "\033[31merror    \033[0m  t");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/bars/running", test_running);
  g_test_add_func ("/cli/bars/narrow", test_narrow);
  g_test_add_func ("/cli/bars/finished", test_finished);
  g_test_add_func ("/cli/bars/sessions", test_sessions);
  g_test_add_func ("/cli/bars/label", test_label_gives_way);
  g_test_add_func ("/cli/bars/many", test_many);
  g_test_add_func ("/cli/bars/style", test_style);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The pure parts: what a terminal is shown, percentages, arguments.
 */
#include "cli/commands/mcp-cli-arguments.h"
#include "cli/commands/mcp-cli-percent.h"
#include "cli/commands/mcp-cli-tool-help.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-suggest.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "common/mcp-text-clean.h"

#include <string.h>

static void
test_clean (void)
{
  static const char *const texts[][2] = {
    { "plain", "plain" },
    { "a\033[2Jb", "a [2Jb" },
    { "tab\tline\nreturn\r", "tab line return " },
    { "c1\302\233x", "c1 x" },
    { "rtl\342\200\256x\342\201\246", "rtlx" },
    { "soft\302\255hyphen", "softhyphen" },
    { "bad\377", "bad\357\277\275" },
    { "\342\200\250", " " },
    { "日本", "日本" },
  };

  g_test_summary ("Nothing that moves the cursor, colours or turns text passes");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *clean = mcp_text_clean (texts[i][0]);

      g_assert_cmpstr (clean, ==, texts[i][1]);
    }
}

static void
test_escape (void)
{
  static const char *const texts[][2] = {
    { "a\033]0;x\007b\033[2Jc", "a^[]0;x^Gb^[[2Jc" },
    { "c1\302\2332J", "c1<U+009B>2J" },
    { "rtl\342\200\256x\342\201\246", "rtl<U+202E>x<U+2066>" },
    { "a\tb\r\nc\rd\177", "a\tb\nc^Md^?" },
    { "bad\377", "bad\357\277\275" },
    { "👨\342\200\215👩 日本", "👨\342\200\215👩 日本" },
  };

  g_test_summary ("Control characters are shown, line ends and tabs stay");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *shown = mcp_cli_terminal_escape (texts[i][0]);

      g_assert_cmpstr (shown, ==, texts[i][1]);
    }
}

static void
test_width (void)
{
  g_autofree char *cut = mcp_cli_text_fit ("日本語", 4);
  g_autofree char *odd = mcp_cli_text_fit ("日本語", 5);
  g_autofree char *whole = mcp_cli_text_fit ("日本語", 6);
  g_autofree char *none = mcp_cli_text_fit ("abc", 0);
  g_autofree char *one = mcp_cli_text_fit ("abc", 1);

  g_test_summary ("Wide characters take two columns, combining ones none; what is cut says so");
  g_assert_cmpuint (mcp_cli_text_width ("日本"), ==, 4);
  g_assert_cmpuint (mcp_cli_text_width ("e\314\201"), ==, 1);
  g_assert_cmpstr (cut, ==, "日…");
  g_assert_cmpstr (odd, ==, "日本…");
  g_assert_cmpstr (whole, ==, "日本語");
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (one, ==, "…");
}

static void
test_table (void)
{
  g_autoptr (McpCliTable) table = mcp_cli_table_new ((const char *[]){ "A", "B", NULL });
  g_autofree char *wide = NULL;
  g_autofree char *narrow = NULL;

  g_test_summary ("Columns line up by what a terminal shows, and fit its width");
  mcp_cli_table_add (table, (const char *[]){ "日本", "x" });
  mcp_cli_table_add (table, (const char *[]){ "a", "a\nb" });
  wide = mcp_cli_table_to_string (table, 0, FALSE);
  narrow = mcp_cli_table_to_string (table, 7, FALSE);
  g_assert_cmpstr (wide, ==, "A     B\n日本  x\na     a b\n");
  g_assert_cmpstr (narrow, ==, "A     B\n日本  x\na     …\n");
  g_clear_pointer (&table, mcp_cli_table_free);
  table = mcp_cli_table_new ((const char *[]){ "NAME", "WHAT", "N", NULL });
  mcp_cli_table_add (table, (const char *[]){ "a", "0123456789abcdef", "1" });
  g_clear_pointer (&narrow, g_free);
  narrow = mcp_cli_table_to_string (table, 20, FALSE);
  g_assert_cmpstr (narrow, ==, "NAME  WHAT         N\na     0123456789…  1\n");
  mcp_cli_table_spare (table, (const guint[]){ 2, 0 }, 2);
  g_clear_pointer (&narrow, g_free);
  narrow = mcp_cli_table_to_string (table, 16, FALSE);
  g_assert_cmpstr (narrow, ==, "NAME  WHAT\na     012345678…\n");
}

static void
test_table_kept (void)
{
  g_autoptr (McpCliTable) table = mcp_cli_table_new ((const char *[]){ "URI", "WHAT", "N", NULL });
  g_autofree char *enough = NULL;
  g_autofree char *spared = NULL;
  g_autofree char *tiny = NULL;

  g_test_summary ("A column that is needed whole is cut when nothing else can be");
  mcp_cli_table_add (table, (const char *[]){ "demo://resource/1", "0123456789abcdef", "1" });
  mcp_cli_table_keep (table, 0);
  mcp_cli_table_spare (table, (const guint[]){ 2, 1 }, 2);
  enough = mcp_cli_table_to_string (table, 33, FALSE);
  spared = mcp_cli_table_to_string (table, 29, FALSE);
  tiny = mcp_cli_table_to_string (table, 10, FALSE);
  g_assert_cmpstr (enough, ==,
                   "URI                WHAT         N\ndemo://resource/1  0123456789…  1\n");
  g_assert_cmpstr (spared, ==, "URI                WHAT\ndemo://resource/1  012345678…\n");
  g_assert_cmpstr (tiny, ==, "URI\ndemo://re…\n");
}

static void
test_percent (void)
{
  static const struct
  {
    const char *line;
    double percent; /* negative: none */
  } lines[] = {
    { "[ 45%] Building", 45 },
    { "12.5 %", 12.5 },
    { "  1,234,567  45,5%  3MB/s", 45.5 },
    { "100%", 100 },
    { "no 120% here", -1 },
    { "5% then 10%", 10 },
    { "%", -1 },
    { "50% of 120%", 50 },
    { "nothing", -1 },
    { "7 %%", 7 },
    { "v1.2.30%", 2.30 },
  };

  g_test_summary ("The last percentage of a line is found, whatever surrounds it");
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      double percent = -1;
      gboolean found = mcp_cli_percent_find (lines[i].line, &percent);

      g_test_message ("%s", lines[i].line);
      g_assert_cmpint (found, ==, lines[i].percent >= 0);
      if (found)
        g_assert_cmpfloat (percent, ==, lines[i].percent);
    }
}

static void
test_arguments (void)
{
  const char *const twice[] = { "a=1", "a=2", NULL };
  const char *const none[] = { NULL };
  const char *const nameless[] = { "=1", NULL };
  const char *const exact[] = { "n=12345678901234567890", "t=01", "u=\302\244", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *empty = mcp_cli_arguments_build (none, MCP_JSON_SLICE_NONE, NULL);
  g_autofree char *numbers = mcp_cli_arguments_build (exact, MCP_JSON_SLICE_NONE, NULL);

  g_test_summary ("Arguments are an object; numbers keep their digits; a name is given once");
  g_assert_cmpstr (empty, ==, "{}");
  g_assert_cmpstr (numbers, ==, "{\"n\":12345678901234567890,\"t\":\"01\",\"u\":\"\302\244\"}");
  g_assert_null (mcp_cli_arguments_build (twice, MCP_JSON_SLICE_NONE, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_clear_error (&error);
  g_assert_null (mcp_cli_arguments_build (nameless, MCP_JSON_SLICE_NONE, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_assert_false (mcp_cli_arguments_check ("[]", NULL));
  g_assert_false (mcp_cli_arguments_check ("{", NULL));
  g_assert_true (mcp_cli_arguments_check ("{}", NULL));
}

static void
test_arguments_by_schema (void)
{
  static const char tool[] =
      "{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{"
      "\"id\":{\"type\":\"string\"},\"maybe\":{\"type\":[\"string\",\"null\"]},"
      "\"n\":{\"type\":\"integer\"},\"both\":{\"type\":[\"string\",\"number\"]},\"any\":{}}}}";
  const char *const words[] = { "id=123", "maybe=true", "n=5", "both=7", "any=[1]", "o=1.0", NULL };
  const char *const quoted[] = { "id=\"5\"", "maybe=null", NULL };
  McpJsonSlice root;
  g_autofree char *typed = NULL;
  g_autofree char *unquoted = NULL;
  g_autofree char *signature = NULL;

  g_test_summary ("A value is a text where the tool's schema wants a text");
  g_assert_true (mcp_cli_json_parse (tool, strlen (tool), &root, NULL));
  typed = mcp_cli_arguments_build (words, root, NULL);
  g_assert_cmpstr (typed, ==,
                   "{\"id\":\"123\",\"maybe\":\"true\",\"n\":5,\"both\":7,\"any\":[1],\"o\":1.0}");
  unquoted = mcp_cli_arguments_build (quoted, root, NULL);
  g_assert_cmpstr (unquoted, ==, "{\"id\":\"5\",\"maybe\":\"null\"}");
  signature = mcp_cli_tool_help_build_signature (root);
  g_assert_true (g_str_has_prefix (signature, "t id=string [maybe="));
  g_assert_true (mcp_cli_tool_help_accepts (root, "{\"id\":\"1\",\"n\":2}"));
  g_assert_false (mcp_cli_tool_help_accepts (root, "{\"n\":2}"));
  g_assert_false (mcp_cli_tool_help_accepts (root, "{\"id\":\"1\",\"pth\":2}"));
}

static void
test_types_by_schema (void)
{
  static const char tool[] =
      "{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\",\"properties\":{"
      "\"s\":{\"type\":\"string\"},\"n\":{\"type\":\"integer\"},\"x\":{\"type\":\"number\"},"
      "\"two\":{\"type\":[\"boolean\",\"null\"]},\"any\":{},\"odd\":{\"type\":\"date\"}}}}";
  static const struct
  {
    const char *arguments;
    gboolean accepted;
  } cases[] = {
    { "{\"s\":\"1\",\"n\":1,\"x\":1.5,\"two\":null,\"any\":[],\"odd\":1}", TRUE },
    { "{\"s\":1}", FALSE },
    { "{\"n\":\"one\"}", FALSE },
    { "{\"n\":1.5}", FALSE },
    { "{\"x\":true}", FALSE },
    { "{\"two\":true}", TRUE },
    { "{\"two\":\"yes\"}", FALSE },
  };
  McpJsonSlice root;

  g_test_summary ("An argument of another type than the schema has is recognized");
  g_assert_true (mcp_cli_json_parse (tool, strlen (tool), &root, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].arguments);
      g_assert_cmpint (mcp_cli_tool_help_accepts (root, cases[i].arguments), ==, cases[i].accepted);
    }
}

static void
test_short_time (void)
{
  /* 2026-11-22T10:00:00Z */
  const gint64 now_us = G_GINT64_CONSTANT (1795341600) * G_USEC_PER_SEC;
  g_autofree char *today = NULL;
  g_autofree char *earlier = NULL;
  g_autofree char *odd = NULL;

  g_test_summary ("A time of today has no date, an earlier one no seconds");
  g_setenv ("TZ", "UTC", TRUE);
  today = mcp_cli_text_short_time ("2026-11-22T09:00:01.5Z", now_us);
  earlier = mcp_cli_text_short_time ("2025-11-22T09:00:01Z", now_us);
  odd = mcp_cli_text_short_time ("\033yesterday", now_us);
  g_assert_cmpstr (today, ==, "09:00:01");
  g_assert_cmpstr (earlier, ==, "2025-11-22 09:00");
  g_assert_cmpstr (odd, ==, " yesterday");
}

static void
test_suggest (void)
{
  static const char *const names[] = { "list", "history", "claude-code", "files__read_file", NULL };

  g_test_summary ("A word that is nearly right is recognized, another is not");
  g_assert_cmpstr (mcp_cli_suggest_find ("lst", names), ==, "list");
  g_assert_cmpstr (mcp_cli_suggest_find ("LIST", names), ==, "list");
  g_assert_cmpstr (mcp_cli_suggest_find ("claude", names), ==, "claude-code");
  g_assert_cmpstr (mcp_cli_suggest_find ("files__raed_file", names), ==, "files__read_file");
  g_assert_cmpstr (mcp_cli_suggest_find ("read_file", names), ==, "files__read_file");
  g_assert_null (mcp_cli_suggest_find ("read", names));
  g_assert_null (mcp_cli_suggest_find ("frobnicate", names));
  g_assert_null (mcp_cli_suggest_find ("", names));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/text/clean", test_clean);
  g_test_add_func ("/cli/text/escape", test_escape);
  g_test_add_func ("/cli/text/width", test_width);
  g_test_add_func ("/cli/text/table", test_table);
  g_test_add_func ("/cli/text/table-kept", test_table_kept);
  g_test_add_func ("/cli/text/percent", test_percent);
  g_test_add_func ("/cli/text/arguments", test_arguments);
  g_test_add_func ("/cli/text/arguments-by-schema", test_arguments_by_schema);
  g_test_add_func ("/cli/text/types-by-schema", test_types_by_schema);
  g_test_add_func ("/cli/text/short-time", test_short_time);
  g_test_add_func ("/cli/text/suggest", test_suggest);
  return g_test_run ();
}

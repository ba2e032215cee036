/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-log.h"

#include <string.h>

/* "KEY=value" of the last line that this program logged, in order. */
static GLogWriterOutput
remember (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  GString *line = user_data;

  g_string_printf (line, "%d", (int) level);
  for (gsize i = 0; i < n_fields; i++)
    g_string_append_printf (line, " %s=%s", fields[i].key, (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

static void
test_fields (gconstpointer data)
{
  GString *line = (gpointer) data;

  g_test_summary ("What a line is about is in fields of its own, what it is not about in none");
  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .session = "s", .call = "c-1", .provider = "p" },
           "%s %d", "it", 7);
  g_assert_cmpstr (line->str, ==,
                   "64 PRIORITY=6 GLIB_DOMAIN=mcp-sessiond MCP_SESSION=s MCP_CALL=c-1 "
                   "MCP_PROVIDER=p MESSAGE=it 7");
  mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = "p" }, "%s", "100%");
  g_assert_cmpstr (line->str, ==,
                   "32 PRIORITY=5 GLIB_DOMAIN=mcp-sessiond MCP_PROVIDER=p MESSAGE=100%");
  mcp_log (G_LOG_LEVEL_DEBUG, &(McpLogSubject){ 0 }, "x");
  g_assert_cmpstr (line->str, ==, "128 PRIORITY=7 GLIB_DOMAIN=mcp-sessiond MESSAGE=x");
}

static void
test_drop_info (gconstpointer data)
{
  GString *line = (gpointer) data;

  g_test_summary ("A program that shows no info drops that, and nothing else");
  g_string_assign (line, "");
  mcp_log_drop_info ();
  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .session = "s" }, "it");
  g_assert_cmpstr (line->str, ==, "");
  mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ 0 }, "it");
  g_assert_cmpstr (line->str, ==, "32 PRIORITY=5 GLIB_DOMAIN=mcp-sessiond MESSAGE=it");
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (remember, line, NULL);
  g_test_add_data_func ("/common/log/fields", line, test_fields);
  g_test_add_data_func ("/common/log/drop-info", line, test_drop_info);
  return g_test_run ();
}

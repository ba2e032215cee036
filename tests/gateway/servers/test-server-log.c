/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept of a server's standard error. */
#include "gateway/servers/mcp-server-log.h"

#include <string.h>

static char *
write_out (McpServerLog *log, guint max_lines)
{
  g_autoptr (GString) json = g_string_new (NULL);

  mcp_server_log_append_json (log, max_lines, json);
  return g_string_free (g_steal_pointer (&json), FALSE);
}

static void
test_bounded (void)
{
  g_autoptr (McpServerLog) log = mcp_server_log_new ();
  g_autofree char *all = NULL;
  g_autofree char *two = NULL;

  g_test_summary ("The oldest lines make room, and empty ones are not free");
  for (guint i = 0; i < 10000; i++)
    mcp_server_log_add (log, i % 2 == 0 ? "even" : "", 4096);
  mcp_server_log_add (log, "last", 4096);
  all = write_out (log, G_MAXUINT);
  g_assert_cmpuint (strlen (all), <, 4096);
  g_assert_cmpstr (mcp_server_log_get_last (log), ==, "last");
  two = write_out (log, 2);
  g_assert_nonnull (strstr (two, "\"text\":\"\"},"));
  g_assert_null (strstr (two, "even"));
  g_assert_true (g_str_has_suffix (two, "\"text\":\"last\"}]"));
}

static void
test_long (void)
{
  g_autoptr (McpServerLog) log = mcp_server_log_new ();
  g_autofree char *text = g_strnfill (8192, 'x');
  g_autofree char *json = NULL;

  g_test_summary ("The newest line is there, however long it is");
  mcp_server_log_add (log, "before", 4096);
  mcp_server_log_add (log, text, 4096);
  json = write_out (log, 10);
  g_assert_null (strstr (json, "before"));
  g_assert_nonnull (strstr (json, text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/server-log/bounded", test_bounded);
  g_test_add_func ("/gateway/server-log/long", test_long);
  return g_test_run ();
}

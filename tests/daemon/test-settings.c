/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-problem.h"
#include "daemon/mcpd-settings.h"

#include <string.h>

#define FILE_NAME "/somewhere/mcp-sessiond.conf"

typedef struct
{
  McpdSettings old;
  McpdSettings settings;
  GPtrArray *problems;
  gboolean understood;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  mcpd_settings_init_defaults (&f->old);
  f->problems = g_ptr_array_new_with_free_func ((GDestroyNotify) mcpd_problem_free);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_ptr_array_unref (f->problems);
}

static void
parse (Fixture *f, const char *text)
{
  g_ptr_array_set_size (f->problems, 0);
  f->understood =
      mcpd_settings_parse (&f->settings, &f->old, text, strlen (text), FILE_NAME, f->problems);
}

/* The only problem, which must name all of the given texts. */
static void
assert_problem (Fixture *f, const char *const *texts)
{
  const McpdProblem *problem;

  g_assert_cmpuint (f->problems->len, ==, 1);
  problem = g_ptr_array_index (f->problems, 0);
  for (gsize i = 0; texts[i] != NULL; i++)
    if (strstr (problem->text, texts[i]) == NULL)
      g_error ("“%s” does not name “%s”", problem->text, texts[i]);
}

static void
test_empty (Fixture *f, gconstpointer data)
{
  g_test_summary ("An empty file leaves every setting at its default");
  parse (f, "");
  g_assert_true (f->understood);
  g_assert_cmpuint (f->problems->len, ==, 0);
  g_assert_cmpmem (&f->settings, sizeof f->settings, &f->old, sizeof f->old);
  g_assert_cmpuint (f->settings.port, ==, 16270);
  g_assert_cmpuint (f->settings.idle_seconds, ==, 86400);
  g_assert_cmpuint (f->settings.timeout_seconds, ==, 300);
  g_assert_cmpuint (f->settings.history_days, ==, 30);
  g_assert_cmpuint (f->settings.history_calls, ==, 100000);
  g_assert_false (f->settings.require_key);
}

static void
test_values (Fixture *f, gconstpointer data)
{
  g_test_summary ("Every key reaches its setting, limits included");
  parse (f, "[Http]\nPort=0\nRequireKey=true\n[Sessions]\nIdleSeconds=60\n"
            "[Calls]\nTimeoutSeconds= 7 \n[Limits]\nSessions=3\nKeepAliveSeconds=9\n"
            "[History]\nDays=1\nMaxCalls=0\n[Log]\n");
  g_assert_true (f->understood);
  g_assert_cmpuint (f->problems->len, ==, 0);
  g_assert_cmpuint (f->settings.port, ==, 0);
  g_assert_true (f->settings.require_key);
  g_assert_cmpuint (f->settings.idle_seconds, ==, 60);
  g_assert_cmpuint (f->settings.timeout_seconds, ==, 7);
  g_assert_cmpuint (f->settings.history_days, ==, 1);
  g_assert_cmpuint (f->settings.history_calls, ==, 0);
  g_assert_cmpuint (f->settings.limits.sessions, ==, 3);
  g_assert_cmpuint (f->settings.limits.keep_alive_seconds, ==, 9);
}

static void
test_bad_value (Fixture *f, gconstpointer data)
{
  const char *const port[] = { FILE_NAME, "Http", "Port", "65536", "0 to 65535", "4711", NULL };
  const char *const limit[] = { FILE_NAME, "Limits", "Sessions", "many", "1 to 1000000", NULL };
  const char *const key[] = { FILE_NAME, "Http", "RequireKey", "yes", "true", "false", NULL };

  g_test_summary ("A bad value names file, key and range, and the old value stays");
  f->old.port = 4711;
  f->old.limits.sessions = 12;
  f->old.require_key = TRUE;

  parse (f, "[Http]\nPort=65536\n");
  assert_problem (f, port);
  g_assert_cmpuint (f->settings.port, ==, 4711);

  parse (f, "[Limits]\nSessions=many\n");
  assert_problem (f, limit);
  g_assert_cmpuint (f->settings.limits.sessions, ==, 12);

  parse (f, "[Http]\nRequireKey=yes\n");
  assert_problem (f, key);
  g_assert_true (f->settings.require_key);
}

static void
test_bad_value_alone (Fixture *f, gconstpointer data)
{
  g_test_summary ("A bad value does not keep the good ones beside it from counting");
  parse (f, "[Sessions]\nIdleSeconds=-1\n[Calls]\nTimeoutSeconds=11\n");
  g_assert_cmpuint (f->problems->len, ==, 1);
  g_assert_cmpuint (f->settings.idle_seconds, ==, 86400);
  g_assert_cmpuint (f->settings.timeout_seconds, ==, 11);
}

static void
test_removed_key (Fixture *f, gconstpointer data)
{
  g_test_summary ("A key that was taken out of the file goes back to its default");
  f->old.timeout_seconds = 5;
  parse (f, "[Calls]\n");
  g_assert_cmpuint (f->settings.timeout_seconds, ==, 300);
}

static void
test_unknown (Fixture *f, gconstpointer data)
{
  const char *const key[] = { FILE_NAME, "Http", "Prot", NULL };
  const char *const group[] = { FILE_NAME, "Htpp", NULL };
  const char *const limit[] = { FILE_NAME, "Limits", "sessions", NULL };
  const char *const log[] = { FILE_NAME, "Log", "Level", NULL };

  g_test_summary ("A misspelt key or group is told, not swallowed");
  parse (f, "[Http]\nProt=1\n");
  assert_problem (f, key);
  parse (f, "[Htpp]\nPort=1\n");
  assert_problem (f, group);
  parse (f, "[Limits]\nsessions=1\n");
  assert_problem (f, limit);
  parse (f, "[Log]\nLevel=1\n");
  assert_problem (f, log);
  g_assert_true (f->understood);
}

static void
test_path (Fixture *f, gconstpointer data)
{
  const char *const relative[] = { FILE_NAME, "Servers", "Path", "bin:/usr/bin", NULL };
  g_autofree char *home = g_strconcat (g_get_home_dir (), "/bin:/usr/bin", NULL);

  g_test_summary ("The PATH of servers is a list of absolute directories");
  g_assert_null (f->old.servers_path);
  parse (f, "[Servers]\nPath=~/bin:/usr/bin\n");
  g_assert_cmpuint (f->problems->len, ==, 0);
  g_assert_cmpstr (f->settings.servers_path, ==, home);
  parse (f, "[Servers]\nPath=bin:/usr/bin\n");
  assert_problem (f, relative);
  g_assert_null (f->settings.servers_path);
  parse (f, "[Servers]\nPath=\n");
  g_assert_cmpuint (f->problems->len, ==, 1);
}

static void
test_lines (Fixture *f, gconstpointer data)
{
  static const guint lines[] = { 3, 6, 8, 9 };

  g_test_summary ("A problem says in which line it is");
  parse (f, "# Port=1\n[Http]\nPort=x\n\n[Limits]\n Sessions = 0\n[Sessions]\nPort=2\n[Htpp]\n");
  g_assert_cmpuint (f->problems->len, ==, G_N_ELEMENTS (lines));
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    g_assert_cmpuint (((McpdProblem *) f->problems->pdata[i])->line, ==, lines[i]);
}

static void
test_json (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) json = g_string_new (NULL);

  g_test_summary ("The settings in force are told, by group and key");
  parse (f, "[Http]\nPort=7\nRequireKey=true\n[Servers]\nPath=/a\n");
  mcpd_settings_append_json (&f->settings, json);
  g_assert_true (g_str_has_prefix (json->str,
                                   "{\"Http\":{\"Port\":7,\"RequireKey\":true,\"Direct\":true},"
                                   "\"Sessions\":{\"IdleSeconds\":86400},"));
  g_assert_nonnull (strstr (json->str, "\"Servers\":{\"Path\":\"/a\"},"));
  g_assert_nonnull (strstr (json->str, "},\"Limits\":{\"Connections\":8192,"));
  g_assert_true (g_str_has_suffix (json->str, "}}"));
  mcpd_settings_append_json (&f->old, g_string_truncate (json, 0));
  g_assert_nonnull (strstr (json->str, "\"Servers\":{\"Path\":null}"));
}

static void
test_no_key_file (Fixture *f, gconstpointer data)
{
  const char *const texts[] = { FILE_NAME, NULL };

  g_test_summary ("A text that is no key file changes nothing");
  f->old.port = 4711;
  parse (f, "{\"Port\": 1}");
  g_assert_false (f->understood);
  assert_problem (f, texts);
  g_assert_cmpmem (&f->settings, sizeof f->settings, &f->old, sizeof f->old);
}

static void
test_all_limits (Fixture *f, gconstpointer data)
{
  gsize n_limits;
  const McpLimitEntry *limits = mcp_limits_get_table (&n_limits);

  g_test_summary ("Each limit takes the ends of its range, and nothing beyond");
  for (gsize i = 0; i < n_limits; i++)
    {
      const guint *field = &G_STRUCT_MEMBER (guint, &f->settings.limits, limits[i].offset);
      g_autofree char *lowest =
          g_strdup_printf ("[Limits]\n%s=%u\n", limits[i].key, limits[i].minimum);
      g_autofree char *highest =
          g_strdup_printf ("[Limits]\n%s=%u\n", limits[i].key, limits[i].maximum);
      g_autofree char *beyond =
          g_strdup_printf ("[Limits]\n%s=%u\n", limits[i].key, limits[i].maximum + 1);

      parse (f, lowest);
      g_assert_cmpuint (f->problems->len, ==, 0);
      g_assert_cmpuint (*field, ==, limits[i].minimum);
      parse (f, highest);
      g_assert_cmpuint (f->problems->len, ==, 0);
      g_assert_cmpuint (*field, ==, limits[i].maximum);
      parse (f, beyond);
      g_assert_cmpuint (f->problems->len, ==, 1);
      g_assert_cmpuint (*field, ==, limits[i].value);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/daemon/settings/" name, Fixture, NULL, setup, func, teardown)
  ADD ("empty", test_empty);
  ADD ("values", test_values);
  ADD ("bad-value", test_bad_value);
  ADD ("bad-value-alone", test_bad_value_alone);
  ADD ("removed-key", test_removed_key);
  ADD ("unknown", test_unknown);
  ADD ("path", test_path);
  ADD ("lines", test_lines);
  ADD ("json", test_json);
  ADD ("no-key-file", test_no_key_file);
  ADD ("all-limits", test_all_limits);
#undef ADD
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-jsonc.h"
#include "upstream/config/mcp-server-config.h"

#include <string.h>

/* Entries as other clients write them: each is taken with the meaning that it has there, or left
   out with a reason. */

typedef struct
{
  GPtrArray *configs;
  GPtrArray *problems;
  GPtrArray *left_out;
} File;

static void
file_clear (File *file)
{
  g_clear_pointer (&file->configs, g_ptr_array_unref);
  g_clear_pointer (&file->problems, g_ptr_array_unref);
  g_clear_pointer (&file->left_out, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, file_clear)

static void
parse (File *file, const char *text)
{
  g_autoptr (GError) error = NULL;

  file->configs = mcp_server_config_parse_entries (text, strlen (text), "mcp.json", &file->problems,
                                                   &file->left_out, &error);
  g_assert_no_error (error);
}

static McpServerConfig *
parse_entry (File *file, const char *entry)
{
  g_autofree char *text = g_strdup_printf ("{\"mcpServers\": {\"a\": %s}}", entry);

  parse (file, text);
  g_assert_cmpuint (file->configs->len + file->left_out->len, ==, 1);
  return file->configs->len == 1 ? file->configs->pdata[0] : NULL;
}

static const char *const http_entries[] = {
  "{\"httpUrl\": \"http://a/\"}",
  "{\"serverUrl\": \"http://a/\"}",
  "{\"url\": \"http://a/\", \"transport\": \"streamable-http\"}",
  "{\"url\": \"http://a/\", \"type\": \"streamable_http\"}",
  "{\"url\": \"http://a/\", \"type\": \"StreamableHTTP\"}",
  "{\"url\": \"http://a/\", \"type\": \"remote\"}",
  "{\"url\": \"http://a/\", \"type\": \"http\", \"command\": \"\"}",
  "{\"url\": \"http://a/\", \"command\": null, \"args\": null}",
  "{\"url\": \"http://a/\", \"type\": null}",
};

static void
test_http (void)
{
  g_test_summary ("Other names of a server over HTTP mean the same");
  for (gsize i = 0; i < G_N_ELEMENTS (http_entries); i++)
    {
      g_auto (File) file = { 0 };
      McpServerConfig *config = parse_entry (&file, http_entries[i]);

      g_test_message ("%s", http_entries[i]);
      g_assert_nonnull (config);
      g_assert_cmpstr (config->url, ==, "http://a/");
      g_assert_false (config->is_sse);
      g_assert_cmpuint (file.problems->len, ==, 0);
    }
}

static void
test_program (void)
{
  g_auto (File) file = { 0 };
  McpServerConfig *config = parse_entry (
      &file, "{\"type\": \"local\", \"command\": [\"x\", \"-a\"], \"args\": [\"b\"], \"url\": null,"
             " \"env\": {\"PORT\": 8080, \"DEBUG\": true, \"NONE\": null, \"E\": \"\"},"
             " \"cwd\": \"/srv\", \"envFile\": \"/etc/x.env\", \"trustDirectory\": true,"
             " \"startSeconds\": 90, \"includeTools\": [\"a\", \"b\"], \"excludeTools\": [\"b\"],"
             " \"deny\": [\"c*\"]}");

  g_test_summary ("A program's command as a list, its variables as numbers, its filters and cwd");
  g_assert_nonnull (config);
  g_assert_cmpstr (config->command, ==, "x");
  g_assert_cmpstrv (config->args, ((const char *const[]){ "-a", "b", NULL }));
  g_assert_cmpstrv (config->env, ((const char *const[]){ "PORT=8080", "DEBUG=true", "E=", NULL }));
  g_assert_cmpstr (config->cwd, ==, "/srv");
  g_assert_cmpstr (config->env_file, ==, "/etc/x.env");
  g_assert_true (config->trusts_directory);
  g_assert_cmpuint (config->start_seconds, ==, 90);
  g_assert_true (mcp_server_config_offers (config, "a"));
  g_assert_false (mcp_server_config_offers (config, "b"));
  g_assert_false (mcp_server_config_offers (config, "other"));
  g_assert_cmpuint (file.problems->len, ==, 0);
}

static void
test_args_first (void)
{
  g_auto (File) file = { 0 };
  McpServerConfig *config =
      parse_entry (&file, "{\"args\": [\"b\"], \"command\": [\"x\", \"-a\"]}");

  g_test_summary ("The order of the keys does not change the order of the arguments");
  g_assert_cmpstrv (config->args, ((const char *const[]){ "-a", "b", NULL }));
}

static void
test_off (void)
{
  static const char *const entries[] = {
    "{\"command\": \"x\", \"enabled\": false}",
    "{\"command\": \"x\", \"enabled\": true, \"disabled\": true}",
    "{\"command\": \"x\", \"disabled\": true, \"enabled\": true}",
    "{\"command\": \"x\", \"disabled\": false, \"enabled\": false}",
  };

  g_test_summary ("What one of the keys switches off is off");
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_auto (File) file = { 0 };

      g_assert_true (parse_entry (&file, entries[i])->disabled);
    }
}

static void
test_timeout (void)
{
  static const struct
  {
    const char *value;
    guint seconds;
  } timeouts[] = { { "60", 60 }, { "999", 999 }, { "1000", 1 }, { "1500", 2 }, { "600000", 600 } };

  g_test_summary ("A time-out is in milliseconds from 1,000 on, else in seconds");
  for (gsize i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      g_auto (File) file = { 0 };
      g_autofree char *entry =
          g_strdup_printf ("{\"command\": \"x\", \"timeout\": %s}", timeouts[i].value);

      g_assert_cmpuint (parse_entry (&file, entry)->timeout_seconds, ==, timeouts[i].seconds);
    }
}

static const struct
{
  const char *name;
  const char *entry;
  const char *why;
} left_out[] = {
  { "input", "{\"command\": \"x\", \"env\": {\"K\": \"${input:key}\"}}", "“${input:key}”" },
  { "input-header", "{\"url\": \"http://a/\", \"headers\": {\"K\": \"${input:key}\"}}",
    "${input:" },
  { "env-file", "{\"command\": \"x\", \"envFile\": \"${workspaceFolder}/.env\"}",
    "“envFile” must" },
  { "env-file-relative", "{\"command\": \"x\", \"envFile\": \".env\"}", "“envFile” must be" },
  { "cwd", "{\"command\": \"x\", \"cwd\": \"sub\"}", "“cwd” must be an absolute path" },
  { "shell", "{\"command\": \"x\", \"shell\": true}", "“shell” has no counterpart" },
  { "sandbox", "{\"command\": \"x\", \"sandbox\": {\"a\": 1}}", "“sandbox” has no counterpart" },
  { "enabled", "{\"command\": \"x\", \"enabled\": \"no\"}", "“enabled” must be true or false" },
  { "filters", "{\"command\": \"x\", \"allow\": [], \"includeTools\": [\"a\"]}", "“includeTools”" },
  { "filter-type", "{\"command\": \"x\", \"includeTools\": \"a\"}", "“includeTools” must be" },
  { "command-list", "{\"command\": []}", "“command” must be" },
  { "both", "{\"command\": \"x\", \"httpUrl\": \"http://a/\"}", "both “command” and “url”" },
};

static void
test_left_out (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_auto (File) file = { 0 };
  McpServerLeftOut *entry;

  g_test_summary ("What changes the meaning of an entry and cannot be kept leaves it out, aloud");
  g_assert_null (parse_entry (&file, left_out[i].entry));
  entry = file.left_out->pdata[0];
  g_assert_cmpstr (entry->name, ==, "a");
  g_assert_nonnull (strstr (entry->why, left_out[i].why));
  g_assert_false (g_str_has_prefix (entry->why, "mcp.json"));
  g_assert_cmpuint (file.problems->len, ==, 1);
}

static const char *const files[] = {
  "\xef\xbb\xbf{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}",
  "{\n // mine\n \"mcpServers\": {\n /* \"b\": {\"command\": \"y\"}, */\n \"a\": {\"command\": \"x\",},\n },\n}\n",
  "{\"servers\": {\"a\": {\"command\": \"x\"}}, \"inputs\": []}",
  "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"args\": [\"//\", \",]\", \"/*\\\"\", ]}}} // end",
};

static void
test_file (gconstpointer text)
{
  g_auto (File) file = { 0 };

  g_test_summary ("Comments, trailing commas, a byte order mark and “servers” are taken");
  parse (&file, text);
  g_assert_cmpuint (file.configs->len, ==, 1);
  g_assert_cmpstr (((McpServerConfig *) file.configs->pdata[0])->command, ==, "x");
}

static void
test_jsonc_keeps (void)
{
  static const char text[] =
      "{\"a\": \"// no, /* no */,]\", \"b\": [1, 2 ,\n], /* x\ny */ \"c\": 1}";
  g_autofree char *json = mcp_jsonc_to_json (text, strlen (text));

  g_test_summary ("Strings, places and lines stay");
  g_assert_cmpstr (json, ==,
                   "{\"a\": \"// no, /* no */,]\", \"b\": [1, 2  \n],     \n     \"c\": 1}");
}

/* Generated entries. */

static const char *const keys[] = {
  "type",
  "transport",
  "command",
  "args",
  "env",
  "environment",
  "envFile",
  "cwd",
  "trustDirectory",
  "url",
  "httpUrl",
  "serverUrl",
  "headers",
  "scope",
  "prefix",
  "allow",
  "includeTools",
  "tools",
  "deny",
  "excludeTools",
  "timeout",
  "timeoutSeconds",
  "startSeconds",
  "idleSeconds",
  "disabled",
  "enabled",
  "pin",
  "shell",
  "sandbox",
  "autoApprove",
  "x",
};

static const char *const values[] = {
  "null",
  "true",
  "false",
  "0",
  "1",
  "60",
  "1500",
  "-1",
  "1.5",
  "\"\"",
  "\"x\"",
  "\"http\"",
  "\"stdio\"",
  "\"local\"",
  "\"sse\"",
  "\"http://a/\"",
  "\"/tmp\"",
  "\"${cwd}\"",
  "\"${input:k}\"",
  "\"${env:HOME}\"",
  "\"shared\"",
  "[]",
  "[\"x\"]",
  "[\"x\", \"${workspaceFolder}\"]",
  "[1]",
  "{}",
  "{\"A\": 1}",
  "{\"A\": \"b\"}",
  "{\"A\": null}",
  "{\"A\": []}",
};

static char *
generate (GRand *random, gboolean *is_off)
{
  GString *entry = g_string_new ("{");
  gsize first = g_rand_int_range (random, 0, G_N_ELEMENTS (keys));
  guint n = g_rand_int_range (random, 0, 8);

  *is_off = FALSE;
  if (g_rand_boolean (random))
    g_string_append (entry, "\"note\": 1");
  for (guint i = 0; i < n; i++)
    {
      const char *key = keys[(first + i * 7) % G_N_ELEMENTS (keys)];
      const char *value = values[g_rand_int_range (random, 0, G_N_ELEMENTS (values))];

      g_string_append_printf (entry, "%s\"%s\": %s", entry->len > 1 ? ", " : "", key, value);
      *is_off = *is_off || (strcmp (key, "disabled") == 0 && strcmp (value, "true") == 0) ||
                (strcmp (key, "enabled") == 0 && strcmp (value, "false") == 0);
    }
  g_string_append_c (entry, '}');
  return g_string_free (entry, FALSE);
}

static void
test_generated (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (16270);

  g_test_summary ("Of 2,000 generated entries none vanishes without a reason, and none is on that "
                  "was off");
  for (guint i = 0; i < 2000; i++)
    {
      g_auto (File) file = { 0 };
      gboolean is_off;
      g_autofree char *entry = generate (random, &is_off);
      McpServerConfig *config;

      g_test_message ("%s", entry);
      config = parse_entry (&file, entry);
      if (config == NULL)
        g_assert_cmpstr (((McpServerLeftOut *) file.left_out->pdata[0])->why, !=, "");
      else
        {
          g_assert_true (!is_off || config->disabled);
          g_assert_true ((config->command != NULL) != (config->url != NULL));
          g_assert_true (config->command == NULL || *config->command != '\0');
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upstream/server-entries/http", test_http);
  g_test_add_func ("/upstream/server-entries/program", test_program);
  g_test_add_func ("/upstream/server-entries/args-first", test_args_first);
  g_test_add_func ("/upstream/server-entries/off", test_off);
  g_test_add_func ("/upstream/server-entries/timeout", test_timeout);
  for (gsize i = 0; i < G_N_ELEMENTS (left_out); i++)
    {
      g_autofree char *path =
          g_strconcat ("/upstream/server-entries/left-out/", left_out[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_left_out);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_strdup_printf ("/upstream/server-entries/file/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, files[i], test_file);
    }
  g_test_add_func ("/upstream/server-entries/jsonc-keeps", test_jsonc_keeps);
  g_test_add_func ("/upstream/server-entries/generated", test_generated);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "upstream/config/mcp-provider-file.h"
#include "upstream/config/mcp-server-config.h"

#include <string.h>

static GPtrArray *
parse (const char *text, GPtrArray **problems)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *configs =
      mcp_server_config_parse_file (text, strlen (text), "mcp.json", problems, &error);

  g_assert_no_error (error);
  g_assert_nonnull (configs);
  return configs;
}

static void
test_defaults (void)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs =
      parse ("{\"mcpServers\": {\"files\": {\"command\": \"npx\"}}}", &problems);
  McpServerConfig *config = configs->pdata[0];

  g_test_summary ("An entry that has no more than a command gets the documented defaults");
  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_cmpuint (configs->len, ==, 1);
  g_assert_cmpstr (config->name, ==, "files");
  g_assert_cmpstr (config->command, ==, "npx");
  g_assert_cmpint (config->transport, ==, MCP_SERVER_TRANSPORT_STDIO);
  g_assert_cmpuint (g_strv_length (config->args), ==, 0);
  g_assert_cmpuint (g_strv_length (config->env), ==, 0);
  g_assert_cmpstr (config->prefix, ==, "files");
  g_assert_null (config->allow);
  g_assert_null (config->deny);
  g_assert_cmpint (config->scope, ==, MCP_SERVER_SCOPE_SESSION);
  g_assert_cmpuint (config->timeout_seconds, ==, 0);
  g_assert_cmpuint (config->idle_seconds, ==, 300);
  g_assert_false (config->disabled);
}

static void
test_all_keys (void)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs =
      parse ("{\"other\": 1, \"mcpServers\": {\"a\": {\"type\": \"stdio\", \"command\": \"/bin/x\","
             "\"args\": [\"-y\", \"\", \"${cwd}\"], \"env\": {\"KEY\": \"a=b\", \"E\": \"\"},"
             "\"scope\": \"cwd\", \"prefix\": \"\", \"allow\": [\"read_*\"], \"deny\": [],"
             "\"timeoutSeconds\": 86400, \"idleSeconds\": 0, \"disabled\": true},"
             "\"b\": {\"command\": \"y\", \"scope\": \"shared\"},"
             "\"c\": {\"command\": \"z\", \"scope\": \"session\"}}}",
             &problems);
  McpServerConfig *config = configs->pdata[0];

  g_test_summary ("Every key is read, in the order of the file");
  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_cmpuint (configs->len, ==, 3);
  g_assert_cmpstrv (config->args, ((const char *const[]){ "-y", "", "${cwd}", NULL }));
  g_assert_cmpstrv (config->env, ((const char *const[]){ "KEY=a=b", "E=", NULL }));
  g_assert_cmpint (config->scope, ==, MCP_SERVER_SCOPE_CWD);
  g_assert_cmpstr (config->prefix, ==, "");
  g_assert_cmpstrv (config->allow, ((const char *const[]){ "read_*", NULL }));
  g_assert_cmpstrv (config->deny, ((const char *const[]){ NULL }));
  g_assert_cmpuint (config->timeout_seconds, ==, 86400);
  g_assert_cmpuint (config->idle_seconds, ==, 0);
  g_assert_true (config->disabled);
  g_assert_cmpstr (((McpServerConfig *) configs->pdata[1])->name, ==, "b");
  g_assert_cmpint (((McpServerConfig *) configs->pdata[1])->scope, ==, MCP_SERVER_SCOPE_SHARED);
  g_assert_cmpint (((McpServerConfig *) configs->pdata[2])->scope, ==, MCP_SERVER_SCOPE_SESSION);
}

typedef struct
{
  const char *name;
  const char *entry;
  const char *says; /* part of the problem */
} BadEntry;

static const BadEntry bad_entries[] = {
  { "no-object", "[]", "must be an object" },
  { "no-command", "{}", "“command” is missing" },
  { "empty-command", "{\"command\": \"\"}", "“command” is missing" },
  { "command-type", "{\"command\": 1}", "“command” must be a string" },
  { "command-nul", "{\"command\": \"a\\u0000b\"}", "“command” must be a string" },
  { "args-type", "{\"command\": \"x\", \"args\": \"-y\"}", "“args” must be an array of strings" },
  { "args-member", "{\"command\": \"x\", \"args\": [1]}", "“args” must be an array of strings" },
  { "env-type", "{\"command\": \"x\", \"env\": []}", "“env” must be an object of strings" },
  { "env-member", "{\"command\": \"x\", \"env\": {\"A\": []}}", "“env” must be an object of" },
  { "env-name", "{\"command\": \"x\", \"env\": {\"A=B\": \"\"}}", "“env” must be an object of" },
  { "env-empty", "{\"command\": \"x\", \"env\": {\"\": \"\"}}", "“env” must be an object of" },
  { "scope", "{\"command\": \"x\", \"scope\": \"user\"}", "“session”, “cwd” or “shared”" },
  { "prefix", "{\"command\": \"x\", \"prefix\": 1}", "“prefix” must be a string" },
  { "allow", "{\"command\": \"x\", \"allow\": \"*\"}", "“allow” must be an array" },
  { "deny", "{\"command\": \"x\", \"deny\": [null]}", "“deny” must be an array" },
  { "timeout-zero", "{\"command\": \"x\", \"timeoutSeconds\": 0}", "from 1 to 86400" },
  { "timeout-fraction", "{\"command\": \"x\", \"timeoutSeconds\": 1.5}", "from 1 to 86400" },
  { "timeout-large", "{\"command\": \"x\", \"timeoutSeconds\": 1e99}", "from 1 to 86400" },
  { "idle-negative", "{\"command\": \"x\", \"idleSeconds\": -1}", "from 0 to" },
  { "disabled", "{\"command\": \"x\", \"disabled\": 1}", "true or false" },
  { "type-unknown", "{\"command\": \"x\", \"type\": \"pigeon\"}", "“type” must be “stdio”" },
  { "type-type", "{\"command\": \"x\", \"type\": 1}", "“type” must be “stdio”" },
  { "http-no-url", "{\"type\": \"http\"}", "“url” is missing" },
  { "http-command", "{\"type\": \"http\", \"command\": \"x\"}", "“url” is missing" },
  { "stdio-url", "{\"type\": \"stdio\", \"url\": \"http://a/\"}", "“command” is missing" },
  { "both", "{\"command\": \"x\", \"url\": \"http://a/\"}", "both “command” and “url”" },
  { "url-empty", "{\"url\": \"\"}", "“command” is missing" },
  { "url-type", "{\"url\": 1}", "“url” must be a URL" },
  { "url-none", "{\"url\": \"http\"}", "“url” is no URL" },
  { "url-scheme", "{\"url\": \"file:///etc/passwd\"}", "“url” must begin with http://" },
  { "url-host", "{\"url\": \"http:///mcp\"}", "“url” " },
  { "url-user", "{\"url\": \"https://me:pw@example.org/\"}", "must not hold a user" },
  { "url-lines", "{\"url\": \"http://a/\\r\\nX: y\"}", "“url” is no URL" },
  { "url-space", "{\"url\": \"http://a/ b\"}", "“url” is no URL" },
  { "headers-type", "{\"url\": \"http://a/\", \"headers\": []}", "“headers” must be" },
  { "headers-value", "{\"url\": \"http://a/\", \"headers\": {\"A\": 1}}", "“headers” must be" },
  { "headers-line", "{\"url\": \"http://a/\", \"headers\": {\"A\": \"b\\nC: d\"}}",
    "“headers” must be" },
  { "headers-name", "{\"url\": \"http://a/\", \"headers\": {\"A b\": \"\"}}", "“headers” must be" },
  { "headers-own", "{\"url\": \"http://a/\", \"headers\": {\"MCP-Session-ID\": \"x\"}}",
    "“headers” must be" },
  { "headers-host", "{\"url\": \"http://a/\", \"headers\": {\"host\": \"x\"}}",
    "“headers” must be" },
  { "sse-no-url", "{\"type\": \"sse\", \"command\": \"x\"}", "“url” is missing" },
  { "dbus", "{\"type\": \"dbus\"}", "“busName” is missing" },
  { "dbus-path", "{\"type\": \"dbus\", \"busName\": \"org.example.A\"}",
    "“objectPath” is missing" },
  { "dbus-unique", "{\"type\": \"dbus\", \"busName\": \":1.5\", \"objectPath\": \"/a\"}",
    "“busName” must be" },
  { "dbus-bad-path", "{\"type\": \"dbus\", \"busName\": \"org.example.A\", \"objectPath\": \"a\"}",
    "“objectPath” must be" },
  { "dbus-methods-none",
    "{\"type\": \"dbus-methods\", \"busName\": \"org.example.A\", \"objectPath\": \"/a\"}",
    "“methods” is missing" },
  { "dbus-methods-bad",
    "{\"type\": \"dbus-methods\", \"busName\": \"org.example.A\", \"objectPath\": \"/a\","
    " \"methods\": [\"Get\"]}",
    "“methods” must be" },
};

static void
test_bad_entry (gconstpointer data)
{
  const BadEntry *bad = data;
  g_autofree char *text = g_strdup_printf ("{\"mcpServers\": {\"first\": {\"command\": \"a\"},"
                                           "\"broken\": %s, \"last\": {\"command\": \"b\"}}}",
                                           bad->entry);
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = parse (text, &problems);

  g_test_summary ("A broken entry is left out and named, and hides no other");
  g_assert_cmpuint (configs->len, ==, 2);
  g_assert_cmpstr (((McpServerConfig *) configs->pdata[0])->name, ==, "first");
  g_assert_cmpstr (((McpServerConfig *) configs->pdata[1])->name, ==, "last");
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_true (g_str_has_prefix (problems->pdata[0], "mcp.json: server “broken”: "));
  g_assert_nonnull (strstr (problems->pdata[0], bad->says));
}

static void
test_bus (void)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs =
      parse ("{\"mcpServers\": {\"app\": {\"type\": \"dbus\", \"busName\": \"org.example.A\","
             " \"objectPath\": \"/org/example/A\"},"
             " \"some\": {\"type\": \"dbus-methods\", \"busName\": \"org.example.B\","
             " \"objectPath\": \"/b\", \"methods\": [\"org.b.One.Get\", \"org.b.Two.Get\","
             " \"org.b.One.Set\"], \"readOnly\": [\"*.Get\"]}}}",
             &problems);
  const McpServerConfig *app = g_ptr_array_index (configs, 0);
  const McpServerConfig *some = g_ptr_array_index (configs, 1);
  g_autofree char *get = mcp_server_bus_build_tool_name (some->bus, 1);
  g_autofree char *set = mcp_server_bus_build_tool_name (some->bus, 2);

  g_test_summary ("A server can be an app on the session bus, or methods of a service");
  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_cmpint (app->transport, ==, MCP_SERVER_TRANSPORT_DBUS);
  g_assert_cmpint (app->scope, ==, MCP_SERVER_SCOPE_SHARED);
  g_assert_cmpstr (app->bus->name, ==, "org.example.A");
  g_assert_cmpstr (app->bus->object_path, ==, "/org/example/A");
  g_assert_cmpint (some->transport, ==, MCP_SERVER_TRANSPORT_DBUS_METHODS);
  g_assert_cmpstr (get, ==, "org_b_Two_Get");
  g_assert_cmpstr (set, ==, "Set");
  g_assert_true (mcp_server_bus_is_read_only (some->bus, get));
  g_assert_false (mcp_server_bus_is_read_only (some->bus, set));
}

static void
test_provider_file (void)
{
  static const char *const bad[] = {
    "[Tool Provider]\nName=Notes\nBusName=org.example.Notes\nObjectPath=/a\nVersion=1\n",
    "[Tool Provider]\nName=notes\nBusName=:1.2\nObjectPath=/a\nVersion=1\n",
    "[Tool Provider]\nName=notes\nBusName=org.example.Notes\nObjectPath=a\nVersion=1\n",
    "[Tool Provider]\nName=notes\nBusName=org.example.Notes\nObjectPath=/a\nVersion=2\n",
    "[Tool Provider]\nName=notes\nBusName=org.example.Notes\nObjectPath=/a\n",
    "Name=notes\n",
    "",
  };
  const char *text =
      "[Tool Provider]\nName=notes\nBusName=org.example.Notes\nObjectPath=/a/b\nVersion=1\n";
  g_autoptr (McpServerConfig) config =
      mcp_provider_file_parse (text, strlen (text), "notes.provider", NULL);

  g_test_summary ("An app says in a file that it offers tools; a broken file is named");
  g_assert_cmpstr (config->name, ==, "notes");
  g_assert_cmpint (config->origin, ==, MCP_SERVER_ORIGIN_INSTALLED);
  g_assert_cmpstr (config->bus->name, ==, "org.example.Notes");
  g_assert_cmpstr (config->bus->object_path, ==, "/a/b");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mcp_provider_file_parse (bad[i], strlen (bad[i]), "x.provider", &error));
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
      g_assert_true (g_str_has_prefix (error->message, "x.provider: "));
    }
}

static void
test_unknown_members (void)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = parse (
      "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"alwaysAllow\": [], \"trust\": true}}}",
      &problems);

  g_test_summary ("What only other clients know is ignored, with a note");
  g_assert_cmpuint (configs->len, ==, 1);
  g_assert_cmpuint (problems->len, ==, 2);
  g_assert_cmpstr (problems->pdata[0], ==,
                   "mcp.json: server “a”: “alwaysAllow” is not known here and is ignored");
}

static void
test_http (void)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = parse (
      "{\"mcpServers\": {\"a\": {\"url\": \"https://example.org/mcp?k=${env:MCP_TEST_K}\","
      "\"headers\": {\"Authorization\": \"Bearer ${env:MCP_TEST_K}\", \"X-A\": \"b\"}},"
      "\"b\": {\"type\": \"streamable-http\", \"url\": \"http://[::1]:8/\", \"scope\": \"cwd\","
      "\"args\": []}, \"c\": {\"type\": \"http\", \"url\": \"HTTP://LOCALHOST\"},"
      "\"d\": {\"type\": \"sse\", \"url\": \"http://localhost/sse\"}}}",
      &problems);
  McpServerConfig *config = configs->pdata[0];
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = NULL;
  g_auto (GStrv) headers = NULL;

  g_test_summary ("A server with a URL is reached over HTTP, and shared unless it says otherwise");
  g_assert_cmpuint (configs->len, ==, 4);
  g_assert_true (((McpServerConfig *) configs->pdata[3])->is_sse);
  g_assert_false (((McpServerConfig *) configs->pdata[2])->is_sse);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_cmpstr (problems->pdata[0], ==,
                   "mcp.json: server “b”: “args” means nothing without “command” and is ignored");
  g_assert_cmpint (config->transport, ==, MCP_SERVER_TRANSPORT_HTTP);
  g_assert_cmpint (config->scope, ==, MCP_SERVER_SCOPE_SHARED);
  g_assert_null (config->command);
  g_assert_cmpint (((McpServerConfig *) configs->pdata[1])->scope, ==, MCP_SERVER_SCOPE_CWD);

  g_setenv ("MCP_TEST_K", "s3cret", TRUE);
  uri = mcp_server_config_build_url (config, "/", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_uri_get_query (uri), ==, "k=s3cret");
  headers = mcp_server_config_build_headers (config, "/", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (headers,
                    ((const char *const[]){ "Authorization", "Bearer s3cret", "X-A", "b", NULL }));
}

static void
test_http_expanded (void)
{
  g_autoptr (McpServerConfig) config = mcp_server_config_new_http ("a", "${env:MCP_TEST_URL}");
  const char *const values[] = { "ftp://s3cret/", "http://s3cret@a/", "http://a/s3cret\r\nX: y" };

  g_test_summary ("What variables bring is checked as well, and not told: it may be a secret");
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GUri) uri = NULL;

      g_setenv ("MCP_TEST_URL", values[i], TRUE);
      uri = mcp_server_config_build_url (config, "/", &error);
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
      g_assert_null (uri);
      g_assert_true (g_str_has_prefix (error->message, "Server “a”: “url” "));
      g_assert_null (strstr (error->message, "s3cret"));
    }
}

static void
test_secrets (void)
{
  static const char text[] =
      "{\"mcpServers\": {\"args\": {\"command\": \"x\", \"args\": [\"--key=${secret:k}\"]},"
      "\"url\": {\"url\": \"https://example.org/${secret:k}\"},"
      "\"ok\": {\"command\": \"x\", \"args\": [\"$${secret:k}\"],"
      "\"env\": {\"A\": \"${secret:k} ${secret:l}\", \"B\": \"${secret:k}\"}}}}";
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = parse (text, &problems);
  g_auto (GStrv) names = NULL;

  g_test_summary ("A secret stands only where nobody else sees the value");
  g_assert_cmpuint (configs->len, ==, 1);
  g_assert_cmpuint (problems->len, ==, 2);
  g_assert_nonnull (strstr (problems->pdata[0], "where nobody else sees the value"));
  names = mcp_server_config_list_secrets (configs->pdata[0]);
  g_assert_cmpstrv (names, ((const char *const[]){ "k", "l", NULL }));
}

static void
test_no_name (void)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs =
      parse ("{\"mcpServers\": {\"\": {\"command\": \"x\"}}}", &problems);

  g_test_summary ("A server needs a name");
  g_assert_cmpuint (configs->len, ==, 0);
  g_assert_cmpuint (problems->len, ==, 1);
}

static void
test_no_servers (void)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = parse ("{\"other\": {}}", &problems);

  g_test_summary ("A file without servers is no error, but is told");
  g_assert_cmpuint (configs->len, ==, 0);
  g_assert_cmpuint (problems->len, ==, 1);
}

static void
test_bad_file (gconstpointer text)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is not of that shape is an error that names it");
  configs = mcp_server_config_parse_file (text, strlen (text), "/etc/mcp.json", &problems, &error);
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_assert_null (configs);
  g_assert_null (problems);
  g_assert_true (g_str_has_prefix (error->message, "/etc/mcp.json: "));
}

static void
test_fingerprint (void)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs =
      parse ("{\"mcpServers\": {\"a\": {\"command\": \"x\"}, \"b\": {\"command\": \"x\"},"
             "\"c\": {\"command\": \"y\"}}}",
             &problems);
  McpServerConfig **entries = (McpServerConfig **) configs->pdata;

  g_test_summary ("The fingerprint is that of the entry's bytes");
  /* printf '{"command": "x"}' | sha256sum */
  g_assert_cmpstr (entries[0]->fingerprint, ==,
                   "eea63b3a8fe966ceb2b1a580eac6986abfdcbb67179366cd20f9263a4fd11e75");
  g_assert_cmpstr (entries[0]->fingerprint, ==, entries[1]->fingerprint);
  g_assert_cmpstr (entries[0]->fingerprint, !=, entries[2]->fingerprint);
}

static void
test_offers (void)
{
  g_autoptr (McpServerConfig) config = mcp_server_config_new ("a", "x");

  g_test_summary ("allow lets through what matches, deny takes away from that");
  g_assert_true (mcp_server_config_offers (config, "anything"));

  config->deny = g_strsplit ("*_delete,x?", ",", -1);
  g_assert_true (mcp_server_config_offers (config, "read"));
  g_assert_true (mcp_server_config_offers (config, "x"));
  g_assert_false (mcp_server_config_offers (config, "x1"));
  g_assert_false (mcp_server_config_offers (config, "file_delete"));

  config->allow = g_strsplit ("file_*", ",", -1);
  g_assert_true (mcp_server_config_offers (config, "file_read"));
  g_assert_false (mcp_server_config_offers (config, "file_delete"));
  g_assert_false (mcp_server_config_offers (config, "read"));

  g_strfreev (config->allow);
  config->allow = g_new0 (char *, 1);
  g_assert_false (mcp_server_config_offers (config, "file_read"));
}

static void
test_argv (void)
{
  g_autoptr (McpServerConfig) config = mcp_server_config_new ("a", "${env:MCP_TEST_BIN}/run");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;

  g_test_summary ("Command and arguments are expanded, each staying one argument");
  g_setenv ("MCP_TEST_BIN", "/opt/my bin; rm", TRUE);
  g_strfreev (config->args);
  config->args = g_strsplit ("--root=${cwd}:${cwd},$${HOME},$(id)", ",", -1);
  argv = mcp_server_config_build_argv (config, "/home/u ser", &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (argv,
                    ((const char *const[]){ "/opt/my bin; rm/run", "--root=/home/u ser:/home/u ser",
                                            "${HOME}", "$(id)", NULL }));
}

static void
test_argv_unset (void)
{
  g_autoptr (McpServerConfig) config = mcp_server_config_new ("a", "x");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;

  g_test_summary ("A variable that is not set is an error that names server and variable");
  g_strfreev (config->args);
  config->args = g_strsplit ("${env:MCP_TEST_NOT_SET}", ",", -1);
  argv = mcp_server_config_build_argv (config, "/", &error);
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_assert_null (argv);
  g_assert_nonnull (strstr (error->message, "Server “a”"));
  g_assert_nonnull (strstr (error->message, "env:MCP_TEST_NOT_SET"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upstream/server-config/defaults", test_defaults);
  g_test_add_func ("/upstream/server-config/all-keys", test_all_keys);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_entries); i++)
    {
      g_autofree char *path =
          g_strconcat ("/upstream/server-config/bad-entry/", bad_entries[i].name, NULL);

      g_test_add_data_func (path, &bad_entries[i], test_bad_entry);
    }
  g_test_add_func ("/upstream/server-config/bus", test_bus);
  g_test_add_func ("/upstream/server-config/provider-file", test_provider_file);
  g_test_add_func ("/upstream/server-config/unknown-members", test_unknown_members);
  g_test_add_func ("/upstream/server-config/http", test_http);
  g_test_add_func ("/upstream/server-config/http-expanded", test_http_expanded);
  g_test_add_func ("/upstream/server-config/secrets", test_secrets);
  g_test_add_func ("/upstream/server-config/no-name", test_no_name);
  g_test_add_func ("/upstream/server-config/no-servers", test_no_servers);
  g_test_add_data_func ("/upstream/server-config/bad-file/empty", "", test_bad_file);
  g_test_add_data_func ("/upstream/server-config/bad-file/array", "[]", test_bad_file);
  g_test_add_data_func ("/upstream/server-config/bad-file/cut", "{\"mcpServers\": {",
                        test_bad_file);
  g_test_add_data_func ("/upstream/server-config/bad-file/rest", "{} none", test_bad_file);
  g_test_add_data_func ("/upstream/server-config/bad-file/list", "{\"mcpServers\": []}",
                        test_bad_file);
  g_test_add_data_func ("/upstream/server-config/bad-file/twice",
                        "{\"mcpServers\": {\"a\": {}, \"a\": {}}}", test_bad_file);
  g_test_add_data_func ("/upstream/server-config/bad-file/nul",
                        "{\"mcpServers\": {\"a\\u0000\": {}}}", test_bad_file);
  g_test_add_func ("/upstream/server-config/fingerprint", test_fingerprint);
  g_test_add_func ("/upstream/server-config/offers", test_offers);
  g_test_add_func ("/upstream/server-config/argv", test_argv);
  g_test_add_func ("/upstream/server-config/argv-unset", test_argv_unset);
  return g_test_run ();
}

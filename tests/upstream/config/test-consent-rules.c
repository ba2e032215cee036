/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-consent-rules.h"
#include "upstream/config/mcp-server-config.h"

#include <string.h>

static GPtrArray *
parse (const char *consent, GPtrArray **left_out)
{
  g_autofree char *text =
      g_strdup_printf ("{\"mcpServers\":{\"a\":{\"command\":\"x\",\"consent\":%s}}}", consent);
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *configs =
      mcp_server_config_parse_entries (text, strlen (text), "f", &problems, left_out, &error);

  g_assert_no_error (error);
  return configs;
}

static McpConsentWord
find (const char *consent, const char *tool)
{
  g_autoptr (GPtrArray) left_out = NULL;
  g_autoptr (GPtrArray) configs = parse (consent, &left_out);
  McpServerConfig *config;

  g_assert_cmpuint (configs->len, ==, 1);
  config = configs->pdata[0];
  return mcp_consent_rules_find (config->consent, tool);
}

static void
test_word (void)
{
  g_test_summary ("One word is for all tools of the server");
  g_assert_cmpint (find ("\"ask\"", "anything"), ==, MCP_CONSENT_ASK);
  g_assert_cmpint (find ("\"deny\"", "anything"), ==, MCP_CONSENT_DENY);
  g_assert_cmpint (find ("\"allow\"", "anything"), ==, MCP_CONSENT_ALLOW);
}

static void
test_best_glob (void)
{
  const char *consent = "{\"*\":\"ask\",\"read_*\":\"allow\",\"read_secret\":\"deny\"}";
  const char *turned = "{\"read_secret\":\"deny\",\"read_*\":\"allow\",\"*\":\"ask\"}";

  g_test_summary ("The glob that says most decides, in whatever order they stand");
  g_assert_cmpint (find (consent, "write"), ==, MCP_CONSENT_ASK);
  g_assert_cmpint (find (consent, "read_file"), ==, MCP_CONSENT_ALLOW);
  g_assert_cmpint (find (consent, "read_secret"), ==, MCP_CONSENT_DENY);
  g_assert_cmpint (find (turned, "write"), ==, MCP_CONSENT_ASK);
  g_assert_cmpint (find (turned, "read_file"), ==, MCP_CONSENT_ALLOW);
  g_assert_cmpint (find (turned, "read_secret"), ==, MCP_CONSENT_DENY);
}

static void
test_stricter (void)
{
  g_test_summary ("Of two globs that say as much, the stricter one decides");
  g_assert_cmpint (find ("{\"ab*\":\"allow\",\"*bc\":\"deny\"}", "abc"), ==, MCP_CONSENT_DENY);
  g_assert_cmpint (find ("{\"*bc\":\"deny\",\"ab*\":\"allow\"}", "abc"), ==, MCP_CONSENT_DENY);
}

static void
test_silent (void)
{
  g_test_summary ("A tool that no glob fits has what holds for its kind of server");
  g_assert_cmpint (find ("{\"a*\":\"deny\"}", "b"), ==, MCP_CONSENT_UNSET);
}

static void
test_bad (void)
{
  static const char *const bad[] = {
    "\"maybe\"",         "\"Allow\"",    "true",           "[\"ask\"]",
    "{\"a\":\"maybe\"}", "{\"a\":true}", "{\"\":\"ask\"}", NULL
  };

  g_test_summary ("A word that there is not leaves the server out: it might have meant no");
  for (gsize i = 0; bad[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) left_out = NULL;
      g_autoptr (GPtrArray) configs = parse (bad[i], &left_out);

      g_assert_cmpuint (configs->len, ==, 0);
      g_assert_cmpuint (left_out->len, ==, 1);
      g_assert_nonnull (strstr (((McpServerLeftOut *) left_out->pdata[0])->why, "“consent” must"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consent-rules/word", test_word);
  g_test_add_func ("/consent-rules/best-glob", test_best_glob);
  g_test_add_func ("/consent-rules/stricter", test_stricter);
  g_test_add_func ("/consent-rules/silent", test_silent);
  g_test_add_func ("/consent-rules/bad", test_bad);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-server-facts.h"

#include "upstream/dialogue/mcp-provider-messages.h"

#include <string.h>

#define KIB 1024

static void
learn (McpServerFacts *facts, const char *result)
{
  McpJsonSlice root;
  g_autoptr (GError) error = NULL;

  mcp_json_scan (result, strlen (result), 64, 1000, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES, &root,
                 &error);
  g_assert_no_error (error);
  mcp_server_facts_learn (facts, MCP_REVISION_NEWEST_HANDSHAKE, root);
}

/* @n_bytes of text, in pieces. */
static char *
repeat (const char *piece, gsize n_bytes)
{
  GString *text = g_string_new (NULL);

  while (text->len < n_bytes)
    g_string_append (text, piece);
  return g_string_free (text, FALSE);
}

static void
test_small (void)
{
  McpServerFacts facts;

  g_test_summary ("What a server says of itself is kept as it is");
  mcp_server_facts_init (&facts);
  learn (&facts, "{\"capabilities\":{\"tools\":{ }},\"instructions\":\"a\\nb\","
                 "\"serverInfo\":{\"name\":\"n\",\"version\":\"1\"}}");
  g_assert_cmpstr (facts.capabilities, ==, "{\"tools\":{ }}");
  g_assert_cmpstr (facts.instructions, ==, "a\nb");
  g_assert_cmpstr (facts.server_info, ==, "{\"name\":\"n\",\"version\":\"1\"}");
  mcp_server_facts_clear (&facts);
}

static void
test_large_capabilities (void)
{
  g_autofree char *long_text = repeat ("x", 100 * KIB);
  g_autofree char *result = g_strdup_printf (
      "{\"capabilities\":{\"a\":\"%s\",\"tools\":{\"listChanged\":true},\"b\":[\"%s\"],"
      "\"logging\":{}}}",
      long_text, long_text);
  McpServerFacts facts;

  g_test_summary ("Of capabilities that are too long, the members that are long are left out");
  mcp_server_facts_init (&facts);
  learn (&facts, result);
  g_assert_cmpstr (facts.capabilities, ==, "{\"tools\":{\"listChanged\":true},\"logging\":{}}");
  mcp_server_facts_clear (&facts);
}

/* Wherever the cut is, what is left are whole pieces. */
static void
check_cut (const char *piece, const char *decoded)
{
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *pieces = repeat (piece, 100 * KIB);
      g_autofree char *result =
          g_strdup_printf ("{\"instructions\":\"%.*s%s\"}", (int) i, "aaaaaaaa", pieces);
      McpServerFacts facts;

      mcp_server_facts_init (&facts);
      learn (&facts, result);
      g_assert_nonnull (facts.instructions);
      g_assert_true (g_utf8_validate (facts.instructions, -1, NULL));
      g_assert_cmpuint (strlen (facts.instructions), <=, 64 * KIB);
      if (decoded != NULL)
        g_assert_true (g_str_has_suffix (facts.instructions, decoded));
      mcp_server_facts_clear (&facts);
    }
}

static void
test_long_instructions (void)
{
  g_test_summary ("Instructions that are too long are cut between two characters");
  check_cut ("x", "x");
  check_cut ("\xc3\xa4", "\xc3\xa4");
  check_cut ("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
  check_cut ("\\u00e4", "\xc3\xa4");
  check_cut ("\\n", "\n");
  check_cut ("\\ud83d\\uDE00", "\xf0\x9f\x98\x80");
  check_cut ("\\\\", "\\");
  check_cut ("\\ud83d\xf0\x9f\x98\x80", NULL);
}

static void
test_long_refusal (void)
{
  static const char *const answers[] = {
    "\"error\":{\"code\":-1,\"message\":\"%s\"}",
    "\"result\":{\"protocolVersion\":\"%s\",\"capabilities\":{}}",
  };
  const McpJsonrpcLimits limits = { .max_depth = 64, .max_values = 1000 };
  g_autofree char *text = repeat ("x", 1000 * KIB);

  g_test_summary ("An error quotes little of a long answer to initialize");
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_auto (GStrv) around = g_strsplit (answers[i], "%s", 2);
      g_autofree char *json =
          g_strconcat ("{\"jsonrpc\":\"2.0\",\"id\":1,", around[0], text, around[1], "}", NULL);
      g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
      g_autoptr (GError) error = NULL;
      g_autoptr (McpJsonrpcMessage) answer =
          mcp_jsonrpc_message_parse (bytes, &limits, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (mcp_provider_messages_check_initialized (answer, &error), ==,
                       MCP_REVISION_UNKNOWN);
      g_assert_nonnull (strstr (error->message, "xxxx"));
      g_assert_cmpuint (strlen (error->message), <, 2 * KIB);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upstream/server-facts/small", test_small);
  g_test_add_func ("/upstream/server-facts/large-capabilities", test_large_capabilities);
  g_test_add_func ("/upstream/server-facts/long-instructions", test_long_instructions);
  g_test_add_func ("/upstream/server-facts/long-refusal", test_long_refusal);
  return g_test_run ();
}

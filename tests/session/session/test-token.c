/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-token.h"

#include <string.h>

static void
test_generate (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint digits[16] = { 0 };

  g_test_summary ("Tokens are 32 lower-case hexadecimal digits, all different, of even spread");
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (GError) error = NULL;
      char *token = mcp_token_generate (&error);

      g_assert_no_error (error);
      g_assert_cmpuint (strlen (token), ==, MCP_TOKEN_LENGTH);
      g_assert_cmpuint (strspn (token, "0123456789abcdef"), ==, MCP_TOKEN_LENGTH);
      for (const char *p = token; *p != '\0'; p++)
        digits[g_ascii_xdigit_value (*p)]++;
      g_assert_true (g_hash_table_add (seen, token));
    }

  /* 2,000 of each are expected, with a deviation of 43: this is 11 times that */
  for (guint i = 0; i < G_N_ELEMENTS (digits); i++)
    {
      g_assert_cmpuint (digits[i], >, 1500);
      g_assert_cmpuint (digits[i], <, 2500);
    }
}

static void
test_uuid (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_test_summary ("Session ids are UUIDs of version 4, lower case, all different");
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (GError) error = NULL;
      char *uuid = mcp_token_generate_uuid (&error);

      g_assert_no_error (error);
      g_assert_true (g_uuid_string_is_valid (uuid));
      g_assert_cmpint (uuid[14], ==, '4');
      g_assert_nonnull (strchr ("89ab", uuid[19]));
      g_assert_cmpuint (strspn (uuid, "0123456789abcdef-"), ==, 36);
      g_assert_true (g_hash_table_add (seen, uuid));
    }
}

static void
test_hash (void)
{
  /* FIPS 180-4's example for "abc" */
  static const guint8 expected[] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
  };
  McpTokenHash hash;

  g_test_summary ("What is kept of a token is its SHA-256");
  mcp_token_hash ("abc", &hash);
  g_assert_cmpmem (hash.bytes, sizeof hash.bytes, expected, sizeof expected);
}

static void
test_one_bit (void)
{
  g_autofree char *token = mcp_token_generate (NULL);
  McpTokenHash hash;

  g_test_summary ("A hash that differs in one bit anywhere does not match");
  mcp_token_hash (token, &hash);
  for (guint bit = 0; bit < MCP_TOKEN_HASH_LENGTH * 8; bit++)
    {
      McpTokenHash other = hash;

      other.bytes[bit / 8] ^= (guint8) (1 << (bit % 8));
      g_assert_false (mcp_token_matches (&other, token));
    }
}

static void
test_matches (void)
{
  g_autofree char *token = mcp_token_generate (NULL);
  g_autofree char *other = mcp_token_generate (NULL);
  McpTokenHash hash;

  g_test_summary ("A token matches the hash that was made of it, and no other");
  mcp_token_hash (token, &hash);
  g_assert_true (mcp_token_matches (&hash, token));
  g_assert_false (mcp_token_matches (&hash, other));
}

static void
test_malformed (void)
{
  static const char *const candidates[] = {
    "",
    "not-the-token",
    "0123456789abcdef0123456789abcde",
    "0123456789abcdef0123456789abcdef0",
    "0123456789ABCDEF0123456789ABCDEF",
    "0123456789abcdef0123456789abcdeg",
    " 123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcde\n",
    "\xff\xfe",
  };

  g_autofree char *token = mcp_token_generate (NULL);
  g_autofree char *upper = g_ascii_strup (token, -1);
  g_autofree char *longer = g_strconcat (token, "0", NULL);
  g_autofree char *shorter = g_strndup (token, MCP_TOKEN_LENGTH - 1);
  g_autofree char *padded = g_strconcat (" ", token, NULL);
  McpTokenHash hash;

  g_test_summary ("What has not a token's length or characters simply does not match");
  mcp_token_hash (token, &hash);
  for (gsize i = 0; i < G_N_ELEMENTS (candidates); i++)
    g_assert_false (mcp_token_matches (&hash, candidates[i]));
  g_assert_false (mcp_token_matches (&hash, longer));
  g_assert_false (mcp_token_matches (&hash, shorter));
  g_assert_false (mcp_token_matches (&hash, padded));
  if (strcmp (upper, token) != 0)
    g_assert_false (mcp_token_matches (&hash, upper));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/token/generate", test_generate);
  g_test_add_func ("/session/token/uuid", test_uuid);
  g_test_add_func ("/session/token/hash", test_hash);
  g_test_add_func ("/session/token/one-bit", test_one_bit);
  g_test_add_func ("/session/token/matches", test_matches);
  g_test_add_func ("/session/token/malformed", test_malformed);
  return g_test_run ();
}

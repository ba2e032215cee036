/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-challenge-private.h"
#include "mcp-oauth-text-private.h"

static const struct
{
  const char *fields;
  gboolean is_bearer;
  const char *metadata;
  const char *scope;
  const char *error;
} challenges[] = {
  { NULL, FALSE, NULL, NULL, NULL },
  { "", FALSE, NULL, NULL, NULL },
  { "Bearer", TRUE, NULL, NULL, NULL },
  { "bearer realm=\"x\"", TRUE, NULL, NULL, NULL },
  { "Bearer resource_metadata=\"https://a/b?c=d,e\", scope=\"one two\", error=invalid_token", TRUE,
    "https://a/b?c=d,e", "one two", "invalid_token" },
  { "Bearer scope = \"a\" ,error=\"b\\\"c\"", TRUE, NULL, "a", "b\"c" },
  { "Basic realm=\"Bearer scope=1\", Bearer scope=\"s\"", TRUE, NULL, "s", NULL },
  { "Bearer scope=\"s\", Basic scope=\"t\", error=\"e\"", TRUE, NULL, "s", NULL },
  { "Basic realm=\"x\", scope=\"t\"", FALSE, NULL, NULL, NULL },
  { "Negotiate abc==, Bearer scope=\"s\"", TRUE, NULL, "s", NULL },
  { "Bearer scope=\"twice twice\"", TRUE, NULL, "twice", NULL },
  { "Bearer scope=\"bad\\\\one\"", TRUE, NULL, NULL, NULL },
  { "Bearer scope=\"unended", TRUE, NULL, "unended", NULL },
  { "=,=\"\",,Bearer,=", TRUE, NULL, NULL, NULL },
};

static void
test_challenges (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (challenges); i++)
    {
      g_autoptr (McpOauthChallenge) challenge = mcp_oauth_challenge_parse (challenges[i].fields);

      g_test_message ("%s", challenges[i].fields);
      g_assert_true (challenge->is_bearer == challenges[i].is_bearer);
      g_assert_cmpstr (challenge->metadata, ==, challenges[i].metadata);
      g_assert_cmpstr (challenge->scope, ==, challenges[i].scope);
      g_assert_cmpstr (challenge->error, ==, challenges[i].error);
    }
}

/* A field that comes twice could be read as either. */
static void
test_form (void)
{
  g_autoptr (GHashTable) fields =
      mcp_oauth_text_parse_form ("code=a%2Bb+c&state=&&iss=https%3A%2F%2Fx");

  g_assert_cmpstr (g_hash_table_lookup (fields, "code"), ==, "a+b c");
  g_assert_cmpstr (g_hash_table_lookup (fields, "state"), ==, "");
  g_assert_cmpstr (g_hash_table_lookup (fields, "iss"), ==, "https://x");
  g_assert_null (mcp_oauth_text_parse_form ("state=a&state=b"));
  g_assert_null (mcp_oauth_text_parse_form ("state=%zz"));
  g_assert_null (mcp_oauth_text_parse_form ("state=%ff"));
}

/* RFC 7636 appendix B */
static void
test_code_challenge (void)
{
  g_autofree char *challenge =
      mcp_oauth_text_build_challenge ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

  g_assert_cmpstr (challenge, ==, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void
test_scopes (void)
{
  g_autofree char *joined = mcp_oauth_text_join_scopes ("a b", "b  c");
  g_autofree char *none = mcp_oauth_text_join_scopes (NULL, " ");

  g_assert_cmpstr (joined, ==, "a b c");
  g_assert_null (none);
  g_assert_true (mcp_oauth_text_has_scopes ("a b", "b"));
  g_assert_true (mcp_oauth_text_has_scopes (NULL, NULL));
  g_assert_false (mcp_oauth_text_has_scopes ("ab", "a"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oauth/challenge/challenges", test_challenges);
  g_test_add_func ("/oauth/text/form", test_form);
  g_test_add_func ("/oauth/text/code-challenge", test_code_challenge);
  g_test_add_func ("/oauth/text/scopes", test_scopes);
  return g_test_run ();
}

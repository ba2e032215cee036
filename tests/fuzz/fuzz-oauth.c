/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "mcp-oauth-challenge-private.h"
#include "mcp-oauth-metadata-private.h"
#include "mcp-oauth-text-private.h"

static void
read_challenge (const char *text)
{
  g_autoptr (McpOauthChallenge) challenge = mcp_oauth_challenge_parse (text);

  if (challenge->scope != NULL)
    g_assert_true (mcp_oauth_text_is_scopes (challenge->scope));
}

static void
read_form (const char *text)
{
  g_autoptr (GHashTable) fields = mcp_oauth_text_parse_form (text);

  if (fields != NULL && g_hash_table_lookup (fields, "state") != NULL)
    g_assert_true (g_utf8_validate (g_hash_table_lookup (fields, "state"), -1, NULL));
}

/* What a public server says leads to https alone. */
static void
read_metadata (const char *text, gboolean is_issuer)
{
  g_autoptr (GUri) server = g_uri_parse ("https://mcp.example.org/mcp", SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (McpOauthWeb) web = mcp_oauth_web_new (server);
  g_autoptr (McpOauthMetadata) metadata = mcp_oauth_metadata_new ();
  g_autoptr (GError) error = NULL;

  if (!is_issuer)
    {
      if (mcp_oauth_metadata_take_resource (metadata, web, text, NULL, &error))
        g_assert_true (g_str_has_prefix (metadata->resource, "https:"));
      return;
    }
  metadata->issuer = g_strdup ("https://auth.example.org");
  if (mcp_oauth_metadata_take_issuer (metadata, web, text, FALSE, &error))
    g_assert_true (g_str_has_prefix (metadata->token_endpoint, "https:"));
}

/* The first byte says what the rest is. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = size > 0 ? g_strndup ((const char *) data + 1, size - 1) : NULL;

  if (text == NULL)
    return 0;
  if (data[0] == 'c')
    read_challenge (text);
  else if (data[0] == 'f')
    read_form (text);
  else
    read_metadata (text, data[0] == 'i');
  return 0;
}

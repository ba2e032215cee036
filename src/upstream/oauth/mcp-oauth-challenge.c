/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * WWW-Authenticate (RFC 9110 section 11.6.1): challenges with a comma between them, each of a
 * scheme and of parameters with a comma between them. What is a scheme shows only at the character
 * behind the word.
 */
#include "mcp-oauth-challenge-private.h"

#include "mcp-oauth-text-private.h"

#include <string.h>

/* Of all fields together. */
#define MAX_BYTES 8192

static const char *
skip (const char *at, const char *what)
{
  return at + strspn (at, what);
}

static char *
take_word (const char **at)
{
  gsize length = strcspn (*at, " \t,=\"");
  char *word = g_strndup (*at, length);

  *at += length;
  return word;
}

static char *
take_quoted (const char **at)
{
  GString *text = g_string_new (NULL);
  const char *c = *at + 1;

  for (; *c != '\0' && *c != '"'; c++)
    {
      if (*c == '\\' && c[1] != '\0')
        c++;
      g_string_append_c (text, *c);
    }
  *at = *c == '"' ? c + 1 : c;
  return g_string_free (text, FALSE);
}

static void
take_parameter (McpOauthChallenge *self, const char *name, const char *value)
{
  if (!g_utf8_validate (value, -1, NULL))
    return;
  if (g_ascii_strcasecmp (name, "resource_metadata") == 0 && self->metadata == NULL)
    self->metadata = g_strdup (value);
  else if (g_ascii_strcasecmp (name, "scope") == 0 && self->scope == NULL &&
           mcp_oauth_text_is_scopes (value))
    self->scope = mcp_oauth_text_join_scopes (value, NULL);
  else if (g_ascii_strcasecmp (name, "error") == 0 && self->error == NULL)
    self->error = g_strdup (value);
}

/* Takes “scheme” or “name=value”. */
static void
take_part (McpOauthChallenge *self, const char **at, gboolean *is_ours)
{
  g_autofree char *word = take_word (at);
  const char *behind = skip (*at, " \t");
  g_autofree char *value = NULL;

  if (*behind != '=')
    {
      *is_ours = g_ascii_strcasecmp (word, "Bearer") == 0;
      self->is_bearer = self->is_bearer || *is_ours;
      return;
    }
  *at = skip (behind + 1, " \t=");
  value = **at == '"' ? take_quoted (at) : take_word (at);
  if (*is_ours)
    take_parameter (self, word, value);
}

/**
 * mcp_oauth_challenge_parse:
 * @fields: (nullable): the fields WWW-Authenticate of an answer, with commas between them
 *
 * Returns: (transfer full): what they say of bearer tokens
 */
McpOauthChallenge *
mcp_oauth_challenge_parse (const char *fields)
{
  McpOauthChallenge *self = g_new0 (McpOauthChallenge, 1);
  const char *at = fields != NULL && strlen (fields) <= MAX_BYTES ? fields : "";
  gboolean is_ours = FALSE;

  for (at = skip (at, " \t,"); *at != '\0'; at = skip (at, " \t,"))
    {
      const char *before = at;

      take_part (self, &at, &is_ours);
      if (at == before)
        at++;
    }
  return self;
}

/**
 * mcp_oauth_challenge_free:
 * @self: (transfer full): a challenge
 */
void
mcp_oauth_challenge_free (McpOauthChallenge *self)
{
  g_free (self->metadata);
  g_free (self->scope);
  g_free (self->error);
  g_free (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-consent-word.h"

static const struct
{
  const char *text;
  McpConsentWord word;
} words[] = {
  { "allow", MCP_CONSENT_ALLOW },
  { "ask", MCP_CONSENT_ASK },
  { "deny", MCP_CONSENT_DENY },
};

/**
 * mcp_consent_word_from_string:
 * @text: any text
 * @word: (out): what it says
 *
 * Returns: whether it is one of the words that `consent` takes
 */
gboolean
mcp_consent_word_from_string (const char *text, McpConsentWord *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (text, words[i].text))
      {
        *word = words[i].word;
        return TRUE;
      }
  return FALSE;
}

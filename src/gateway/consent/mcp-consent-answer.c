/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/consent/mcp-consent-answer.h"

static const char *const names[] = {
  [MCP_CONSENT_ANSWER_NONE] = "asked",      [MCP_CONSENT_ANSWER_ONCE] = "once",
  [MCP_CONSENT_ANSWER_SESSION] = "session", [MCP_CONSENT_ANSWER_DENY] = "deny",
  [MCP_CONSENT_ANSWER_TIMEOUT] = "timeout", [MCP_CONSENT_ANSWER_WITHDRAWN] = "withdrawn",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == MCP_N_CONSENT_ANSWERS);

/**
 * mcp_consent_answer_to_string:
 * @answer: what became of a question
 *
 * Returns: (transfer none): the word for it, on the bus, over HTTP and in the history
 */
const char *
mcp_consent_answer_to_string (McpConsentAnswer answer)
{
  return names[answer];
}

/**
 * mcp_consent_answer_from_string:
 * @text: any text
 * @answer: (out): what it says
 *
 * Returns: whether it is an answer that a person can give
 */
gboolean
mcp_consent_answer_from_string (const char *text, McpConsentAnswer *answer)
{
  for (guint i = MCP_CONSENT_ANSWER_ONCE; i <= MCP_CONSENT_ANSWER_DENY; i++)
    if (g_str_equal (text, names[i]))
      {
        *answer = (McpConsentAnswer) i;
        return TRUE;
      }
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpConsentAnswer:
 * @MCP_CONSENT_ANSWER_NONE: the question waits
 * @MCP_CONSENT_ANSWER_ONCE: this call may run
 * @MCP_CONSENT_ANSWER_SESSION: the session may call the tool until it ends
 * @MCP_CONSENT_ANSWER_DENY: the call does not run
 * @MCP_CONSENT_ANSWER_TIMEOUT: nobody answered in time, which is no
 * @MCP_CONSENT_ANSWER_WITHDRAWN: the call has ended, so that nobody needs an answer
 *
 * What became of a question.
 */
typedef enum
{
  MCP_CONSENT_ANSWER_NONE,
  MCP_CONSENT_ANSWER_ONCE,
  MCP_CONSENT_ANSWER_SESSION,
  MCP_CONSENT_ANSWER_DENY,
  MCP_CONSENT_ANSWER_TIMEOUT,
  MCP_CONSENT_ANSWER_WITHDRAWN,
} McpConsentAnswer;
#define MCP_N_CONSENT_ANSWERS (MCP_CONSENT_ANSWER_WITHDRAWN + 1)

const char *mcp_consent_answer_to_string (McpConsentAnswer answer);
gboolean mcp_consent_answer_from_string (const char *text, McpConsentAnswer *answer);

G_END_DECLS

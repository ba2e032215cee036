/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpConsentWord:
 * @MCP_CONSENT_UNSET: nobody has said anything
 * @MCP_CONSENT_ALLOW: the tool runs
 * @MCP_CONSENT_ASK: the owner is asked before the tool runs
 * @MCP_CONSENT_DENY: the tool does not run
 *
 * What the owner wants to happen when a tool is called; the stricter the greater.
 */
typedef enum
{
  MCP_CONSENT_UNSET,
  MCP_CONSENT_ALLOW,
  MCP_CONSENT_ASK,
  MCP_CONSENT_DENY,
} McpConsentWord;

gboolean mcp_consent_word_from_string (const char *text, McpConsentWord *word);

G_END_DECLS

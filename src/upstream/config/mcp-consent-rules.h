/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-consent-word.h"

G_BEGIN_DECLS

/**
 * McpConsentRules:
 *
 * What the owner wants for the tools of one server: globs over the server's own names of its tools,
 * each with a word. The glob with the most characters that are not wildcards decides; of those with
 * as many, the stricter one. Not changed once others have it; then good for any thread.
 */
typedef struct _McpConsentRules McpConsentRules;

McpConsentRules *mcp_consent_rules_new (void);
void mcp_consent_rules_free (McpConsentRules *self);
void mcp_consent_rules_add (McpConsentRules *self, const char *glob, McpConsentWord word);
McpConsentWord mcp_consent_rules_find (const McpConsentRules *self, const char *tool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpConsentRules, mcp_consent_rules_free)

G_END_DECLS

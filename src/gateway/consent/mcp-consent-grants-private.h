/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-target.h"
#include "session/session/mcp-session.h"

G_BEGIN_DECLS

/**
 * McpConsentGrants:
 *
 * What the owner has allowed “for this session”. A grant is for one tool of one server as its entry
 * in mcp.json was; it ends with the session. Main context only.
 */
typedef struct _McpConsentGrants McpConsentGrants;

McpConsentGrants *mcp_consent_grants_new (void);
void mcp_consent_grants_free (McpConsentGrants *self);
void mcp_consent_grants_add (McpConsentGrants *self, McpSession *session, McpTarget *target);
gboolean mcp_consent_grants_has (McpConsentGrants *self, McpSession *session, McpTarget *target);
void mcp_consent_grants_drop_session (McpConsentGrants *self, const char *session_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpConsentGrants, mcp_consent_grants_free)

G_END_DECLS

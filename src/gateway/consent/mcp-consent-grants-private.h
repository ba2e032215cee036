/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-target.h"
#include "session/session/mcp-session.h"
#include "session/store/mcp-grant-keep.h"

G_BEGIN_DECLS

/**
 * McpConsentGrants:
 *
 * What the owner has allowed “for this session”. A grant is for one tool of one server as its entry
 * in mcp.json was, or for all tools of a sandboxed app; it ends with the session. A grant for
 * another app that has registered ends with the daemon, too: the next app of the name may be
 * another one. Main context only.
 */
typedef struct _McpConsentGrants McpConsentGrants;

McpConsentGrants *mcp_consent_grants_new (void);
void mcp_consent_grants_free (McpConsentGrants *self);
void mcp_consent_grants_set_keep (McpConsentGrants *self, McpGrantKeep *keep);
void mcp_consent_grants_add (McpConsentGrants *self, McpSession *session, McpTarget *target);
gboolean mcp_consent_grants_has (McpConsentGrants *self, McpSession *session, McpTarget *target);
void mcp_consent_grants_drop_session (McpConsentGrants *self, const char *session_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpConsentGrants, mcp_consent_grants_free)

G_END_DECLS

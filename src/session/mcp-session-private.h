/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-limits.h"
#include "mcp-session.h"
#include "mcp-token.h"

G_BEGIN_DECLS

/* For the store, which alone makes and ends sessions. */

McpSession *mcp_session_new (const char *id,
                             const char *cwd,
                             const char *label,
                             const char *const *allowed_tools,
                             guint idle_seconds,
                             const McpTokenHash *token_hash);
void mcp_session_set_limits (McpSession *self, const McpLimits *limits);
void mcp_session_set_token_hash (McpSession *self, const McpTokenHash *token_hash);
const McpTokenHash *mcp_session_get_token_hash (McpSession *self);
gboolean mcp_session_is_expired (McpSession *self, gint64 now_real_us);
void mcp_session_close (McpSession *self, const char *reason);

G_END_DECLS

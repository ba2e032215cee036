/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/session/mcp-session.h"

#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpSessionShares:
 *
 * Which process made how many sessions, and which of them nobody has used yet: says who gives way
 * when there are as many sessions as there may be. Main context only.
 */
typedef struct _McpSessionShares McpSessionShares;

McpSessionShares *mcp_session_shares_new (void);
void mcp_session_shares_free (McpSessionShares *self);
void mcp_session_shares_add (McpSessionShares *self, McpSession *session, pid_t creator);
void mcp_session_shares_remove (McpSessionShares *self, McpSession *session);
McpSession *mcp_session_shares_find_unused (McpSessionShares *self, gint64 now_real_us);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* For who compares what a request shows with more than one secret, and hashes it once. */
#include "session/session/mcp-token.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

McpSession *mcp_session_store_find_by_token_hash (McpSessionStore *self,
                                                  const McpTokenHash *token_hash);

G_END_DECLS

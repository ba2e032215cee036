/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

GPtrArray *mcp_process_sessions_find (McpSessionStore *store, const McpSessionParams *params);

G_END_DECLS

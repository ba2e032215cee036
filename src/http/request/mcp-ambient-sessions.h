/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/* The client of requests that name none. */
#define MCP_AMBIENT_SESSIONS_NAMELESS "unknown"

/**
 * McpAmbientSessions:
 *
 * The sessions of clients that keep none and name none: one for each client and
 * working directory, made at its first use. Main context only.
 */
typedef struct _McpAmbientSessions McpAmbientSessions;

McpAmbientSessions *mcp_ambient_sessions_new (McpSessionStore *store);
void mcp_ambient_sessions_free (McpAmbientSessions *self);
McpSession *
mcp_ambient_sessions_get (McpAmbientSessions *self, const McpSessionParams *params, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpAmbientSessions, mcp_ambient_sessions_free)

G_END_DECLS

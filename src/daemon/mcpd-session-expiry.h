/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpdSessionExpiry:
 *
 * Ends sessions that have been idle for their time. Main context only.
 */
#define MCPD_TYPE_SESSION_EXPIRY (mcpd_session_expiry_get_type ())
G_DECLARE_FINAL_TYPE (McpdSessionExpiry, mcpd_session_expiry, MCPD, SESSION_EXPIRY, GObject)

McpdSessionExpiry *mcpd_session_expiry_new (McpSessionStore *store);
guint mcpd_session_expiry_get_interval (McpdSessionExpiry *self);

G_END_DECLS

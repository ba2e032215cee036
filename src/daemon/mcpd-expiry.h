/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpdExpiry:
 *
 * Ends sessions that have been idle for their time. Main context only.
 */
#define MCPD_TYPE_EXPIRY (mcpd_expiry_get_type ())
G_DECLARE_FINAL_TYPE (McpdExpiry, mcpd_expiry, MCPD, EXPIRY, GObject)

McpdExpiry *mcpd_expiry_new (McpSessionStore *store);
guint mcpd_expiry_get_interval (McpdExpiry *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpdExpiryTimer:
 *
 * Ends sessions that have been idle for their time. Main context only.
 */
#define MCPD_TYPE_EXPIRY_TIMER (mcpd_expiry_timer_get_type ())
G_DECLARE_FINAL_TYPE (McpdExpiryTimer, mcpd_expiry_timer, MCPD, EXPIRY_TIMER, GObject)

McpdExpiryTimer *mcpd_expiry_timer_new (McpSessionStore *store);
guint mcpd_expiry_timer_get_interval (McpdExpiryTimer *self);

G_END_DECLS

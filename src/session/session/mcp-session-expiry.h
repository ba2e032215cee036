/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/session/mcp-session-processes.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpSessionExpiry:
 *
 * Decides when a session ends by itself. Belongs to an #McpSession. Main context only.
 */
typedef struct
{
  guint idle_seconds;             /* without use; 0: never */
  gint64 last_active_at;          /* us since 1970 UTC */
  guint n_holds;                  /* number of holds; the session does not end while > 0 */
  McpSessionProcesses *processes; /* (owned) (nullable): the session ends soon after them */
} McpSessionExpiry;

void mcp_session_expiry_touch (McpSessionExpiry *self, gint64 now_real_us);
void mcp_session_expiry_hold (McpSessionExpiry *self);
void mcp_session_expiry_release (McpSessionExpiry *self, gint64 now_real_us);
void mcp_session_expiry_clear (McpSessionExpiry *self);
void mcp_session_expiry_follow_processes (McpSessionExpiry *self);
gboolean mcp_session_expiry_is_abandoned (const McpSessionExpiry *self, gint64 now_real_us);
guint mcp_session_expiry_get_wait (const McpSessionExpiry *self, gint64 now_real_us);
gboolean mcp_session_expiry_is_due (const McpSessionExpiry *self, gint64 now_real_us);

G_END_DECLS

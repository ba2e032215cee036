/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "common/mcp-rate-limit.h"

G_BEGIN_DECLS

/**
 * McpSessionAdmission:
 *
 * Decides whether one more session may be made: how many there may be, and how fast they may be
 * made. Belongs to an #McpSessionStore. Main context only.
 */
typedef struct
{
  guint max_sessions;
  guint max_per_minute;
  McpRateLimit creation;
} McpSessionAdmission;

void mcp_session_admission_set_limits (McpSessionAdmission *self, const McpLimits *limits);
gboolean mcp_session_admission_take (McpSessionAdmission *self, guint n_sessions, GError **error);
guint mcp_session_admission_get_wait_seconds (const McpSessionAdmission *self, guint n_sessions);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* For who ends sessions that nobody uses. */
#include "session/session/mcp-session.h"

G_BEGIN_DECLS

guint mcp_session_get_wait (McpSession *self, gint64 now_real_us);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

gboolean mcp_session_params_check (const McpSessionParams *params, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/session/mcp-session.h"

G_BEGIN_DECLS

char *mcp_session_json_build (McpSession *session);

G_END_DECLS

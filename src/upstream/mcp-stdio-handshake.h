/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-jsonrpc.h"

G_BEGIN_DECLS

GBytes *mcp_stdio_handshake_build_initialize (gint64 id);
gboolean mcp_stdio_handshake_check_answer (McpJsonrpcMessage *answer, GError **error);
GBytes *mcp_stdio_handshake_build_initialized (void);
GBytes *mcp_stdio_handshake_answer_request (McpJsonrpcMessage *request, const char *cwd);

G_END_DECLS

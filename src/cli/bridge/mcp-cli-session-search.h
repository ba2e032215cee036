/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-session.h"

G_BEGIN_DECLS

void mcp_cli_session_search_async (const McpCliSession *session,
                                   const McpCliSessionParams *params,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
McpCliSession *mcp_cli_session_search_finish (GAsyncResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-provider.h"
#include "mcp-tool-list.h"

G_BEGIN_DECLS

void mcp_tool_lister_run_async (McpProvider *provider,
                                gsize max_bytes,
                                guint timeout_ms,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
McpToolList *mcp_tool_lister_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS

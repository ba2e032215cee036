/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-item-list.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

void mcp_item_lister_run_async (McpProvider *provider,
                                McpItemKinds kinds,
                                gsize max_bytes,
                                guint timeout_ms,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
McpListing *mcp_item_lister_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS

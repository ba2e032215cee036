/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-search-source.h"

G_BEGIN_DECLS

void mcp_search_query_async (GDBusConnection *connection,
                             const McpSearchSource *source,
                             const char *const *terms,
                             guint max_results,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
GVariant *mcp_search_query_finish (GAsyncResult *result, GError **error);

G_END_DECLS

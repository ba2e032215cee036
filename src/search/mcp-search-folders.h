/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-search-source.h"

G_BEGIN_DECLS

void mcp_search_folders_read_async (GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
GPtrArray *mcp_search_folders_read_finish (GAsyncResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-services.h"

G_BEGIN_DECLS

void mcp_resource_watch_async (McpServices *services,
                               McpClient *client,
                               const char *uri,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
McpProviderLease *mcp_resource_watch_finish (GAsyncResult *result,
                                             char **own,
                                             McpJsonrpcMessage **refusal,
                                             GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue.h"
#include "gateway/catalogue/mcp-client.h"
#include "gateway/catalogue/mcp-target.h"
#include "gateway/servers/mcp-start-words.h"
#include "protocol/mcp-params.h"

G_BEGIN_DECLS

/* Where a client's request goes: from the name that the client knows to a server and its own name.
 */
McpTarget *mcp_catalogue_resolve_now (McpCatalogue *self,
                                      McpClient *client,
                                      McpItemKind kind,
                                      const char *name,
                                      McpParams *params,
                                      GError **error);
void mcp_catalogue_resolve_async (McpCatalogue *self,
                                  McpClient *client,
                                  McpItemKind kind,
                                  const char *name,
                                  McpParams *params,
                                  GCancellable *cancellable,
                                  McpStartWordsFunc tell,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
McpTarget *mcp_catalogue_resolve_finish (McpCatalogue *self, GAsyncResult *result, GError **error);
McpTarget *
mcp_catalogue_resolve_server (McpCatalogue *self, const char *server, const char *own_name);

G_END_DECLS

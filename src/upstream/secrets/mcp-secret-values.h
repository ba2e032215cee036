/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/secrets/mcp-secret-store.h"

G_BEGIN_DECLS

void mcp_secret_values_read_async (McpSecretStore *store,
                                   const char *const *names,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
char **mcp_secret_values_read_finish (GAsyncResult *result, GError **error);
void mcp_secret_values_free (char **values);

G_END_DECLS

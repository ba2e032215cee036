/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-secret-job-private.h"
#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_secret_service_is_possible (void);
void mcp_secret_service_run_async (McpSecretJob *job,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean mcp_secret_service_run_finish (GAsyncResult *result, gboolean *was_there, GError **error);

G_END_DECLS

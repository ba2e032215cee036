/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In place of mcp-secret-service.c where the project was built without libsecret. */
#include "mcp-secret-service-private.h"

gboolean
mcp_secret_service_is_possible (void)
{
  return FALSE;
}

void
mcp_secret_service_run_async (McpSecretJob *job,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_task_report_new_error (NULL, callback, user_data, mcp_secret_service_run_async,
                           MCP_SECRET_ERROR, MCP_SECRET_ERROR_FAILED,
                           "This build knows no keyring");
}

gboolean
mcp_secret_service_run_finish (GAsyncResult *result, gboolean *was_there, GError **error)
{
  *was_there = FALSE;
  return g_task_propagate_boolean (G_TASK (result), error);
}

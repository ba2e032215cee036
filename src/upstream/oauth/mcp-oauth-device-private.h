/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-flow-private.h"
#include "mcp-oauth-token-private.h"

G_BEGIN_DECLS

void mcp_oauth_device_begin_async (McpOauthWeb *web,
                                   McpOauthMetadata *metadata,
                                   McpOauthFlow *flow,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean mcp_oauth_device_begin_finish (GAsyncResult *result, GError **error);
void mcp_oauth_device_wait_async (McpOauthWeb *web,
                                  McpOauthFlow *flow,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-login-private.h"

G_BEGIN_DECLS

void mcp_oauth_machine_begin_async (const McpOauthOccasion *occasion,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
McpOauthGrant *mcp_oauth_machine_begin_finish (GAsyncResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"
#include "protocol/mcp-params.h"

G_BEGIN_DECLS

/**
 * McpRoundsFromServer:
 *
 * The input that a server wants before it goes on, being collected (2026-07-28,
 * basic/patterns/mrtr). Main context only.
 */
typedef struct _McpRoundsFromServer McpRoundsFromServer;

/**
 * McpRoundsFromServerFunc:
 * @error: (nullable) (transfer full): why there is not all that the server wants
 *
 * Called once, when everything is there or cannot be had.
 */
typedef void (*McpRoundsFromServerFunc) (McpRoundsFromServer *self,
                                         GError *error,
                                         gpointer user_data);

McpRoundsFromServer *mcp_rounds_from_server_new (McpJsonSlice result,
                                                 McpRoundsFromServerFunc ready,
                                                 gpointer user_data,
                                                 GError **error);
void mcp_rounds_from_server_free (McpRoundsFromServer *self);
GPtrArray *mcp_rounds_from_server_dup_asks (McpRoundsFromServer *self);
McpParams *mcp_rounds_from_server_build_params (McpRoundsFromServer *self, McpParams *params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpRoundsFromServer, mcp_rounds_from_server_free)

G_END_DECLS

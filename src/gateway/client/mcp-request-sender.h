/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-process.h"
#include "gateway/client/mcp-request.h"

G_BEGIN_DECLS

/**
 * McpRequestSenderFunc:
 * @sender: as it was set
 * @found: to be called once with the process that sent the request, or 0: not known; before this
 *   returns, or later, also when the request is no more
 * @user_data: for @found
 */
typedef void (*McpRequestSenderFunc) (gpointer sender,
                                      McpProcessFoundFunc found,
                                      gpointer user_data);

void mcp_request_sender_set (McpRequest *request,
                             McpRequestSenderFunc find,
                             gpointer sender,
                             GDestroyNotify destroy);
void mcp_request_sender_find (McpRequest *request, McpProcessFoundFunc found, gpointer user_data);

G_END_DECLS

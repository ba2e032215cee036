/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-request.h"

#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpRequestSenderFunc:
 *
 * Returns: the process that sent a request; 0: not known
 */
typedef pid_t (*McpRequestSenderFunc) (gpointer user_data);

void mcp_request_sender_set (McpRequest *request,
                             McpRequestSenderFunc find,
                             gpointer user_data,
                             GDestroyNotify destroy);
pid_t mcp_request_sender_find (McpRequest *request);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* For the connection's own files: what the poller's reports mean to a request and its answer. */
#include "http/connection/mcp-http-connection-type.h"

G_BEGIN_DECLS

void mcp_http_connection_exchange_process_input (McpHttpConnection *self);
void mcp_http_connection_exchange_flush (McpHttpConnection *self);

G_END_DECLS

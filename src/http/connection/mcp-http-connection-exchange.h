/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection-type.h"

G_BEGIN_DECLS

GIOStream *mcp_http_connection_exchange_open (McpHttpConnection *self, GBytes *head, GBytes *body);

G_END_DECLS

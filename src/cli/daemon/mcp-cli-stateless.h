/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-jsonrpc.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

char *mcp_cli_stateless_dup_revision (McpJsonrpcMessage *message);
void
mcp_cli_stateless_set_header (SoupMessageHeaders *headers, const char *name, const char *value);
void mcp_cli_stateless_add_headers (McpJsonrpcMessage *message, SoupMessageHeaders *headers);

G_END_DECLS

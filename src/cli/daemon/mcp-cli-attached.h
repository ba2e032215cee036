/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-rpc.h"

G_BEGIN_DECLS

typedef struct _McpCliAttached McpCliAttached;

McpCliAttached *mcp_cli_attached_open (McpCliConnection *connection,
                                       const McpCliSession *session,
                                       const char *capabilities,
                                       GCancellable *cancellable,
                                       GError **error);
const char *mcp_cli_attached_get_id (McpCliAttached *self);
void mcp_cli_attached_close (McpCliAttached *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliAttached, mcp_cli_attached_close)

G_END_DECLS

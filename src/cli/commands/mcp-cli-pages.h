/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

GBytes *mcp_cli_pages_fetch (McpCliConnection *connection,
                             const McpCliSession *session,
                             const char *method,
                             const char *list,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-session.h"

G_BEGIN_DECLS

/* Work in a session. Returns: whether it succeeded */
typedef gboolean (*McpCliVisitFunc) (McpCliConnection *connection,
                                     const McpCliSession *session,
                                     GCancellable *cancellable,
                                     gpointer user_data,
                                     GError **error);

int mcp_cli_visit_run (const char *name, McpCliVisitFunc func, gpointer user_data);

G_END_DECLS

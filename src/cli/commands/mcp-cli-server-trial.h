/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"
#include "cli/probe/mcp-cli-probe.h"

G_BEGIN_DECLS

McpCliProbe *mcp_cli_server_trial_run (McpCliConnection *connection,
                                       const char *name,
                                       guint timeout_seconds,
                                       GError **error);

G_END_DECLS

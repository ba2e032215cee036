/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

int mcp_cli_consent_dialog_run (McpCliConnection *connection, gboolean watch);

G_END_DECLS

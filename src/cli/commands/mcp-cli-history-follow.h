/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/commands/mcp-cli-history.h"

G_BEGIN_DECLS

int mcp_cli_history_follow (McpCliConnection *connection,
                            const McpCliHistoryFilter *filter,
                            gboolean as_json);

G_END_DECLS

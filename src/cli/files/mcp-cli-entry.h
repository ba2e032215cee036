/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/files/mcp-cli-clients.h"

G_BEGIN_DECLS

char *mcp_cli_entry_convert (const McpCliClient *client,
                             const char *entry,
                             GPtrArray *left_out,
                             GError **error);

G_END_DECLS

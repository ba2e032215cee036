/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/commands/mcp-cli-file-change.h"
#include "cli/files/mcp-cli-clients.h"

G_BEGIN_DECLS

gboolean mcp_cli_import_plan (const McpCliClient *client,
                              const char *own_name,
                              McpCliFileChange *from,
                              McpCliFileChange *to,
                              GError **error);

G_END_DECLS

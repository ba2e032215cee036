/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

McpServerConfig *
mcp_cli_adhoc_new_config (const char *command_line, const char *url, GError **error);

G_END_DECLS

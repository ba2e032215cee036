/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_cli_entry_check (const char *name, const char *entry, GError **error);
char *mcp_cli_entry_check_dup_refusal (McpServerConfig *config);
char *mcp_cli_entry_check_dup_refusal_of (const char *name, const char *entry);

G_END_DECLS

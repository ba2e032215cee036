/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_cli_registry_is_description (McpJsonSlice root);
char *mcp_cli_registry_dup_name (McpJsonSlice root);
char *mcp_cli_registry_build_entry (McpJsonSlice root, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

gboolean mcp_cli_secret_is_secret (const char *name, const char *value);
char *mcp_cli_secret_dup_shown_url (const char *url);
GStrv mcp_cli_secret_dup_shown_arguments (McpJsonSlice entry);
char *mcp_cli_secret_find_in_arguments (McpJsonSlice entry);
char *mcp_cli_secret_describe_warning (const char *server, const char *argument);

G_END_DECLS

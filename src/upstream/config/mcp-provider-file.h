/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

McpServerConfig *
mcp_provider_file_parse (const char *text, gsize length, const char *file_name, GError **error);

G_END_DECLS

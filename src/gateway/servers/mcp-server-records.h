/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/servers/mcp-server-record.h"

G_BEGIN_DECLS

GHashTable *mcp_server_records_new (void);
McpServerRecord *mcp_server_records_ensure (GHashTable *records, const char *server_name);
void mcp_server_records_keep (GHashTable *records, GPtrArray *configs);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpServerRecord:
 * @n_restarts: times that a process of the server started after another had run
 * @last_error: (nullable): of its last failure, if nothing worked since
 *
 * What is remembered of a server beyond the life of its processes.
 */
typedef struct
{
  guint n_restarts;
  char *last_error;
} McpServerRecord;

GHashTable *mcp_server_records_new (void);
McpServerRecord *mcp_server_records_ensure (GHashTable *records, const char *server_name);
void mcp_server_records_keep (GHashTable *records, GPtrArray *configs);

G_END_DECLS

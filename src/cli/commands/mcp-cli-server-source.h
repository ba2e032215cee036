/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliServerSource:
 * @name: for a server
 * @entry: JSON, for mcp.json
 */
typedef struct
{
  char *name;
  char *entry;
} McpCliServerSource;

GPtrArray *mcp_cli_server_source_read (const char *path, const char *name, GError **error);

G_END_DECLS

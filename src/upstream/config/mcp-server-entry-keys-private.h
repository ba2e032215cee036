/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

/**
 * McpServerEntryKey:
 * @name: of a member of an entry
 * @expected: what its value must be; completes "must be …"
 * @types: a bit for each #McpJsonType that @read takes
 * @read: takes the value; returns whether it is right
 * @only_beside: (nullable): the key means nothing without this one
 *
 * A member of an entry that has a meaning.
 */
typedef struct
{
  const char *name;
  const char *expected;
  guint types;
  gboolean (*read) (McpServerConfig *config, McpJsonSlice value);
  const char *only_beside;
} McpServerEntryKey;

/**
 * McpServerEntryType:
 * @transport: the way to the server
 * @is_sse: the HTTP+SSE pair alone
 *
 * What “type” of an entry says.
 */
typedef struct
{
  McpServerTransport transport;
  gboolean is_sse;
} McpServerEntryType;

gboolean mcp_server_entry_type_read (McpJsonSlice value, McpServerEntryType *type);

gboolean mcp_server_entry_bus_read_name (McpServerConfig *config, McpJsonSlice value);
gboolean mcp_server_entry_bus_read_path (McpServerConfig *config, McpJsonSlice value);
gboolean mcp_server_entry_bus_read_methods (McpServerConfig *config, McpJsonSlice value);
gboolean mcp_server_entry_bus_read_read_only (McpServerConfig *config, McpJsonSlice value);
const char *mcp_server_entry_bus_find_missing (const McpServerConfig *config);

const McpServerEntryKey *mcp_server_entry_keys_find (McpJsonSlice name);
const char *mcp_server_entry_keys_find_refused (McpJsonSlice name, McpJsonSlice value);
gboolean mcp_server_entry_keys_find_url (McpJsonSlice entry, McpJsonSlice *value);

G_END_DECLS

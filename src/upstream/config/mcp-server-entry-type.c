/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-server-entry-keys-private.h"

#include <string.h>

typedef struct
{
  const char *name; /* without “-” and “_” */
  McpServerEntryType type;
} TypeName;

static const TypeName type_names[] = {
  { "stdio", { MCP_SERVER_TRANSPORT_STDIO, FALSE } },
  { "local", { MCP_SERVER_TRANSPORT_STDIO, FALSE } },
  { "http", { MCP_SERVER_TRANSPORT_HTTP, FALSE } },
  { "streamablehttp", { MCP_SERVER_TRANSPORT_HTTP, FALSE } },
  { "remote", { MCP_SERVER_TRANSPORT_HTTP, FALSE } },
  { "sse", { MCP_SERVER_TRANSPORT_HTTP, TRUE } },
  { "dbus", { MCP_SERVER_TRANSPORT_DBUS, FALSE } },
  { "dbusmethods", { MCP_SERVER_TRANSPORT_DBUS_METHODS, FALSE } },
};

/* “Streamable-HTTP” and “streamable_http” are one name. */
static char *
fold (McpJsonSlice type)
{
  g_autofree char *name =
      mcp_json_get_type (type) == MCP_JSON_STRING ? mcp_json_dup_string (type) : NULL;
  GString *folded = g_string_new (NULL);

  for (const char *at = name; at != NULL && *at != '\0'; at++)
    if (*at != '-' && *at != '_')
      g_string_append_c (folded, g_ascii_tolower (*at));
  return g_string_free (folded, FALSE);
}

/**
 * mcp_server_entry_type_read:
 * @value: of “type”
 * @type: (out): what it says
 *
 * Any thread.
 *
 * Returns: whether the type is known
 */
gboolean
mcp_server_entry_type_read (McpJsonSlice value, McpServerEntryType *type)
{
  g_autofree char *name = fold (value);

  for (gsize i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (strcmp (name, type_names[i].name) == 0)
      {
        *type = type_names[i].type;
        return TRUE;
      }
  return FALSE;
}

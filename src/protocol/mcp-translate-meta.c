/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-translate-private.h"

#include <string.h>

/* Each belongs to one hop (2026-07-28, basic/index, "_meta") and is never relayed. */
static const char *const hop_names[] = {
  MCP_META_SERVER_INFO,
  MCP_META_PROTOCOL_VERSION,
  MCP_META_CLIENT_CAPABILITIES,
  MCP_META_CLIENT_INFO,
  MCP_META_LOG_LEVEL,
  MCP_META_SUBSCRIPTION_ID,
  "progressToken",
  NULL,
};
enum
{
  HOP_SERVER_INFO,
};

/**
 * mcp_translate_meta:
 * @edit: changes
 * @meta: an object within what changes
 * @kept: (nullable): the name of a member that stays although it belongs to a hop
 * @server_info: (nullable): JSON object: what becomes the name of the server
 *
 * A "_meta" without what belongs to the hop it came by.
 *
 * Returns: whether it is empty now, and to be left out
 */
gboolean
mcp_translate_meta (McpJsonEdit *edit, McpJsonSlice meta, const char *kept, const char *server_info)
{
  McpJsonFields fields;
  guint mask = 0;

  for (guint i = 0; hop_names[i] != NULL; i++)
    if (g_strcmp0 (hop_names[i], kept) != 0)
      mask |= 1U << i;
  if (server_info != NULL)
    mask &= ~(1U << HOP_SERVER_INFO);

  mcp_json_fields_find (&fields, meta, hop_names);
  if (server_info != NULL)
    mcp_json_edit_set (edit, &fields, HOP_SERVER_INFO, g_strdup (server_info));
  return mcp_json_edit_drop (edit, &fields, mask) && server_info == NULL;
}

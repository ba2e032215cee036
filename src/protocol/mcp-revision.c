/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-revision.h"

/* Newest first, as clients want to read them. */
static const char *const revision_names[] = {
  "2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", NULL,
};
static const McpRevision revisions[] = {
  MCP_REVISION_2026_07_28, MCP_REVISION_2025_11_25, MCP_REVISION_2025_06_18,
  MCP_REVISION_2025_03_26, MCP_REVISION_2024_11_05,
};
G_STATIC_ASSERT (G_N_ELEMENTS (revision_names) == G_N_ELEMENTS (revisions) + 1);

/**
 * mcp_revision_from_string:
 * @text: (nullable): as a protocolVersion is written
 *
 * Any thread.
 *
 * Returns: the revision, or %MCP_REVISION_UNKNOWN for one that is not spoken
 */
McpRevision
mcp_revision_from_string (const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (revisions); i++)
    if (g_strcmp0 (text, revision_names[i]) == 0)
      return revisions[i];
  return MCP_REVISION_UNKNOWN;
}

/**
 * mcp_revision_to_string:
 * @revision: one that is spoken
 *
 * Any thread.
 *
 * Returns: (transfer none): its name, for example "2025-11-25"
 */
const char *
mcp_revision_to_string (McpRevision revision)
{
  for (gsize i = 0; i < G_N_ELEMENTS (revisions); i++)
    if (revisions[i] == revision)
      return revision_names[i];
  g_return_val_if_reached (NULL);
}

/**
 * mcp_revision_list:
 *
 * Any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names of all that are spoken, newest
 * first
 */
const char *const *
mcp_revision_list (void)
{
  return revision_names;
}

/**
 * mcp_revision_is_stateless:
 * @revision: any
 *
 * Any thread.
 *
 * Returns: whether the revision has no handshake and no sessions: each request says all there is
 * to know (2026-07-28, basic/versioning)
 */
gboolean
mcp_revision_is_stateless (McpRevision revision)
{
  return revision >= MCP_REVISION_2026_07_28;
}

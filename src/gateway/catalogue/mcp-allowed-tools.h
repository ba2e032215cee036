/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-name-rooms.h"

G_BEGIN_DECLS

/**
 * McpAllowedTools:
 *
 * What the `allowed_tools` of a session let through, judged on server and tool together: a
 * glob that begins with a configured prefix is for the servers of that prefix alone, whatever
 * names others make up. Immutable, any thread.
 */
typedef struct _McpAllowedTools McpAllowedTools;

McpAllowedTools *mcp_allowed_tools_new (const char *const *globs, McpNameRooms *rooms);
void mcp_allowed_tools_free (McpAllowedTools *self);
gboolean mcp_allowed_tools_allow (McpAllowedTools *self,
                                  const char *room,
                                  const char *exposed,
                                  const char *full);
gboolean mcp_allowed_tools_reach (McpAllowedTools *self, const char *room);
gboolean mcp_allowed_tools_allow_all (McpAllowedTools *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpAllowedTools, mcp_allowed_tools_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-launch-rules.h"
#include "upstream/dialogue/mcp-server-link.h"

G_BEGIN_DECLS

/**
 * McpStdioLaunch:
 * @plan: the command
 * @environment: (array zero-terminated=1): all of the process's environment
 * @cwd: where it starts
 *
 * All that a process of a server needs. Zeroed memory holds nothing.
 */
typedef struct
{
  McpLaunchPlan plan;
  char **environment;
  char *cwd;
} McpStdioLaunch;

gboolean mcp_stdio_launch_prepare (McpStdioLaunch *self,
                                   const McpServerLinkSetup *setup,
                                   const char *path,
                                   GError **error);
void mcp_stdio_launch_clear (McpStdioLaunch *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpStdioLaunch, mcp_stdio_launch_clear)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

/**
 * McpTarget:
 * @config: (owned): the server
 * @name: (owned): what the server calls it: the name of a tool or prompt, a URI, the id of a task
 * @exposed: (nullable): of a tool: its name among those of all servers, which events, the history
 *   and rules use
 * @param_headers: (nullable): name, value, …: arguments that go to the server as HTTP headers as
 *   well
 * @timeout_ms: how long the server may take without an answer or progress, as its configuration
 *   says; 0: the daemon's default
 * @as_task: whether the tool runs as a task only
 * @is_destructive: whether the tool says of itself that it may destroy something
 *
 * The server that a request goes to, and what it is about there. The catalogue is asked for it
 * once a request; the target stays what it is when the catalogue changes. Immutable and counted;
 * the fields are to be read only. Main context only.
 */
typedef struct
{
  grefcount ref_count;
  McpServerConfig *config;
  char *name;
  char *exposed;
  char **param_headers;
  guint timeout_ms;
  gboolean as_task;
  gboolean is_destructive;
} McpTarget;

McpTarget *mcp_target_new (McpServerConfig *config, const char *name);
McpTarget *mcp_target_new_tool (McpServerConfig *config,
                                const char *name,
                                const char *exposed,
                                McpJsonSlice tool,
                                McpJsonSlice params);
McpTarget *mcp_target_ref (McpTarget *self);
void mcp_target_unref (McpTarget *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpTarget, mcp_target_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliProbe:
 * @revision: (nullable): the MCP revision that the server speaks; %NULL if it was never ready
 * @tools: (element-type utf8): the names of its tools
 * @ready_ms: from the start of the server to the end of the handshake; negative: it never ended
 * @log: what the server wrote to its standard error, and what the connection reported; lines
 *
 * What a test of a server has shown.
 */
typedef struct
{
  const char *revision;
  GPtrArray *tools;
  gint64 ready_ms;
  GString *log;
} McpCliProbe;

McpCliProbe *mcp_cli_probe_new (void);
McpCliProbe *mcp_cli_probe_run (const char *name, guint timeout_seconds, GError **error);
void mcp_cli_probe_free (McpCliProbe *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliProbe, mcp_cli_probe_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/servers/mcp-server-log.h"
#include "protocol/mcp-revision.h"
#include "upstream/config/mcp-lifecycle.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpServerRecord:
 * @n_restarts: how often a process of the server started after another one had run
 * @last_error: (nullable): the last failure, if nothing has worked since
 * @n_notes: how often @last_error became another one
 * @lifecycle: how the server is begun with, as a provider of it found
 * @revision: what the server was last spoken to in; %MCP_REVISION_UNKNOWN: it was never ready
 * @log: (owned): what the processes of the server said to people
 *
 * What is remembered of a server beyond the life of its processes. Counted by reference: the
 * table of records and each pool entry of the server hold one. Main context only.
 */
typedef struct
{
  guint n_restarts;
  char *last_error;
  guint n_notes;
  McpLifecycle lifecycle;
  McpRevision revision;
  McpServerLog *log;
} McpServerRecord;

McpServerRecord *mcp_server_record_new (void);
McpServerRecord *mcp_server_record_ref (McpServerRecord *self);
void mcp_server_record_unref (McpServerRecord *self);
void mcp_server_record_note (McpServerRecord *self, const GError *error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

/**
 * McpCliEventStreamFuncs:
 * @event: an event came; @type is %NULL for progress
 * @interrupted: the daemon has gone; the stream looks for it
 * @resumed: the daemon is back
 * @ended: no event will come any more; @error is %NULL if the session has ended
 *
 * Called on the main context.
 */
typedef struct
{
  void (*event) (const char *type, GBytes *data, gpointer user_data);
  void (*interrupted) (gpointer user_data);
  void (*resumed) (gpointer user_data);
  void (*ended) (const GError *error, gpointer user_data);
} McpCliEventStreamFuncs;

#define MCP_TYPE_CLI_EVENT_STREAM (mcp_cli_event_stream_get_type ())
G_DECLARE_FINAL_TYPE (McpCliEventStream, mcp_cli_event_stream, MCP, CLI_EVENT_STREAM, GObject)

McpCliEventStream *mcp_cli_event_stream_new (McpCliConnection *connection,
                                             const McpCliSession *session,
                                             const McpCliEventStreamFuncs *funcs,
                                             gpointer user_data);
void mcp_cli_event_stream_want_kept (McpCliEventStream *self);
void mcp_cli_event_stream_start (McpCliEventStream *self);
void mcp_cli_event_stream_stop (McpCliEventStream *self);

G_END_DECLS

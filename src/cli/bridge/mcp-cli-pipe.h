/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliPipeFuncs:
 * @line: the client wrote a line
 * @ended: the input has ended
 * @broken: nobody reads the output any more
 *
 * Called on the main context.
 */
typedef struct
{
  void (*line) (GBytes *line, gpointer user_data);
  void (*ended) (gpointer user_data);
  void (*broken) (gpointer user_data);
} McpCliPipeFuncs;

/**
 * McpCliPlace:
 * @MCP_CLI_PLACE_ANY: the client may read the line together with any other
 * @MCP_CLI_PLACE_AHEAD: the client must have read the line before the next line of kind APART is
 * written
 * @MCP_CLI_PLACE_APART: the client must not read the line together with a line of kind AHEAD
 *
 * Some clients handle a notification after a response that they read together with it, and so lose
 * the last progress of a call. Only a client that does not read for a second gets both at once.
 */
typedef enum
{
  MCP_CLI_PLACE_ANY,
  MCP_CLI_PLACE_AHEAD,
  MCP_CLI_PLACE_APART,
} McpCliPlace;

typedef struct _McpCliPipe McpCliPipe;

McpCliPipe *
mcp_cli_pipe_new (int in_fd, int out_fd, const McpCliPipeFuncs *funcs, gpointer user_data);
void mcp_cli_pipe_start (McpCliPipe *self);
void mcp_cli_pipe_write (McpCliPipe *self, GBytes *message, McpCliPlace place);
void mcp_cli_pipe_free (McpCliPipe *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliPipe, mcp_cli_pipe_free)

G_END_DECLS

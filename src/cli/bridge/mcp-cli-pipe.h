/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliPipeFuncs:
 * @line: a line came
 * @ended: the input has ended
 * @broken: nobody reads the output any more
 *
 * What is told, on the main context.
 */
typedef struct
{
  void (*line) (GBytes *line, gpointer user_data);
  void (*ended) (gpointer user_data);
  void (*broken) (gpointer user_data);
} McpCliPipeFuncs;

/**
 * McpCliPlace:
 * @MCP_CLI_PLACE_ANY: it may be read together with any
 * @MCP_CLI_PLACE_AHEAD: it must have been read when the next that is apart is written
 * @MCP_CLI_PLACE_APART: it must not be read together with one ahead of it
 *
 * Some clients handle a notification after a response that they read together with
 * it, and so lose the last word on a call that has ended. Only a reader that does not
 * read for a second gets both at once.
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

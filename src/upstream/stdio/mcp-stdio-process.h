/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-jsonrpc.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define MCP_TYPE_STDIO_PROCESS (mcp_stdio_process_get_type ())
G_DECLARE_FINAL_TYPE (McpStdioProcess, mcp_stdio_process, MCP, STDIO_PROCESS, GObject)

/* What may wait for a server that does not read; the request of a client has at most a few MiB. */
#define MCP_STDIO_PROCESS_MAX_QUEUED_MIB 64

/**
 * McpStdioProcessOptions:
 * @server: its name, for messages
 * @keeper_path: the keeper's program
 * @cgroup: (nullable): directory of a control group in which to make one for it
 * @argv: the command; ${…} expanded
 * @environment: all of the process's environment
 * @cwd: its working directory
 * @max_message_bytes: of one line
 * @max_log_lines_per_second: of standard error
 * @stop_grace_ms: from the end of its input to SIGTERM
 * @kill_grace_ms: from SIGTERM to SIGKILL
 */
typedef struct
{
  const char *server;
  const char *keeper_path;
  const char *cgroup;
  const char *const *argv;
  const char *const *environment;
  const char *cwd;
  gsize max_message_bytes;
  guint max_log_lines_per_second;
  guint stop_grace_ms;
  guint kill_grace_ms;
} McpStdioProcessOptions;

/**
 * McpStdioProcessFuncs:
 * @spoke: once: its first byte has come, on whichever output
 * @line: a line of its standard error, as in #McpStderrLogFuncs
 * @message: the process said something
 * @malformed: a line was no message; its id where that could be read, as JSON
 * @exited: once and last: nothing of the process is left, and all that it said has been told; @how
 *   completes "server X "
 */
typedef struct
{
  void (*spoke) (gpointer user_data);
  void (*line) (const char *text, gpointer user_data);
  void (*message) (McpJsonrpcMessage *message, gpointer user_data);
  void (*malformed) (const char *id, const GError *error, gpointer user_data);
  void (*exited) (const char *how, gpointer user_data);
} McpStdioProcessFuncs;

McpStdioProcess *mcp_stdio_process_new (const McpStdioProcessOptions *options,
                                        const McpStdioProcessFuncs *funcs,
                                        gpointer user_data,
                                        GError **error);
int mcp_stdio_process_get_pid (McpStdioProcess *self);
gboolean mcp_stdio_process_send (McpStdioProcess *self, GBytes *message);
void mcp_stdio_process_stop (McpStdioProcess *self);
void mcp_stdio_process_kill (McpStdioProcess *self);
char *mcp_stdio_process_dup_reason (McpStdioProcess *self);

G_END_DECLS

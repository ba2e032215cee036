/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"
#include "cli/terminal/mcp-cli-keys.h"

G_BEGIN_DECLS

typedef enum
{
  MCP_CLI_WATCHER_BARS,  /* drawn again and again on a terminal */
  MCP_CLI_WATCHER_LINES, /* one for each event */
  MCP_CLI_WATCHER_JSON,  /* one for each event, as it came */
} McpCliWatcherMode;

/* No event will come any more. @error is %NULL if the session has ended, and
 * %G_IO_ERROR_BROKEN_PIPE if nobody reads the output. */
typedef void (*McpCliWatcherEnded) (const GError *error, gpointer user_data);

typedef struct _McpCliWatcher McpCliWatcher;

McpCliWatcher *mcp_cli_watcher_new (McpCliConnection *connection,
                                    const McpCliSession *session,
                                    int fd,
                                    McpCliWatcherMode mode);
void mcp_cli_watcher_want_kept (McpCliWatcher *self);
void mcp_cli_watcher_start (McpCliWatcher *self, McpCliWatcherEnded ended, gpointer user_data);
gboolean mcp_cli_watcher_take_key (McpCliWatcher *self, McpCliKey key);
void mcp_cli_watcher_resized (McpCliWatcher *self);
void mcp_cli_watcher_continued (McpCliWatcher *self);
void mcp_cli_watcher_free (McpCliWatcher *self);
McpCliWatcherMode mcp_cli_watcher_mode_for (int fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliWatcher, mcp_cli_watcher_free)

G_END_DECLS

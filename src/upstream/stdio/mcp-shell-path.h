/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The PATH of the user's login shell. The daemon has the short PATH of its service manager;
 * programs of nvm, asdf, mise or pyenv are in the shell's alone. Editors ask the shell in the same
 * way.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

/* Set in the shell, so that a start-up file that calls mcp-session does not wait for itself. */
#define MCP_SHELL_PATH_MARKER "MCP_SESSIOND_ASKS_PATH"

void mcp_shell_path_ask_async (GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
char *mcp_shell_path_ask_finish (GAsyncResult *result, GError **error);

G_END_DECLS

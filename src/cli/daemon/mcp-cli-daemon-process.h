/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

int mcp_cli_daemon_process_get_pid (McpCliConnection *connection, GError **error);
gboolean mcp_cli_daemon_process_stop (int pid, GError **error);
char *mcp_cli_daemon_process_dup_starter (int pid);
char *mcp_cli_daemon_process_dup_variable (int pid, const char *name);
guint64 mcp_cli_daemon_process_get_memory (int pid);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpProcessFoundFunc:
 * @pid: the process that somebody looked for; 0: not known
 */
typedef void (*McpProcessFoundFunc) (pid_t pid, gpointer user_data);

char *mcp_process_dup_cwd (pid_t pid);
char *mcp_process_dup_name (pid_t pid);
gboolean mcp_process_is_bridge (pid_t pid);
void mcp_process_find_sockets (GHashTable *owners);

G_END_DECLS

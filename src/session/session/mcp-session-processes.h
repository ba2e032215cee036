/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpSessionProcesses:
 *
 * The processes that use a session which nobody asked for, so that the session can end soon after
 * them. A number of a process alone says little, since the kernel uses it again: a process is known
 * by its number and the time of its start, and watched by a descriptor. Main context only.
 */
typedef struct _McpSessionProcesses McpSessionProcesses;

McpSessionProcesses *mcp_session_processes_new (void);
void mcp_session_processes_free (McpSessionProcesses *self);
void mcp_session_processes_note (McpSessionProcesses *self, pid_t pid, gboolean has_stream);
gboolean mcp_session_processes_has (McpSessionProcesses *self, pid_t pid);
gboolean mcp_session_processes_have_ended (McpSessionProcesses *self, gint64 *ended_at);
char *mcp_session_processes_to_json (McpSessionProcesses *self);
gboolean mcp_session_processes_restore (McpSessionProcesses *self, const char *json);
char *mcp_session_processes_dup_boot_id (void);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpProcessUsage:
 * @n_processes: how many processes
 * @memory: resident memory in bytes, what they share counted for each
 * @cpu_seconds: time on a processor, that of ended and waited-for children included
 *
 * What a process and all that it started take.
 */
typedef struct
{
  guint n_processes;
  guint64 memory;
  double cpu_seconds;
} McpProcessUsage;

/**
 * McpProcessKin:
 * @MCP_PROCESS_STRANGER: the process does not descend from the other one
 * @MCP_PROCESS_BELOW: the process descends from the other one
 * @MCP_PROCESS_UNKNOWN: the process has gone, or the kernel does not tell
 *
 * How a process stands to another one.
 */
typedef enum
{
  MCP_PROCESS_STRANGER,
  MCP_PROCESS_BELOW,
  MCP_PROCESS_UNKNOWN,
} McpProcessKin;

void mcp_process_tree_measure (const pid_t *roots, gsize n_roots, McpProcessUsage *usages);
McpProcessKin mcp_process_tree_get_kin (pid_t pid, pid_t ancestor);
pid_t mcp_process_tree_get_parent (pid_t pid);

G_END_DECLS

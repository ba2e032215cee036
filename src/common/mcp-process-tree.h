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

void mcp_process_tree_measure (const pid_t *roots, gsize n_roots, McpProcessUsage *usages);

G_END_DECLS

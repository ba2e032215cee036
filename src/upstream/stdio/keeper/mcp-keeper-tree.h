/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* One process as /proc/PID/stat showed it. */
typedef struct
{
  pid_t pid;
  pid_t parent;
  pid_t group;
  char state;
  unsigned long long started; /* clock ticks since boot: with pid the process's identity */
  bool known;                 /* is_ours is final */
  bool is_ours;
} McpKeeperProcess;

/* All processes at about one moment; the memory is kept from one look to the next. */
typedef struct
{
  McpKeeperProcess *processes; /* (owned): sorted by pid */
  size_t n_processes;
  size_t n_allocated;
} McpKeeperTree;

typedef struct
{
  size_t n_running; /* neither stopped nor dead when looked at */
  size_t n_reached; /* took the signal */
  size_t n_refused; /* may not be signalled by us: another user's, by a set-user-id program */
} McpKeeperCount;

unsigned long long mcp_keeper_tree_get_ticks_before (void);
McpKeeperCount
mcp_keeper_tree_signal (McpKeeperTree *self, int signal_number, unsigned long long since);
void mcp_keeper_tree_clear (McpKeeperTree *self);

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
} KeeperProcess;

/* All processes at about one moment; the memory is kept from one look to the next. */
typedef struct
{
  KeeperProcess *processes; /* (owned): sorted by pid */
  size_t n_processes;
  size_t n_allocated;
} KeeperTree;

typedef struct
{
  size_t n_running; /* neither stopped nor dead when looked at */
  size_t n_reached; /* took the signal */
  size_t n_refused; /* may not be signalled by us: another user's, by a set-user-id program */
} KeeperCount;

unsigned long long keeper_tree_get_ticks_before (void);
KeeperCount keeper_tree_signal (KeeperTree *self, int signal_number, unsigned long long since);
void keeper_tree_clear (KeeperTree *self);

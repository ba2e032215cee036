/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who descends from this process? /proc/PID/task/TID/children would say so, but
 * is an option of the kernel that some leave out, and is exact only for stopped
 * processes. The parents in /proc/PID/stat are always there. One look is no
 * atomic picture: the caller looks again until waitpid() finds no child, which
 * for a subreaper means no descendant.
 */
#include "mcp-keeper-tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* pid, comm (at most 64 bytes for kernel threads) and 50 numbers of up to 20 digits: proc(5) */
#define STAT_BYTES 2048

static bool
read_process (pid_t pid, McpKeeperProcess *process)
{
  char path[32];
  char text[STAT_BYTES];
  const char *fields;
  ssize_t length;
  int parent;
  int group;
  int fd;

  snprintf (path, sizeof path, "/proc/%d/stat", (int) pid);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  length = read (fd, text, sizeof text - 1);
  close (fd);
  if (length <= 0)
    return false;
  text[length] = '\0';

  /* The name may hold any byte, parentheses and line ends too: what counts follows the last one. */
  fields = strrchr (text, ')');
  if (fields == NULL)
    return false;

  memset (process, 0, sizeof *process);
  process->pid = pid;
  /* Fields 3 to 5, and 22: proc(5). */
  if (sscanf (fields,
              ") %c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
              &process->state, &parent, &group, &process->started) != 4)
    return false;
  process->parent = parent;
  process->group = group;
  return true;
}

static bool
append_process (McpKeeperTree *self, const McpKeeperProcess *process)
{
  if (self->n_processes == self->n_allocated)
    {
      size_t n = self->n_allocated > 0 ? self->n_allocated * 2 : 256;
      McpKeeperProcess *larger = realloc (self->processes, n * sizeof *larger);

      if (larger == NULL)
        return false;
      self->processes = larger;
      self->n_allocated = n;
    }
  self->processes[self->n_processes++] = *process;
  return true;
}

static int
compare_processes (const void *a, const void *b)
{
  const McpKeeperProcess *first = a;
  const McpKeeperProcess *second = b;

  return (first->pid > second->pid) - (first->pid < second->pid);
}

static McpKeeperProcess *
find_process (McpKeeperTree *self, pid_t pid)
{
  const McpKeeperProcess key = { .pid = pid };

  if (self->n_processes == 0)
    return NULL;
  return bsearch (&key, self->processes, self->n_processes, sizeof key, compare_processes);
}

/* A list cut short by lack of memory still names processes to end; the next look finds others. */
static void
read_all (McpKeeperTree *self)
{
  DIR *proc = opendir ("/proc");
  struct dirent *entry;

  self->n_processes = 0;
  if (proc == NULL)
    return;

  while ((entry = readdir (proc)) != NULL)
    {
      McpKeeperProcess process;
      char *end;
      long pid = strtol (entry->d_name, &end, 10);

      if (pid <= 0 || *end != '\0' || !read_process ((pid_t) pid, &process))
        continue;
      if (!append_process (self, &process))
        break;
    }
  closedir (proc);
  if (self->n_processes > 0)
    qsort (self->processes, self->n_processes, sizeof *self->processes, compare_processes);
}

/* Follows the parents up to a process whose answer is known, then notes the answer along the way.
 * The list is no atomic picture, so that its parents may even form a ring. */
static bool
is_descendant (McpKeeperTree *self, McpKeeperProcess *process)
{
  McpKeeperProcess *above = process;
  bool is_ours;

  for (size_t n_steps = 0; above != NULL && !above->known; n_steps++)
    above = n_steps < self->n_processes ? find_process (self, above->parent) : NULL;
  is_ours = above != NULL && above->is_ours;

  for (above = process; above != NULL && !above->known; above = find_process (self, above->parent))
    {
      above->known = true;
      above->is_ours = is_ours;
    }
  return is_ours;
}

/* A handle is taken before the identity is checked, so that a number that was given to another
 * process meanwhile is never signalled. */
static int
signal_process (const McpKeeperProcess *process, int signal_number)
{
  McpKeeperProcess now;
  int result = -1;
  int fd = (int) syscall (SYS_pidfd_open, process->pid, 0);

  if (fd < 0)
    return -1;

  if (!read_process (process->pid, &now) || now.started != process->started)
    errno = ESRCH;
  else
    result = (int) syscall (SYS_pidfd_send_signal, fd, signal_number, NULL, 0);

  if (result < 0)
    {
      int saved_errno = errno;

      close (fd);
      errno = saved_errno;
    }
  else
    close (fd);
  return result;
}

/*
 * Only the signal to a process group is atomic against fork(), so that nobody
 * escapes by being born. We lead a session of our own: what is in the groups of
 * our descendants descends from us, but for our own group.
 */
static void
signal_group (const McpKeeperProcess *process, int signal_number)
{
  if (process->group > 1 && process->group != getpgrp () && getsid (0) == getpid ())
    kill (-process->group, signal_number);
}

/*
 * A moment ago, as McpKeeperProcess.started counts: what is younger may have missed
 * a signal just sent. A shell's child still has the shell's handlers between
 * fork() and exec(), and forgets there what they saw.
 */
unsigned long long
mcp_keeper_tree_get_ticks_before (void)
{
  struct timespec now;
  unsigned long long per_second = (unsigned long long) sysconf (_SC_CLK_TCK);
  unsigned long long ticks;

  clock_gettime (CLOCK_BOOTTIME, &now);
  ticks = (unsigned long long) now.tv_sec * per_second +
          (unsigned long long) now.tv_nsec * per_second / 1000000000;
  return ticks > per_second / 2 ? ticks - per_second / 2 : 0;
}

/*
 * Sends a signal to every descendant of this process that was started at @since
 * or later: SIGTERM to each process, with SIGCONT, since a stopped one would not
 * see it; other signals also to the groups.
 */
McpKeeperCount
mcp_keeper_tree_signal (McpKeeperTree *self, int signal_number, unsigned long long since)
{
  McpKeeperCount count = { 0 };
  McpKeeperProcess *keeper;

  read_all (self);
  keeper = find_process (self, getpid ());
  if (keeper == NULL)
    return count;
  keeper->known = true;
  keeper->is_ours = true;

  for (size_t i = 0; i < self->n_processes; i++)
    {
      McpKeeperProcess *process = &self->processes[i];

      if (process == keeper || process->started < since || !is_descendant (self, process))
        continue;

      if (strchr ("TZX", process->state) == NULL)
        count.n_running++;
      if (signal_number != SIGTERM)
        signal_group (process, signal_number);

      if (signal_process (process, signal_number) == 0)
        count.n_reached++;
      else if (errno == EPERM)
        count.n_refused++;
      if (signal_number == SIGTERM)
        signal_process (process, SIGCONT);
    }
  return count;
}

void
mcp_keeper_tree_clear (McpKeeperTree *self)
{
  free (self->processes);
  memset (self, 0, sizeof *self);
}

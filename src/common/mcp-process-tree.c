/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What processes take, together with their descendants. One pass over /proc
 * gives all of them; the kernel's list of a process' children would have to be
 * asked for each of its threads.
 */
#include "common/mcp-process-tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_ROOT      (-1)
#define UNKNOWN_ROOT (-2)

/* Deeper than any tree of processes that somebody made on purpose. */
#define MAX_GENERATIONS 1000

typedef struct
{
  pid_t pid;
  pid_t parent;
  int root; /* index of the root it descends from, or one of the above */
  guint64 ticks;
  guint64 pages;
} Process;

/* proc(5), /proc/pid/stat: the name may hold anything, so that the fields are counted from its end.
 */
static gboolean
parse_stat (char *text, Process *process)
{
  enum
  {
    PARENT = 4,
    USER_TIME = 14,
    SYSTEM_TIME = 15,
    CHILDREN_USER_TIME = 16,
    CHILDREN_SYSTEM_TIME = 17,
    RESIDENT = 24,
  };
  char *end = strrchr (text, ')');
  char *rest = NULL;
  char *field;
  guint number = 3;

  if (end == NULL)
    return FALSE;

  for (field = strtok_r (end + 1, " ", &rest); field != NULL && number <= RESIDENT;
       field = strtok_r (NULL, " ", &rest), number++)
    switch (number)
      {
      case PARENT:
        process->parent = (pid_t) g_ascii_strtoll (field, NULL, 10);
        break;
      case USER_TIME:
      case SYSTEM_TIME:
      case CHILDREN_USER_TIME:
      case CHILDREN_SYSTEM_TIME:
        process->ticks += g_ascii_strtoull (field, NULL, 10);
        break;
      case RESIDENT:
        process->pages = g_ascii_strtoull (field, NULL, 10);
        return TRUE;
      default:
        break;
      }
  return FALSE;
}

static gboolean
read_process (int proc_fd, const char *name, Process *process)
{
  char file[32];
  char text[1024];
  ssize_t length;
  int fd;

  g_snprintf (file, sizeof file, "%s/stat", name);
  fd = openat (proc_fd, file, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return FALSE;
  length = read (fd, text, sizeof text - 1);
  close (fd);
  if (length <= 0)
    return FALSE;

  text[length] = '\0';
  *process = (Process){ .pid = (pid_t) g_ascii_strtoll (name, NULL, 10), .root = UNKNOWN_ROOT };
  return parse_stat (text, process);
}

/* Returns: (transfer full) (element-type Process): all that can be seen, in no order */
static GArray *
read_processes (void)
{
  GArray *processes = g_array_new (FALSE, FALSE, sizeof (Process));
  DIR *proc = opendir ("/proc");
  struct dirent *entry;

  if (proc == NULL)
    return processes;

  while ((entry = readdir (proc)) != NULL)
    {
      Process process;

      if (g_ascii_isdigit (*entry->d_name) && read_process (dirfd (proc), entry->d_name, &process))
        g_array_append_val (processes, process);
    }
  closedir (proc);
  return processes;
}

static Process *
find (GHashTable *by_pid, pid_t pid)
{
  return g_hash_table_lookup (by_pid, GINT_TO_POINTER (pid));
}

/*
 * Goes up until it is known where a process belongs, and notes that for the whole way. The
 * processes were not all read at one moment: numbers that came into use again could make a circle.
 */
static int
resolve_root (GHashTable *by_pid, Process *process)
{
  Process *above = process;
  int root = NO_ROOT;

  for (guint i = g_hash_table_size (by_pid); i > 0 && above != NULL; i--)
    {
      if (above->root != UNKNOWN_ROOT)
        {
          root = above->root;
          break;
        }
      above = find (by_pid, above->parent);
    }
  for (above = process; above != NULL && above->root == UNKNOWN_ROOT;
       above = find (by_pid, above->parent))
    above->root = root;
  return root;
}

/**
 * mcp_process_tree_measure:
 * @roots: (array length=n_roots): processes; one that has gone, or is 0 or less, takes nothing
 * @n_roots: how many
 * @usages: (out caller-allocates) (array length=n_roots): what each takes
 *
 * Measures processes together with all their descendants. Reads a file of each process of the
 * system, which may take tens of milliseconds: not in the main context's thread. A root that
 * descends from another one counts for itself only.
 */
void
mcp_process_tree_measure (const pid_t *roots, gsize n_roots, McpProcessUsage *usages)
{
  g_autoptr (GArray) processes = read_processes ();
  g_autoptr (GHashTable) by_pid = g_hash_table_new (NULL, NULL);
  const double ticks_per_second = (double) sysconf (_SC_CLK_TCK);
  const guint64 page_size = (guint64) sysconf (_SC_PAGESIZE);

  memset (usages, 0, n_roots * sizeof *usages);
  for (guint i = 0; i < processes->len; i++)
    {
      Process *process = &g_array_index (processes, Process, i);

      g_hash_table_insert (by_pid, GINT_TO_POINTER (process->pid), process);
    }
  for (gsize i = 0; i < n_roots; i++)
    {
      Process *root = roots[i] > 0 ? find (by_pid, roots[i]) : NULL;

      if (root != NULL)
        root->root = (int) i;
    }

  for (guint i = 0; i < processes->len; i++)
    {
      const Process *process = &g_array_index (processes, Process, i);
      int root = resolve_root (by_pid, &g_array_index (processes, Process, i));

      if (root == NO_ROOT)
        continue;
      usages[root].n_processes++;
      usages[root].memory += process->pages * page_size;
      usages[root].cpu_seconds += (double) process->ticks / ticks_per_second;
    }
}

/**
 * mcp_process_tree_get_parent:
 * @pid: a process
 *
 * Reads one file of /proc. Any thread.
 *
 * Returns: the process that it descends from, 0 for the first of all; -1: not known
 */
pid_t
mcp_process_tree_get_parent (pid_t pid)
{
  g_autofree char *name = g_strdup_printf ("/proc/%d", (int) pid);
  int proc_fd = pid > 0 ? open (name, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  Process process;
  gboolean is_read;

  if (proc_fd < 0)
    return -1;
  is_read = read_process (proc_fd, ".", &process);
  close (proc_fd);
  return is_read ? process.parent : -1;
}

/**
 * mcp_process_tree_get_kin:
 * @pid: a process; 0 or less: not known
 * @ancestor: another one
 *
 * Goes up from a process, a file of /proc for each step: good for the main context. Any thread.
 *
 * Returns: whether @pid descends from @ancestor; not of itself
 */
McpProcessKin
mcp_process_tree_get_kin (pid_t pid, pid_t ancestor)
{
  /* a circle is possible where numbers come into use again on the way */
  for (guint i = 0; i < MAX_GENERATIONS; i++)
    {
      pid = mcp_process_tree_get_parent (pid);
      if (pid < 0)
        return MCP_PROCESS_UNKNOWN;
      if (pid == ancestor)
        return MCP_PROCESS_BELOW;
      if (pid <= 1)
        return MCP_PROCESS_STRANGER;
    }
  return MCP_PROCESS_UNKNOWN;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-process.h"

#include <limits.h>
#include <unistd.h>

/* The kernel marks the link's target so when the directory was removed: proc(5), /proc/pid/cwd. */
#define DELETED_SUFFIX " (deleted)"

/**
 * mcp_process_dup_cwd:
 * @pid: a process of our own user; 0 or less: none known
 *
 * Where a process works now, as the kernel tells it. The process may have gone
 * and its number may belong to another of the same user: good for a default,
 * not for a decision about rights. Any thread.
 *
 * Returns: (transfer full) (nullable): an absolute path in UTF-8, or %NULL where it cannot be told
 */
char *
mcp_process_dup_cwd (pid_t pid)
{
  g_autofree char *link = NULL;
  char target[PATH_MAX + 1];
  ssize_t length;

  if (pid <= 0)
    return NULL;

  link = g_strdup_printf ("/proc/%d/cwd", (int) pid);
  length = readlink (link, target, PATH_MAX);
  if (length <= 0 || target[0] != '/')
    return NULL;
  target[length] = '\0';

  if (g_str_has_suffix (target, DELETED_SUFFIX) || !g_utf8_validate (target, length, NULL))
    return NULL;
  return g_strdup (target);
}

/**
 * mcp_process_dup_name:
 * @pid: a process; 0 or less: none known
 *
 * The kernel's short name of a process (at most 15 bytes: proc(5), /proc/pid/comm),
 * for people. Any thread.
 *
 * Returns: (transfer full) (nullable): valid UTF-8, or %NULL where it cannot be told
 */
char *
mcp_process_dup_name (pid_t pid)
{
  g_autofree char *file = NULL;
  g_autofree char *name = NULL;

  if (pid <= 0)
    return NULL;

  file = g_strdup_printf ("/proc/%d/comm", (int) pid);
  if (!g_file_get_contents (file, &name, NULL, NULL))
    return NULL;

  g_strchomp (name);
  if (*name == '\0')
    return NULL;
  return g_utf8_make_valid (name, -1);
}

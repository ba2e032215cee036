/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-process.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel marks the link's target so when the directory was removed: proc(5), /proc/pid/cwd. */
#define DELETED_SUFFIX " (deleted)"
/* A look-up that has read so many descriptors goes no further: it is for a default only. */
#define MAX_LINKS      50000

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

static DIR *
open_directory_at (int parent_fd, const char *name)
{
  int fd = openat (parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
  DIR *dir = fd < 0 ? NULL : fdopendir (fd);

  if (dir == NULL && fd >= 0)
    close (fd);
  return dir;
}

/* Whether one of the descriptors of a process leads to the target; counts what it read. */
static gboolean
has_link (int proc_fd, const char *pid, const char *target, guint *n_links)
{
  g_autofree char *name = g_strconcat (pid, "/fd", NULL);
  DIR *dir = open_directory_at (proc_fd, name);
  struct dirent *entry;
  char link[64];
  gboolean found = FALSE;

  if (dir == NULL)
    return FALSE;

  while (!found && *n_links < MAX_LINKS && (entry = readdir (dir)) != NULL)
    {
      ssize_t length = readlinkat (dirfd (dir), entry->d_name, link, sizeof link - 1);

      (*n_links)++;
      if (length <= 0)
        continue;
      link[length] = '\0';
      found = strcmp (link, target) == 0;
    }
  closedir (dir);
  return found;
}

static gboolean
is_candidate (int proc_fd, const char *name)
{
  struct stat status;

  return g_ascii_isdigit (*name) && g_ascii_strtoll (name, NULL, 10) != getpid () &&
         fstatat (proc_fd, name, &status, 0) == 0 && status.st_uid == geteuid ();
}

/**
 * mcp_process_find_socket:
 * @inode: of a socket; 0: none known
 *
 * Which other process of our own user holds a socket. Where several do, the one with the lowest
 * number, which mostly is the one that made it. Reads /proc, a few milliseconds at most: for a
 * default, when one is needed. Any thread.
 *
 * Returns: the process, or 0 where none is found
 */
pid_t
mcp_process_find_socket (guint64 inode)
{
  g_autofree char *target = NULL;
  DIR *proc;
  struct dirent *entry;
  guint n_links = 0;
  pid_t found = 0;

  if (inode == 0)
    return 0;
  proc = opendir ("/proc");
  if (proc == NULL)
    return 0;

  target = g_strdup_printf ("socket:[%" G_GUINT64_FORMAT "]", inode);
  /* The kernel lists processes by ascending number. */
  while (found == 0 && n_links < MAX_LINKS && (entry = readdir (proc)) != NULL)
    if (is_candidate (dirfd (proc), entry->d_name) &&
        has_link (dirfd (proc), entry->d_name, target, &n_links))
      found = (pid_t) g_ascii_strtoll (entry->d_name, NULL, 10);
  closedir (proc);
  return found;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-process.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel marks the link's target so when the directory was removed: proc(5), /proc/pid/cwd. */
#define DELETED_SUFFIX " (deleted)"
/* A search that has read so many descriptors, for half a second, goes no further. */
#define MAX_LINKS      250000

/**
 * mcp_process_dup_cwd:
 * @pid: a process of our own user; 0 or less: none known
 *
 * Where a process works now, as the kernel tells it. The process may have gone
 * and its number may belong to another of the same user: good for a default,
 * not for a decision about rights. Any thread.
 *
 * Returns: (transfer full) (nullable): an absolute path in UTF-8, or %NULL where it cannot be found
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
 * Returns: (transfer full) (nullable): valid UTF-8, or %NULL where it cannot be found
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

/**
 * mcp_process_is_bridge:
 * @pid: a process
 *
 * Whether it is the command `mcp-session stdio`, which stands between a client and the daemon.
 * Reads a file of /proc. Any thread.
 *
 * Returns: whether it is
 */
gboolean
mcp_process_is_bridge (pid_t pid)
{
  g_autofree char *file = g_strdup_printf ("/proc/%d/cmdline", (int) pid);
  g_autofree char *line = NULL;
  g_autofree char *program = NULL;
  gsize length;
  gsize n_first;

  if (!g_file_get_contents (file, &line, &length, NULL))
    return FALSE;
  program = g_path_get_basename (line);
  n_first = strlen (line) + 1;
  return g_str_equal (program, "mcp-session") && n_first < length &&
         g_str_equal (line + n_first, "stdio");
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

/* The number in the link of a socket's descriptor: proc(5), /proc/pid/fd. */
static gboolean
parse_socket (const char *link, guint64 *inode)
{
  char *end;

  if (!g_str_has_prefix (link, "socket:["))
    return FALSE;

  *inode = g_ascii_strtoull (link + strlen ("socket:["), &end, 10);
  return *end == ']';
}

/* What is looked for, until nothing of it is left. */
typedef struct
{
  GHashTable *owners; /* guint64 * -> pid */
  guint n_missing;
  guint n_links;
} Search;

static gboolean
is_search_finished (Search *search)
{
  return search->n_missing == 0 || search->n_links >= MAX_LINKS;
}

static void
note_socket (Search *search, guint64 inode, pid_t pid)
{
  gpointer key, owner;

  if (g_hash_table_lookup_extended (search->owners, &inode, &key, &owner) && owner == NULL)
    {
      g_hash_table_insert (search->owners, key, GINT_TO_POINTER (pid));
      search->n_missing--;
    }
}

static void
search_process (Search *search, int proc_fd, const char *pid)
{
  g_autofree char *name = g_strconcat (pid, "/fd", NULL);
  DIR *dir = open_directory_at (proc_fd, name);
  struct dirent *entry;

  if (dir == NULL)
    return;

  while (!is_search_finished (search) && (entry = readdir (dir)) != NULL)
    {
      char link[64];
      ssize_t length = readlinkat (dirfd (dir), entry->d_name, link, sizeof link - 1);
      guint64 inode;

      search->n_links++;
      if (length <= 0)
        continue;
      link[length] = '\0';
      if (parse_socket (link, &inode))
        note_socket (search, inode, (pid_t) g_ascii_strtoll (pid, NULL, 10));
    }
  closedir (dir);
}

static gboolean
is_candidate (int proc_fd, const char *name)
{
  struct stat status;

  return g_ascii_isdigit (*name) && g_ascii_strtoll (name, NULL, 10) != getpid () &&
         fstatat (proc_fd, name, &status, 0) == 0 && status.st_uid == geteuid ();
}

/**
 * mcp_process_find_sockets:
 * @owners: (element-type guint64 int): inodes of sockets, keys that it does not own, with the
 *   value 0; those that are found get their process as their value
 *
 * Which other processes of our own user hold some sockets. Where several hold one, the one with the
 * lowest number, which mostly is the one that made it. Reads /proc, for some milliseconds where
 * there are many descriptors. Any thread.
 */
void
mcp_process_find_sockets (GHashTable *owners)
{
  Search search = { .owners = owners, .n_missing = g_hash_table_size (owners) };
  DIR *proc = opendir ("/proc");
  struct dirent *entry;

  if (proc == NULL)
    return;

  /* The kernel lists processes by ascending number. */
  while (!is_search_finished (&search) && (entry = readdir (proc)) != NULL)
    if (is_candidate (dirfd (proc), entry->d_name))
      search_process (&search, dirfd (proc), entry->d_name);
  closedir (proc);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The control group that systemd delegates to the service: it takes processes only in groups below
 * it, so the daemon makes one for itself, and leaves room for those of the servers.
 */
#include "daemon/mcpd-cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define OWN_GROUP          "daemon"
/* systemd.resource-control(5), "Delegate="; systemd 251 and later, where the system's manager has
 * started the service. */
#define DELEGATED          "user.delegate"
/* The manager of a user marks no group (systemd 252), so our unit says what it has asked for. */
#define DELEGATED_VARIABLE "MCP_SESSIOND_DELEGATED"

/* cgroups(7): the one line of the version 2 hierarchy is “0::/path”. */
static char *
find_path (const char *cgroups)
{
  g_auto (GStrv) lines = g_strsplit (cgroups, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "0::/"))
      return g_strdup (lines[i] + strlen ("0::"));
  return NULL;
}

/* proc(5), /proc/pid/mountinfo: the fifth field is where, the one after “ - ” the file system. */
static char *
find_mount (const char *mounts)
{
  g_auto (GStrv) lines = g_strsplit (mounts, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", 6);

      if (g_strv_length (fields) == 6 && strstr (fields[5], " - cgroup2 ") != NULL)
        return g_strdup (fields[4]);
    }
  return NULL;
}

/**
 * mcpd_cgroup_find:
 * @cgroups: what /proc/self/cgroup says
 * @mounts: what /proc/self/mountinfo says
 *
 * Returns: (transfer full) (nullable): the directory of this process' control group
 */
char *
mcpd_cgroup_find (const char *cgroups, const char *mounts)
{
  g_autofree char *path = find_path (cgroups);
  g_autofree char *mount = find_mount (mounts);

  return path != NULL && mount != NULL ? g_build_filename (mount, path, NULL) : NULL;
}

static gboolean
is_delegated (const char *directory)
{
  char value[2];

  if (g_strcmp0 (g_getenv (DELEGATED_VARIABLE), "1") == 0)
    return g_str_has_suffix (directory, ".service");
  return getxattr (directory, DELEGATED, value, sizeof value) == 1 && value[0] == '1';
}

static gboolean
move_into (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "cgroup.procs", NULL);
  int fd;
  gboolean moved;

  if (g_mkdir (directory, 0755) < 0 && errno != EEXIST)
    return FALSE;
  fd = open (path, O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return FALSE;
  moved = write (fd, "0", 1) == 1;
  close (fd);
  return moved;
}

/**
 * mcpd_cgroup_enter:
 *
 * Moves this process into a group of its own below the one that was delegated. Before there are
 * processes below it.
 *
 * Returns: (transfer full) (nullable): the directory of the delegated group; %NULL where there is
 *   none
 */
char *
mcpd_cgroup_enter (void)
{
  g_autofree char *cgroups = NULL;
  g_autofree char *mounts = NULL;
  g_autofree char *directory = NULL;
  g_autofree char *own = NULL;

  if (!g_file_get_contents ("/proc/self/cgroup", &cgroups, NULL, NULL) ||
      !g_file_get_contents ("/proc/self/mountinfo", &mounts, NULL, NULL))
    return NULL;
  directory = mcpd_cgroup_find (cgroups, mounts);
  if (directory == NULL || !is_delegated (directory))
    return NULL;

  own = g_build_filename (directory, OWN_GROUP, NULL);
  if (!move_into (own))
    {
      g_info ("%s cannot be entered: %s", own, g_strerror (errno));
      return NULL;
    }
  return g_steal_pointer (&directory);
}

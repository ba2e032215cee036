/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/stdio/mcp-cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define NAME_PREFIX     "upstream-"
#define MAX_TRIES       100
/* A group can be removed as soon as its last process has ended. No event says when that is. */
#define REMOVE_RETRY_MS 250
/* Longer than a keeper takes to end what is below it. */
#define MAX_REMOVALS    120

struct _McpCgroup
{
  char *path;
  guint n_removals;
};

static void
cgroup_free (gpointer data)
{
  McpCgroup *self = data;

  g_free (self->path);
  g_free (self);
}

/**
 * mcp_cgroup_new:
 * @parent: directory of a group that belongs to the daemon
 *
 * Returns: (transfer full) (nullable): a new group in it; %NULL where that cannot be
 */
McpCgroup *
mcp_cgroup_new (const char *parent)
{
  McpCgroup *self;

  /* what an earlier daemon left may have the name */
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autofree char *name = g_strdup_printf (NAME_PREFIX "%08x", g_random_int ());
      g_autofree char *path = g_build_filename (parent, name, NULL);

      if (g_mkdir (path, 0755) == 0)
        {
          self = g_new0 (McpCgroup, 1);
          self->path = g_steal_pointer (&path);
          return self;
        }
      if (errno != EEXIST)
        break;
    }
  g_info ("No control group can be made in %s: %s", parent, g_strerror (errno));
  return NULL;
}

/**
 * mcp_cgroup_get_path:
 * @self: a group
 *
 * Returns: (transfer none): its directory
 */
const char *
mcp_cgroup_get_path (McpCgroup *self)
{
  return self->path;
}

/**
 * mcp_cgroup_kill:
 * @self: a group
 *
 * Ends all that is in it, at once (Linux 5.14, cgroup.kill).
 */
void
mcp_cgroup_kill (McpCgroup *self)
{
  g_autofree char *path = g_build_filename (self->path, "cgroup.kill", NULL);
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd < 0 || write (fd, "1", 1) != 1)
    g_info ("%s cannot be ended: %s", self->path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
}

static gboolean
remove_cb (gpointer user_data)
{
  McpCgroup *self = user_data;

  if (g_rmdir (self->path) == 0 || errno == ENOENT)
    return G_SOURCE_REMOVE;
  if (errno == EBUSY && ++self->n_removals < MAX_REMOVALS)
    return G_SOURCE_CONTINUE;

  mcp_cgroup_kill (self);
  return ++self->n_removals < 2 * MAX_REMOVALS ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/**
 * mcp_cgroup_free:
 * @self: (transfer full): a group
 *
 * Removes it once it is empty; what is still in it after half a minute is killed.
 */
void
mcp_cgroup_free (McpCgroup *self)
{
  g_autoptr (GSource) timer = NULL;

  if (remove_cb (self) == G_SOURCE_REMOVE)
    {
      cgroup_free (self);
      return;
    }
  timer = g_timeout_source_new (REMOVE_RETRY_MS);
  g_source_set_callback (timer, remove_cb, self, cgroup_free);
  g_source_attach (timer, g_main_context_get_thread_default ());
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which files decide what a path leads to. A configuration is often a link into a directory of
 * dotfiles, or into a store that is replaced as a whole: a change of any link on the way, or of the
 * file at its end, changes what is read.
 */
#include "daemon/mcpd-link-chain.h"

#include <string.h>

/* As the kernel (path_resolution(7)) */
#define MAX_LINKS 40

typedef struct
{
  GQueue rest;     /* (element-type utf8) (owned): components that are still to be walked */
  char *directory; /* (owned): where the walk is: without links, "." and ".." */
  GPtrArray *links;
} Walk;

static void
push_components (Walk *self, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (guint i = g_strv_length (parts); i > 0; i--)
    if (parts[i - 1][0] != '\0' && strcmp (parts[i - 1], ".") != 0)
      g_queue_push_head (&self->rest, g_steal_pointer (&parts[i - 1]));
    else
      g_clear_pointer (&parts[i - 1], g_free);
}

static void
set_directory (Walk *self, char *directory)
{
  g_free (self->directory);
  self->directory = directory;
}

static void
take_step (Walk *self)
{
  g_autofree char *name = g_queue_pop_head (&self->rest);
  g_autofree char *at = g_build_filename (self->directory, name, NULL);
  g_autofree char *target = NULL;

  if (strcmp (name, "..") == 0)
    {
      set_directory (self, g_path_get_dirname (self->directory));
      return;
    }
  target = self->links->len < MAX_LINKS ? g_file_read_link (at, NULL) : NULL;
  if (target == NULL)
    {
      set_directory (self, g_steal_pointer (&at));
      return;
    }
  g_ptr_array_add (self->links, g_steal_pointer (&at));
  if (target[0] == '/')
    set_directory (self, g_strdup ("/"));
  push_components (self, target);
}

/**
 * mcpd_link_chain_resolve:
 * @path: absolute; need not exist
 *
 * Blocks; any thread.
 *
 * Returns: (transfer full) (element-type utf8): the links on the way, in their order, then what the
 *   last one leads to
 */
GPtrArray *
mcpd_link_chain_resolve (const char *path)
{
  Walk walk = { .directory = g_strdup ("/"), .links = g_ptr_array_new_with_free_func (g_free) };

  g_queue_init (&walk.rest);
  push_components (&walk, path);
  while (!g_queue_is_empty (&walk.rest))
    take_step (&walk);
  g_ptr_array_add (walk.links, walk.directory);
  return walk.links;
}

/**
 * mcpd_link_chain_equal:
 * @a: a chain
 * @b: another
 *
 * Returns: whether they are the same paths
 */
gboolean
mcpd_link_chain_equal (GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (strcmp (a->pdata[i], b->pdata[i]) != 0)
      return FALSE;
  return TRUE;
}

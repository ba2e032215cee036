/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-dir.h"

#include "mcp-test-await.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

struct _TestDir
{
  char *path;
};

TestDir *
test_dir_new (void)
{
  g_autoptr (GError) error = NULL;
  TestDir *self = g_new0 (TestDir, 1);

  self->path = g_dir_make_tmp ("mcpd-XXXXXX", &error);
  g_assert_no_error (error);
  return self;
}

static int
remove_cb (const char *path, const struct stat *info, int type, struct FTW *where)
{
  return g_remove (path);
}

void
test_dir_free (TestDir *self)
{
  nftw (self->path, remove_cb, 16, FTW_DEPTH | FTW_PHYS);
  g_free (self->path);
  g_free (self);
}

const char *
test_dir_get_path (TestDir *self)
{
  return self->path;
}

char *
test_dir_build (TestDir *self, const char *name)
{
  return g_build_filename (self->path, name, NULL);
}

/* Writes a file with the directories it lies in, and returns its path. */
char *
test_dir_write (TestDir *self, const char *name, const char *text, int mode)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = test_dir_build (self, name);
  g_autofree char *directory = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
  return g_steal_pointer (&path);
}

void
test_await (const gboolean *done, const char *what)
{
  gint64 deadline = mcp_test_await_begin ();

  while (!*done)
    mcp_test_await_step (deadline, what);
}

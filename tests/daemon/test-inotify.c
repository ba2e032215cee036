/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-inotify.h"
#include "test-dir.h"

#include <glib/gstdio.h>

typedef struct
{
  TestDir *dir;
  McpdInotify *inotify;
  gboolean changed;
  gboolean other_changed;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = test_dir_new ();
  f->inotify = mcpd_inotify_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mcpd_inotify_unref (f->inotify);
  test_dir_free (f->dir);
}

static void
changed_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static McpdWatch *
watch_directory (Fixture *f, const char *name, gboolean *changed)
{
  g_autofree char *path = test_dir_build (f->dir, name);
  g_autoptr (GError) error = NULL;
  McpdWatch *watch = mcpd_inotify_watch_directory (f->inotify, path, changed_cb, changed, &error);

  g_assert_no_error (error);
  return watch;
}

static void
make_directory (Fixture *f, const char *name)
{
  g_autofree char *path = test_dir_build (f->dir, name);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
}

/* A path that is not there comes by and by, and each new file is told. */
static void
await_file (Fixture *f, const char *name)
{
  f->changed = FALSE;
  g_free (test_dir_write (f->dir, name, "text", 0600));
  test_await (&f->changed, name);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
may_sleep_for_ever (void)
{
  GMainContext *context = g_main_context_default ();
  GPollFD fds[8];
  int priority, timeout_ms;

  settle ();
  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  g_main_context_query (context, priority, &timeout_ms, fds, G_N_ELEMENTS (fds));
  g_main_context_release (context);
  return timeout_ms == -1;
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  g_autoptr (McpdWatch) watch = watch_directory (f, "a/b/c", &f->changed);

  g_test_summary ("A directory that is missing is seen when it appears, one part after the other, "
                  "and nothing looks for it meanwhile");
  g_assert_true (may_sleep_for_ever ());
  make_directory (f, "a");
  test_await (&f->changed, "the first part");
  make_directory (f, "a/b");
  settle ();
  g_assert_true (may_sleep_for_ever ());
  make_directory (f, "a/b/c");
  settle ();
  await_file (f, "a/b/c/file");
}

static void
test_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr (McpdWatch) watch = watch_directory (f, "a/b/c", &f->changed);

  g_test_summary ("A path that is made as a whole is watched to its end");
  make_directory (f, "a/b/c");
  test_await (&f->changed, "the path");
  settle ();
  await_file (f, "a/b/c/file");
}

static void
test_removed (Fixture *f, gconstpointer data)
{
  g_autofree char *path = test_dir_build (f->dir, "a/b");
  g_autofree char *aside = test_dir_build (f->dir, "a/aside");
  g_autoptr (McpdWatch) watch = NULL;

  g_test_summary ("A directory that is removed or moved away is watched again when it comes back");
  make_directory (f, "a/b");
  watch = watch_directory (f, "a/b", &f->changed);
  g_assert_cmpint (g_rmdir (path), ==, 0);
  test_await (&f->changed, "the removal");
  settle ();
  make_directory (f, "a/b");
  settle ();
  await_file (f, "a/b/one");

  f->changed = FALSE;
  g_assert_cmpint (g_rename (path, aside), ==, 0);
  test_await (&f->changed, "the move");
  make_directory (f, "a/b");
  settle ();
  await_file (f, "a/b/two");
}

static void
test_shared (Fixture *f, gconstpointer data)
{
  g_autoptr (McpdWatch) all = watch_directory (f, ".", &f->changed);
  g_autofree char *path = test_dir_build (f->dir, "./one");
  g_autoptr (GError) error = NULL;
  McpdWatch *one =
      mcpd_inotify_watch_file (f->inotify, path, changed_cb, &f->other_changed, &error);

  g_test_summary ("Who watches one file hears of that file alone; the end of one watch of a "
                  "directory leaves the others");
  g_assert_no_error (error);
  await_file (f, "two");
  g_assert_false (f->other_changed);
  await_file (f, "one");
  g_assert_true (f->other_changed);

  mcpd_inotify_watch_free (one);
  f->other_changed = FALSE;
  await_file (f, "one");
  g_assert_false (f->other_changed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/daemon/inotify/missing", Fixture, NULL, set_up, test_missing, tear_down);
  g_test_add ("/daemon/inotify/at-once", Fixture, NULL, set_up, test_at_once, tear_down);
  g_test_add ("/daemon/inotify/removed", Fixture, NULL, set_up, test_removed, tear_down);
  g_test_add ("/daemon/inotify/shared", Fixture, NULL, set_up, test_shared, tear_down);
  return g_test_run ();
}

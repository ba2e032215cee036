/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-directories.h"
#include "daemon/mcpd-link-chain.h"
#include "daemon/mcpd-trusted-file.h"
#include "daemon/mcpd-watched-file.h"
#include "test-dir.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Any uid but ours; only root can give files away. */
#define OTHER_UID 12345

static guint
mode_of (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_lstat (path, &info), ==, 0);
  return info.st_mode & 07777;
}

static void
test_runtime_made (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *base = test_dir_build (dir, "a/b");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = mcpd_directories_prepare_runtime (base, &error);
  g_autofree char *again = NULL;

  g_test_summary ("The runtime directory is made private, and narrowed where it was not");
  g_assert_no_error (error);
  g_assert_cmphex (mode_of (path), ==, 0700);

  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  again = mcpd_directories_prepare_runtime (base, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, path);
  g_assert_cmphex (mode_of (path), ==, 0700);
}

static void
test_state_made (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *base = test_dir_build (dir, "state");
  g_autofree char *link = test_dir_build (dir, "link/mcp-sessiond");
  g_autofree char *other = test_dir_build (dir, "link");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = mcpd_directories_prepare_state (base, &error);

  g_test_summary ("So is the directory of what is remembered; a link in its place is refused");
  g_assert_no_error (error);
  g_assert_cmphex (mode_of (path), ==, 0700);
  g_assert_cmpint (g_mkdir (other, 0700), ==, 0);
  g_assert_cmpint (symlink (path, link), ==, 0);
  g_assert_null (mcpd_directories_prepare_state (other, &error));
  g_assert_nonnull (strstr (error->message, link));
}

static void
test_runtime_refused (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *link = test_dir_build (dir, "mcp-sessiond");
  g_autofree char *file = test_dir_write (dir, "other/mcp-sessiond", "", 0600);
  g_autofree char *other = test_dir_build (dir, "other");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A link or a file in the directory's place is refused");
  g_assert_cmpint (symlink (other, link), ==, 0);
  g_assert_null (mcpd_directories_prepare_runtime (test_dir_get_path (dir), &error));
  g_assert_nonnull (strstr (error->message, link));
  g_clear_error (&error);

  g_assert_null (mcpd_directories_prepare_runtime (other, &error));
  g_assert_nonnull (strstr (error->message, file));
}

static void
test_runtime_foreign (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *base = test_dir_build (dir, "base");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Another user's runtime directory is refused");
  if (geteuid () != 0)
    {
      g_test_skip ("only root can make a directory of another user");
      return;
    }
  g_assert_cmpint (g_mkdir (base, 0700), ==, 0);
  g_assert_cmpint (chown (base, OTHER_UID, OTHER_UID), ==, 0);
  g_assert_null (mcpd_directories_prepare_runtime (base, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

static void
test_trusted_read (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_write (dir, "config/a", "hello", 0644);
  g_autofree char *link = test_dir_build (dir, "config/link");
  g_autofree char *missing = test_dir_build (dir, "config/missing");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = mcpd_trusted_file_read (path, &error);
  g_autoptr (GBytes) linked = NULL;

  g_test_summary ("A file that only the user can write is read, by a link too");
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents), "hello", 5);

  g_assert_cmpint (symlink (path, link), ==, 0);
  linked = mcpd_trusted_file_read (link, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (linked, contents));

  g_assert_null (mcpd_trusted_file_read (missing, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_trusted_empty (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_write (dir, "config/a", "", 0644);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = mcpd_trusted_file_read (path, &error);

  g_test_summary ("What an empty file has is a text without characters");
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (contents), ==, 0);
  g_assert_cmpstr (g_bytes_get_data (contents, NULL), ==, "");
}

static void
assert_refused (const char *path, const char *named)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mcpd_trusted_file_read (path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  if (strstr (error->message, named) == NULL)
    g_error ("“%s” does not name %s", error->message, named);
}

static void
test_trusted_writable (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *group = test_dir_write (dir, "config/group", "", 0660);
  g_autofree char *others = test_dir_write (dir, "config/others", "", 0602);
  g_autofree char *inside = test_dir_write (dir, "open/inside", "", 0600);
  g_autofree char *open = test_dir_build (dir, "open");
  g_autofree char *link = test_dir_build (dir, "config/link");

  g_test_summary ("A file that others can write or replace is refused, by a link too");
  assert_refused (group, group);
  assert_refused (others, others);

  g_assert_cmpint (g_chmod (open, 0777), ==, 0);
  assert_refused (inside, open);
  g_assert_cmpint (symlink (inside, link), ==, 0);
  assert_refused (link, open);
}

static void
test_trusted_parents (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_write (dir, "home/config/mcp-sessiond/a", "hello", 0600);
  g_autofree char *home = test_dir_build (dir, "home");
  g_autofree char *link = test_dir_build (dir, "link");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = NULL;

  g_test_summary ("A directory above that others can write to is refused, but for a sticky one");
  g_assert_cmpint (symlink (path, link), ==, 0);
  g_assert_cmpint (g_chmod (home, 0777), ==, 0);
  assert_refused (path, home);
  assert_refused (link, home);
  g_assert_cmpint (g_chmod (home, 0770), ==, 0);
  assert_refused (path, home);

  g_assert_cmpint (g_chmod (home, 01777), ==, 0);
  contents = mcpd_trusted_file_read (path, &error);
  g_assert_no_error (error);
  if (geteuid () != 0)
    return;
  g_assert_cmpint (chown (home, OTHER_UID, OTHER_UID), ==, 0);
  assert_refused (path, home);
}

static void
test_trusted_store_of_root (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = mcpd_trusted_file_read ("/etc/passwd", &error);

  g_test_summary ("A file that root wrote is used");
  g_assert_no_error (error);
  g_assert_nonnull (contents);
}

static void
test_trusted_foreign (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_write (dir, "config/a", "", 0600);

  g_test_summary ("A file of another user is refused");
  if (geteuid () != 0)
    {
      g_test_skip ("only root can make a file of another user");
      return;
    }
  g_assert_cmpint (chown (path, OTHER_UID, OTHER_UID), ==, 0);
  assert_refused (path, "12345");
}

static void
test_trusted_odd (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *fifo = test_dir_build (dir, "fifo");
  g_autofree char *big = test_dir_build (dir, "big");
  g_autofree char *text = g_strnfill (4 * 1024 * 1024 + 1, ' ');
  g_autoptr (GError) error = NULL;

  g_test_summary ("A FIFO does not hold the reader up, and a huge file is not read whole");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_null (mcpd_trusted_file_read (fifo, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);

  g_assert_null (mcpd_trusted_file_read (test_dir_get_path (dir), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);

  g_free (test_dir_write (dir, "big", text, 0600));
  g_assert_null (mcpd_trusted_file_read (big, &error));
  g_assert_nonnull (strstr (error->message, big));
}

typedef struct
{
  gboolean seen;
  char *text; /* what was read last; NULL: no file */
  GError *error;
} Seen;

static void
changed_cb (McpdWatchedFile *file, GBytes *contents, GError *error, gpointer user_data)
{
  Seen *seen = user_data;

  seen->seen = TRUE;
  g_clear_pointer (&seen->text, g_free);
  g_clear_error (&seen->error);
  if (contents != NULL)
    seen->text = g_strndup (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents));
  if (error != NULL)
    seen->error = g_error_copy (error);
}

static void
await_change (Seen *seen, const char *what)
{
  test_await (&seen->seen, what);
  seen->seen = FALSE;
}

static void
test_watched (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_build (dir, "file");
  g_autofree char *other = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpdInotify) inotify = mcpd_inotify_new ();
  McpdWatchedFile *file = mcpd_watched_file_new (inotify, path);
  Seen seen = { 0 };

  g_test_summary ("Making, replacing, spoiling and removing a file are each seen");
  g_signal_connect (file, "changed", G_CALLBACK (changed_cb), &seen);
  g_assert_true (mcpd_watched_file_watch (file, &error));
  g_assert_no_error (error);

  g_free (test_dir_write (dir, "file", "one", 0600));
  await_change (&seen, "a new file");
  g_assert_cmpstr (seen.text, ==, "one");

  other = test_dir_write (dir, "file.new", "two", 0600);
  g_assert_cmpint (g_rename (other, path), ==, 0);
  await_change (&seen, "a file moved over it");
  g_assert_cmpstr (seen.text, ==, "two");

  g_assert_cmpint (g_chmod (path, 0666), ==, 0);
  await_change (&seen, "a file that others can write");
  g_assert_error (seen.error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);

  g_assert_cmpint (g_unlink (path), ==, 0);
  await_change (&seen, "no file");
  g_assert_null (seen.text);
  g_assert_no_error (seen.error);

  g_assert_finalize_object (file);
}

static void
replace_link (const char *path, const char *target)
{
  g_autofree char *next = g_strconcat (path, ".next", NULL);

  g_assert_cmpint (symlink (target, next), ==, 0);
  g_assert_cmpint (g_rename (next, path), ==, 0);
}

static void
test_watched_links (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *first = test_dir_write (dir, "store-1/sub/file", "one", 0400);
  g_autofree char *second = test_dir_write (dir, "store-2/sub/file", "two", 0600);
  g_autofree char *current = test_dir_build (dir, "current");
  g_autofree char *path = test_dir_build (dir, "file");
  g_autoptr (GError) error = NULL;
  g_autoptr (McpdInotify) inotify = mcpd_inotify_new ();
  McpdWatchedFile *file = mcpd_watched_file_new (inotify, path);
  Seen seen = { 0 };

  g_test_summary ("A file behind links is seen when a link on the way changes, or the file itself");
  g_assert_cmpint (symlink ("store-1/sub", current), ==, 0);
  g_assert_cmpint (symlink ("current/file", path), ==, 0);
  g_signal_connect (file, "changed", G_CALLBACK (changed_cb), &seen);
  g_assert_true (mcpd_watched_file_watch (file, &error));
  g_assert_no_error (error);

  replace_link (current, "store-2/sub");
  await_change (&seen, "a directory's link that leads elsewhere");
  g_assert_cmpstr (seen.text, ==, "two");
  g_free (test_dir_write (dir, "store-2/sub/file", "three", 0600));
  await_change (&seen, "another text behind the links");
  g_assert_cmpstr (seen.text, ==, "three");
  replace_link (path, first);
  await_change (&seen, "the file's own link that leads elsewhere");
  g_assert_cmpstr (seen.text, ==, "one");

  g_assert_finalize_object (file);
  g_free (seen.text);
}

static void
test_link_chain (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *loop = test_dir_build (dir, "loop");
  g_autofree char *up = test_dir_build (dir, "up");
  g_autofree char *through = test_dir_build (dir, "up/../x");
  g_autoptr (GPtrArray) looped = NULL;
  g_autoptr (GPtrArray) chain = NULL;

  g_test_summary ("A loop of links has an end, and “..” after a link is that of its target");
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  looped = mcpd_link_chain_resolve (loop);
  g_assert_cmpuint (looped->len, <, 100);
  g_assert_cmpint (symlink ("/usr/lib", up), ==, 0);
  chain = mcpd_link_chain_resolve (through);
  g_assert_cmpstr (chain->pdata[chain->len - 1], ==, "/usr/x");
  g_assert_true (mcpd_link_chain_equal (chain, chain));
  g_assert_false (mcpd_link_chain_equal (chain, looped));
}

static void
test_watched_dropped (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_build (dir, "file");
  g_autoptr (McpdInotify) inotify = mcpd_inotify_new ();
  McpdWatchedFile *file = mcpd_watched_file_new (inotify, path);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Dropping a watched file while a change is on its way is safe");
  g_assert_true (mcpd_watched_file_watch (file, &error));
  g_free (test_dir_write (dir, "file", "one", 0600));
  g_assert_finalize_object (file);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/runtime-dir/made", test_runtime_made);
  g_test_add_func ("/daemon/runtime-dir/state-made", test_state_made);
  g_test_add_func ("/daemon/runtime-dir/refused", test_runtime_refused);
  g_test_add_func ("/daemon/runtime-dir/foreign", test_runtime_foreign);
  g_test_add_func ("/daemon/trusted-file/read", test_trusted_read);
  g_test_add_func ("/daemon/trusted-file/empty", test_trusted_empty);
  g_test_add_func ("/daemon/trusted-file/writable", test_trusted_writable);
  g_test_add_func ("/daemon/trusted-file/parents", test_trusted_parents);
  g_test_add_func ("/daemon/trusted-file/store-of-root", test_trusted_store_of_root);
  g_test_add_func ("/daemon/trusted-file/foreign", test_trusted_foreign);
  g_test_add_func ("/daemon/trusted-file/odd", test_trusted_odd);
  g_test_add_func ("/daemon/watched-file/changes", test_watched);
  g_test_add_func ("/daemon/watched-file/links", test_watched_links);
  g_test_add_func ("/daemon/link-chain", test_link_chain);
  g_test_add_func ("/daemon/watched-file/dropped", test_watched_dropped);
  return g_test_run ();
}

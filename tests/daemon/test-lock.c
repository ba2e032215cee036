/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-lock.h"
#include "test-dir.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_exclusive (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_build (dir, MCPD_LOCK_FILE);
  g_autoptr (GError) error = NULL;
  McpdLock *lock;
  pid_t holder = -1;

  g_test_summary ("A second taker is told who has the lock; a freed one can be taken");
  lock = mcpd_lock_try (path, &holder, &error);
  g_assert_no_error (error);
  g_assert_nonnull (lock);

  g_assert_null (mcpd_lock_try (path, &holder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpint (holder, ==, getpid ());
  g_clear_error (&error);

  mcpd_lock_free (lock);
  lock = mcpd_lock_try (path, NULL, &error);
  g_assert_no_error (error);
  mcpd_lock_free (lock);
}

static void
test_not_inherited (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_build (dir, MCPD_LOCK_FILE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = NULL;
  McpdLock *lock = mcpd_lock_try (path, NULL, &error);

  g_test_summary ("A child that outlives the daemon does not keep the lock");
  g_assert_no_error (error);
  child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, "cat", NULL);
  g_assert_no_error (error);

  mcpd_lock_free (lock);
  lock = mcpd_lock_try (path, NULL, &error);
  g_assert_no_error (error);
  mcpd_lock_free (lock);
  g_subprocess_force_exit (child);
}

static void
test_stale (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_write (dir, MCPD_LOCK_FILE, "99999999999999\n", 0600);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpdLock) lock = mcpd_lock_try (path, NULL, &error);

  g_test_summary ("What a daemon that crashed left behind is no obstacle");
  g_assert_no_error (error);
  g_assert_nonnull (lock);
}

static void
test_symlink (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *target = test_dir_write (dir, "target", "precious", 0600);
  g_autofree char *path = test_dir_build (dir, MCPD_LOCK_FILE);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A link in the lock's place is refused, and its target stays untouched");
  g_assert_cmpint (symlink (target, path), ==, 0);
  g_assert_null (mcpd_lock_try (path, NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (g_file_get_contents (target, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "precious");
}

/* A process that holds the lock until SIGTERM, or, when stubborn, until SIGKILL. */
static pid_t
fork_holder (const char *path, gboolean stubborn)
{
  int ready[2];
  char byte;
  pid_t pid;

  g_assert_cmpint (pipe2 (ready, O_CLOEXEC), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      McpdLock *lock = mcpd_lock_try (path, NULL, NULL);

      signal (SIGTERM, stubborn ? SIG_IGN : SIG_DFL);
      if (lock == NULL || write (ready[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }

  close (ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  close (ready[0]);
  return pid;
}

static void
test_replace (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_build (dir, MCPD_LOCK_FILE);
  pid_t holder = fork_holder (path, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpdLock) lock = mcpd_lock_replace (path, 10000, &error);
  int status;

  g_test_summary ("Replacing asks the holder to end, and has the lock when it has");
  g_assert_no_error (error);
  g_assert_nonnull (lock);
  g_assert_cmpint (waitpid (holder, &status, 0), ==, holder);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGTERM);
}

static void
test_replace_stubborn (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_build (dir, MCPD_LOCK_FILE);
  pid_t holder = fork_holder (path, TRUE);
  g_autofree char *number = g_strdup_printf ("%d", (int) holder);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A holder that does not end is left alone, and named");
  g_assert_null (mcpd_lock_replace (path, 150, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, number));
  g_assert_cmpint (waitpid (holder, NULL, WNOHANG), ==, 0);

  kill (holder, SIGKILL);
  waitpid (holder, NULL, 0);
}

static void
test_replace_nobody (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_build (dir, MCPD_LOCK_FILE);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpdLock) lock = mcpd_lock_replace (path, 0, &error);

  g_test_summary ("Replacing nobody is an ordinary start");
  g_assert_no_error (error);
  g_assert_nonnull (lock);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/lock/exclusive", test_exclusive);
  g_test_add_func ("/daemon/lock/not-inherited", test_not_inherited);
  g_test_add_func ("/daemon/lock/stale", test_stale);
  g_test_add_func ("/daemon/lock/symlink", test_symlink);
  g_test_add_func ("/daemon/lock/replace", test_replace);
  g_test_add_func ("/daemon/lock/replace-stubborn", test_replace_stubborn);
  g_test_add_func ("/daemon/lock/replace-nobody", test_replace_nobody);
  return g_test_run ();
}

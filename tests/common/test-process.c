/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-process.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_own_cwd_and_name (void)
{
  g_autofree char *cwd = mcp_process_dup_cwd (getpid ());
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *name = mcp_process_dup_name (getpid ());
  char comm[16];

  g_test_summary ("The kernel tells where a process works and what it is called");
  g_assert_cmpstr (cwd, ==, here);
  /* "test-process", unless another program, valgrind for example, runs the test */
  g_assert_cmpint (prctl (PR_GET_NAME, comm), ==, 0);
  g_assert_cmpstr (name, ==, comm);
}

static void
test_unknown_process (void)
{
  g_test_summary ("No process, no answer");
  g_assert_null (mcp_process_dup_cwd (0));
  g_assert_null (mcp_process_dup_name (-1));
  /* Above the kernel's highest process number: proc(5), pid_max */
  g_assert_null (mcp_process_dup_cwd (0x7fffffff));
  g_assert_null (mcp_process_dup_name (0x7fffffff));
}

static void
test_removed_directory (void)
{
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *dir = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  g_autofree char *cwd = NULL;

  g_test_summary ("A directory that is gone is no working directory");
  g_assert_cmpint (chdir (dir), ==, 0);
  g_assert_cmpint (rmdir (dir), ==, 0);
  cwd = mcp_process_dup_cwd (getpid ());
  g_assert_null (cwd);
  g_assert_cmpint (chdir (here), ==, 0);
}

static pid_t
find_socket (guint64 inode)
{
  g_autoptr (GHashTable) owners = g_hash_table_new (g_int64_hash, g_int64_equal);

  g_hash_table_insert (owners, &inode, NULL);
  mcp_process_find_sockets (owners);
  return GPOINTER_TO_INT (g_hash_table_lookup (owners, &inode));
}

static void
test_socket_holder (void)
{
  int fds[2];
  int started[2];
  struct stat status;
  pid_t child;
  char byte;

  g_test_summary ("A socket leads to the other process that holds it, as long as one does");
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, started), ==, 0);
  g_assert_cmpint (fstat (fds[0], &status), ==, 0);
  g_assert_cmpint (find_socket (status.st_ino), ==, 0);

  child = fork ();
  if (child == 0)
    {
      close (started[0]);
      /* Says that it is there, and stays until the test is done with it. */
      if (write (started[1], "x", 1) == 1 && read (started[1], &byte, 1) == 0)
        _exit (0);
      _exit (1);
    }
  close (started[1]);
  g_assert_cmpint (read (started[0], &byte, 1), ==, 1);
  g_assert_cmpint (find_socket (status.st_ino), ==, child);

  close (started[0]);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  g_assert_cmpint (find_socket (status.st_ino), ==, 0);
  g_assert_cmpint (find_socket (0), ==, 0);
  close (fds[0]);
  close (fds[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/process/own-cwd-and-name", test_own_cwd_and_name);
  g_test_add_func ("/common/process/unknown-process", test_unknown_process);
  g_test_add_func ("/common/process/removed-directory", test_removed_directory);
  g_test_add_func ("/common/process/socket-holder", test_socket_holder);
  return g_test_run ();
}

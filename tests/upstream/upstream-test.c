/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream-test.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

void
test_await (TestCondition condition, gpointer data)
{
  AWAIT (condition (data));
}

gboolean
test_is_true (gpointer flag)
{
  return *(gboolean *) flag;
}

/* A GAsyncReadyCallback: keeps the result in the GAsyncResult* that data points at. */
void
test_keep_result (GObject *source, GAsyncResult *result, gpointer location)
{
  g_set_object ((GAsyncResult **) location, result);
}

gboolean
test_is_set (gpointer location)
{
  return *(gpointer *) location != NULL;
}

/* A handle on a process, which tells its end without regard to who its parent is. */
int
test_open_process (int pid)
{
  int fd = (int) syscall (SYS_pidfd_open, pid, 0);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

void
test_await_process_end (int process_fd)
{
  struct pollfd fd = { .fd = process_fd, .events = POLLIN };

  g_assert_cmpint (poll (&fd, 1, MCP_TEST_PATIENCE_SECONDS * 1000), ==, 1);
  close (process_fd);
}

int
test_read_pid_file (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return (int) g_ascii_strtoll (text, NULL, 10);
}

/* Takes the name; the directory holds files only. */
void
test_remove_directory (char *directory)
{
  GDir *dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_dir_close (dir);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
  g_free (directory);
}

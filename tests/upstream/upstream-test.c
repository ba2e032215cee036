/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream-test.h"

#include "mcp-test-events.h"

#include <glib/gstdio.h>

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
  int fd = mcp_test_open_process (pid);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

void
test_await_process_end (int process_fd)
{
  g_assert_true (mcp_test_await_exit (process_fd, MCP_TEST_PATIENCE_SECONDS * 1000));
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

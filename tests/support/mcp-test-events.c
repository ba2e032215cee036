/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-test-events.h"

#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Returns: whether @fd became readable */
static gboolean
await_readable (int fd, gint64 deadline_us)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  gint64 rest_ms = (deadline_us - g_get_monotonic_time ()) / 1000;

  return rest_ms > 0 && poll (&poll_fd, 1, (int) rest_ms) == 1;
}

/* The directory of the file, or the nearest one above that exists. */
static char *
find_directory (const char *path)
{
  char *directory = g_path_get_dirname (path);

  while (!g_file_test (directory, G_FILE_TEST_IS_DIR))
    {
      char *parent = g_path_get_dirname (directory);

      g_free (directory);
      directory = parent;
    }
  return directory;
}

/* A directory that is made just before the watch begins is found by looking once more. */
static void
watch (int inotify_fd, const char *path)
{
  g_autofree char *watched = NULL;
  g_autofree char *nearest = find_directory (path);

  while (g_strcmp0 (watched, nearest) != 0)
    {
      g_assert_cmpint (inotify_add_watch (inotify_fd, nearest,
                                          IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE),
                       >=, 0);
      g_free (watched);
      watched = g_steal_pointer (&nearest);
      nearest = find_directory (path);
    }
}

/**
 * mcp_test_await_file:
 * @path: of a file; the directories that it lies in need not exist yet
 * @func: called with the text of the file, also at once
 * @user_data: for @func
 * @timeout_ms: at most
 *
 * Returns: whether @func has found the file as it is waited for
 */
gboolean
mcp_test_await_file (const char *path, McpTestFileFunc func, gpointer user_data, guint timeout_ms)
{
  gint64 deadline_us = g_get_monotonic_time () + timeout_ms * (gint64) 1000;
  int fd = inotify_init1 (IN_CLOEXEC);
  gboolean is_done;

  g_assert_cmpint (fd, >=, 0);
  for (;;)
    {
      char events[4096];
      g_autofree char *text = NULL;

      watch (fd, path);
      g_file_get_contents (path, &text, NULL, NULL);
      is_done = func (text, user_data);
      if (is_done || !await_readable (fd, deadline_us))
        break;
      g_assert_cmpint (read (fd, events, sizeof events), >, 0);
    }
  close (fd);
  return is_done;
}

static gboolean
has_part (const char *text, gpointer part)
{
  return text != NULL && strstr (text, part) != NULL;
}

/**
 * mcp_test_await_file_has:
 * @path: of a file; the directories that it lies in need not exist yet
 * @part: of the file's text; "": the file is there
 * @timeout_ms: at most
 *
 * Returns: whether the file has got @part
 */
gboolean
mcp_test_await_file_has (const char *path, const char *part, guint timeout_ms)
{
  return mcp_test_await_file (path, has_part, (gpointer) part, timeout_ms);
}

/**
 * mcp_test_open_process:
 * @pid: of a process, whoever its parent is
 *
 * Returns: a handle on the process; -1: it has ended
 */
int
mcp_test_open_process (pid_t pid)
{
  return (int) syscall (SYS_pidfd_open, pid, 0);
}

/**
 * mcp_test_await_exit:
 * @process_fd: of mcp_test_open_process(); is closed
 * @timeout_ms: at most
 *
 * Returns: whether the process has ended; it may be a zombie still
 */
gboolean
mcp_test_await_exit (int process_fd, guint timeout_ms)
{
  gboolean has_ended =
      process_fd < 0 ||
      await_readable (process_fd, g_get_monotonic_time () + timeout_ms * (gint64) 1000);

  if (process_fd >= 0)
    close (process_fd);
  return has_ended;
}

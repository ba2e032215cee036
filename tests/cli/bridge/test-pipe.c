/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a client reads at once.
 */
#include "cli/bridge/mcp-cli-pipe.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const McpCliPipeFuncs no_funcs = { NULL, NULL, NULL };

/* Both ends of what a client gives to its child. */
static void
open_pair (gboolean is_socket, int fds[2])
{
  if (is_socket)
    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  else
    g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
}

/* It is never started, so it reads nothing. */
static McpCliPipe *
new_pipe (int out_fd)
{
  return mcp_cli_pipe_new (STDIN_FILENO, out_fd, &no_funcs, NULL);
}

static void
write_line (McpCliPipe *pipe, const char *text, McpCliPlace place)
{
  g_autoptr (GBytes) message = g_bytes_new_static (text, strlen (text));

  mcp_cli_pipe_write (pipe, message, place);
}

/* The pipe has a thread of its own. An edge of epoll, unlike poll(), tells of each write, although
 * nothing is read. Returns: whether so much waited to be read within the time */
static gboolean
wait_for_bytes (int fd, int n_bytes, int timeout_ms)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLET };
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  int n = 0;

  g_assert_cmpint (epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event), ==, 0);
  while (n < n_bytes && epoll_wait (epoll_fd, &event, 1, timeout_ms) == 1)
    g_assert_cmpint (ioctl (fd, FIONREAD, &n), ==, 0);
  close (epoll_fd);
  return n >= n_bytes;
}

static void
assert_reads (int fd, const char *text)
{
  char buffer[64] = { 0 };

  g_assert_cmpint (read (fd, buffer, sizeof buffer - 1), >, 0);
  g_assert_cmpstr (buffer, ==, text);
}

static void
test_apart (gconstpointer data)
{
  int fds[2];
  McpCliPipe *pipe;

  g_test_summary ("A response is not read together with the progress before it");
  open_pair (GPOINTER_TO_INT (data), fds);
  pipe = new_pipe (fds[1]);

  write_line (pipe, "progress", MCP_CLI_PLACE_AHEAD);
  write_line (pipe, "log", MCP_CLI_PLACE_ANY);
  write_line (pipe, "response", MCP_CLI_PLACE_APART);
  g_assert_true (wait_for_bytes (fds[0], 13, 10000));
  /* Nothing follows from a write that the thread does not make. */
  g_assert_false (wait_for_bytes (fds[0], 14, 20));
  assert_reads (fds[0], "progress\nlog\n");
  assert_reads (fds[0], "response\n");

  mcp_cli_pipe_free (pipe);
  close (fds[0]);
  close (fds[1]);
}

static void
test_together (gconstpointer data)
{
  int fds[2];
  McpCliPipe *pipe;

  g_test_summary ("Responses with no progress before them wait for no reader");
  open_pair (GPOINTER_TO_INT (data), fds);
  pipe = new_pipe (fds[1]);

  write_line (pipe, "one", MCP_CLI_PLACE_APART);
  write_line (pipe, "two", MCP_CLI_PLACE_APART);
  g_assert_true (wait_for_bytes (fds[0], 8, 10000));

  mcp_cli_pipe_free (pipe);
  close (fds[0]);
  close (fds[1]);
}

static void
test_stalled (gconstpointer data)
{
  int fds[2];
  McpCliPipe *pipe;

  g_test_summary ("A reader that does not read gets the response all the same");
  open_pair (GPOINTER_TO_INT (data), fds);
  pipe = new_pipe (fds[1]);

  write_line (pipe, "progress", MCP_CLI_PLACE_AHEAD);
  write_line (pipe, "response", MCP_CLI_PLACE_APART);
  g_assert_true (wait_for_bytes (fds[0], 18, 10000));

  mcp_cli_pipe_free (pipe);
  close (fds[0]);
  close (fds[1]);
}

int
main (int argc, char *argv[])
{
  static const char *const kinds[] = { "pipe", "socket" };

  g_test_init (&argc, &argv, NULL);
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *apart = g_strconcat ("/cli/pipe/apart/", kinds[i], NULL);
      g_autofree char *together = g_strconcat ("/cli/pipe/together/", kinds[i], NULL);
      g_autofree char *stalled = g_strconcat ("/cli/pipe/stalled/", kinds[i], NULL);

      g_test_add_data_func (apart, GINT_TO_POINTER (i), test_apart);
      g_test_add_data_func (together, GINT_TO_POINTER (i), test_together);
      g_test_add_data_func (stalled, GINT_TO_POINTER (i), test_stalled);
    }
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal/mcp-cli-main-loop.h"

#include "cli/terminal/mcp-cli-exit.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A request to the daemon runs the main context before the loop does. */
static void
run_main_context (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_quit (void)
{
  g_autoptr (McpCliMainLoop) loop = mcp_cli_main_loop_new ();

  g_test_summary ("A loop that was ended before it ran ends at once");
  mcp_cli_main_loop_quit (loop, 7);
  g_assert_cmpint (mcp_cli_main_loop_run (loop), ==, 7);
}

static void
test_signal (void)
{
  g_autoptr (McpCliMainLoop) loop = mcp_cli_main_loop_new ();

  g_test_summary ("A signal ends the loop, also one that came before the loop ran");
  raise (SIGTERM);
  run_main_context ();
  g_assert_cmpint (mcp_cli_main_loop_run (loop), ==, 128 + SIGTERM);
}

static void
test_no_reader (void)
{
  int fds[2];
  int saved = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  McpCliMainLoop *loop;
  int status;

  g_test_summary ("The loop ends when nobody reads standard output");
  g_assert_no_errno (pipe (fds));
  g_assert_no_errno (dup2 (fds[1], STDOUT_FILENO));
  loop = mcp_cli_main_loop_new ();
  g_assert_no_errno (close (fds[0]));
  status = mcp_cli_main_loop_run (loop);
  mcp_cli_main_loop_free (loop);
  g_assert_no_errno (dup2 (saved, STDOUT_FILENO));
  close (saved);
  close (fds[1]);
  g_assert_cmpint (status, ==, MCP_CLI_BROKEN_PIPE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/main-loop/quit", test_quit);
  g_test_add_func ("/cli/main-loop/signal", test_signal);
  g_test_add_func ("/cli/main-loop/no-reader", test_no_reader);
  return g_test_run ();
}

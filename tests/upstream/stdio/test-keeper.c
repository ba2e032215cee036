/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream-test.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

typedef struct
{
  char *directory;
  GSubprocessLauncher *launcher;
  GSubprocess *keeper;
  GDataInputStream *output;
  int control_fd; /* our end; -1: closed */
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int fds[2];

  f->directory = g_dir_make_tmp ("mcp-XXXXXX", &error);
  g_assert_no_error (error);
  g_unix_open_pipe (fds, FD_CLOEXEC, &error);
  g_assert_no_error (error);
  f->control_fd = fds[1];
  f->launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                 G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_cwd (f->launcher, f->directory);
  g_subprocess_launcher_take_fd (f->launcher, fds[0], 3);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  if (f->control_fd >= 0)
    close (f->control_fd);
  g_clear_object (&f->output);
  g_clear_object (&f->keeper);
  g_clear_object (&f->launcher);
  test_remove_directory (f->directory);
}

static void
run (Fixture *f, const char *option, const char *const *command)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (argv, (gpointer) g_getenv ("MCP_TEST_KEEPER"));
  g_ptr_array_add (argv, (gpointer) "--control-fd=3");
  if (option != NULL)
    g_ptr_array_add (argv, (gpointer) option);
  g_ptr_array_add (argv, (gpointer) "--");
  for (gsize i = 0; command[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) command[i]);
  g_ptr_array_add (argv, NULL);

  f->keeper = g_subprocess_launcher_spawnv (f->launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  f->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (f->keeper));
}

static void
run_script (Fixture *f, const char *option, const char *script)
{
  run (f, option, (const char *const[]){ "sh", "-c", script, NULL });
}

static char *
read_line (Fixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *line;

  g_data_input_stream_read_line_async (f->output, G_PRIORITY_DEFAULT, NULL, test_keep_result,
                                       &result);
  test_await (test_is_set, &result);
  line = g_data_input_stream_read_line_finish (f->output, result, NULL, &error);
  g_assert_no_error (error);
  return line;
}

static void
await_line (Fixture *f, const char *expected)
{
  g_autofree char *line = read_line (f);

  g_assert_cmpstr (line, ==, expected);
}

static int
await_exit (Fixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_async (f->keeper, NULL, test_keep_result, &result);
  test_await (test_is_set, &result);
  g_subprocess_wait_finish (f->keeper, result, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (f->keeper));
  return g_subprocess_get_exit_status (f->keeper);
}

static void
close_control (Fixture *f)
{
  close (f->control_fd);
  f->control_fd = -1;
}

static void
test_exit_status (Fixture *f, gconstpointer data)
{
  g_test_summary ("The keeper ends with the status of its command");
  run_script (f, NULL, "exit 23");
  g_assert_cmpint (await_exit (f), ==, 23);
}

static void
test_signal_status (Fixture *f, gconstpointer data)
{
  g_test_summary (
      "A command ended by a signal gives 128 and its number; its group is not that of the keeper");
  run_script (f, NULL, "kill -KILL 0");
  g_assert_cmpint (await_exit (f), ==, 128 + SIGKILL);
}

static void
test_not_found (Fixture *f, gconstpointer data)
{
  g_test_summary ("A command that does not exist gives 127");
  run (f, NULL, (const char *const[]){ "no-such-command-of-mcp", NULL });
  g_assert_cmpint (await_exit (f), ==, 127);
}

static void
test_not_executable (Fixture *f, gconstpointer data)
{
  g_test_summary ("A command that cannot be run gives 126");
  run (f, NULL, (const char *const[]){ f->directory, NULL });
  g_assert_cmpint (await_exit (f), ==, 126);
}

static void
test_wrong_use (Fixture *f, gconstpointer data)
{
  g_test_summary ("Options that make no sense give 125 and run nothing");
  run (f, data, (const char *const[]){ "echo", "ran", NULL });
  g_assert_cmpint (await_exit (f), ==, 125);
  g_assert_null (read_line (f));
}

#define STUBBORN_GRANDCHILD \
  "trap '' TERM; (setsid sleep 1000 >/dev/null & echo $! >grandchild); trap - TERM; "

static void
test_control_end (Fixture *f, gconstpointer data)
{
  int command;
  int grandchild;

  g_test_summary ("When the control pipe ends, the whole tree is gone: a grandchild that left its "
                  "session, was orphaned and ignores SIGTERM too");
  run_script (f, "--grace-ms=50", STUBBORN_GRANDCHILD "echo $$ >command; echo up; exec sleep 1000");
  await_line (f, "up");
  command = test_open_process (test_read_pid_file (f->directory, "command"));
  grandchild = test_open_process (test_read_pid_file (f->directory, "grandchild"));

  close_control (f);
  g_assert_cmpint (await_exit (f), ==, 128 + SIGTERM);
  test_await_process_end (command);
  test_await_process_end (grandchild);
}

static void
test_command_end (Fixture *f, gconstpointer data)
{
  int grandchild;

  g_test_summary ("When the command has ended by itself, what it left behind is ended");
  run_script (f, "--grace-ms=50", STUBBORN_GRANDCHILD "echo up; read _; exit 5");
  await_line (f, "up");
  grandchild = test_open_process (test_read_pid_file (f->directory, "grandchild"));

  g_output_stream_close (g_subprocess_get_stdin_pipe (f->keeper), NULL, NULL);
  g_assert_cmpint (await_exit (f), ==, 5);
  test_await_process_end (grandchild);
}

static void
test_term_first (Fixture *f, gconstpointer data)
{
  g_test_summary ("SIGTERM comes first, and lets a command end in its own way");
  run_script (f, "--grace-ms=60000",
              "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 1000 & wait; done");
  await_line (f, "up");
  close_control (f);
  await_line (f, "bye");
  g_assert_cmpint (await_exit (f), ==, 7);
}

static void
test_stopped_command (Fixture *f, gconstpointer data)
{
  g_test_summary ("A stopped command gets its SIGTERM too");
  run_script (f, "--grace-ms=60000", "echo up; kill -STOP $$; exit 9");
  await_line (f, "up");
  close_control (f);
  g_assert_cmpint (await_exit (f), ==, 128 + SIGTERM);
}

static void
test_keeper_terminated (Fixture *f, gconstpointer data)
{
  int command;

  g_test_summary ("SIGTERM to the keeper ends the tree as well");
  run_script (f, "--grace-ms=50", "trap '' TERM; echo $$ >command; echo up; exec sleep 1000");
  await_line (f, "up");
  command = test_open_process (test_read_pid_file (f->directory, "command"));
  g_subprocess_send_signal (f->keeper, SIGTERM);
  g_assert_cmpint (await_exit (f), ==, 128 + SIGKILL);
  test_await_process_end (command);
}

static void
test_keeper_killed (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  int command;

  g_test_summary ("Even with the keeper killed, the command goes");
  run_script (f, NULL, "trap '' TERM; echo $$ >command; echo up; exec sleep 1000");
  await_line (f, "up");
  command = test_open_process (test_read_pid_file (f->directory, "command"));
  g_subprocess_send_signal (f->keeper, SIGKILL);
  test_await_process_end (command);

  g_subprocess_wait_async (f->keeper, NULL, test_keep_result, &result);
  test_await (test_is_set, &result);
  g_assert_true (g_subprocess_wait_finish (f->keeper, result, NULL));
}

static void
test_hopping (Fixture *f, gconstpointer data)
{
  const char *const command[] = { g_getenv ("MCP_TEST_SERVER"), "--hop=4", NULL };
  int group;

  g_test_summary ("Processes that fork all the time do not escape");
  run (f, "--grace-ms=0", command);
  await_line (f, "up");
  group = test_read_pid_file (f->directory, "hop.pid");
  close_control (f);
  g_assert_cmpint (await_exit (f), ==, 128 + SIGKILL);
  g_assert_cmpint (kill (-group, 0), ==, -1);
  g_assert_cmpint (errno, ==, ESRCH);
}

static void
test_output_ends (Fixture *f, gconstpointer data)
{
  g_autofree char *line = NULL;

  g_test_summary ("The keeper does not hold the command's output open");
  run_script (f, NULL, "exec >/dev/null; exec sleep 1000");
  line = read_line (f);
  g_assert_null (line);
  close_control (f);
  await_exit (f);
}

static void
test_descriptors (Fixture *f, gconstpointer data)
{
  g_test_summary ("The command gets standard input, output and error, and no other descriptor");
  g_subprocess_launcher_take_fd (f->launcher, open ("/dev/null", O_RDONLY), 9);
  run_script (
      f, NULL,
      "for fd in 0 1 2 3 4 5 6 7 8 9; do (true <&$fd) 2>/dev/null && o=$o$fd; done; echo $o");
  await_line (f, "012");
  g_assert_cmpint (await_exit (f), ==, 0);
}

static void
spoil_signals (gpointer data)
{
  sigset_t blocked;

  sigemptyset (&blocked);
  sigaddset (&blocked, SIGUSR1);
  sigprocmask (SIG_BLOCK, &blocked, NULL);
  signal (SIGHUP, SIG_IGN);
  signal (SIGCHLD, SIG_IGN);
}

static void
test_signals_reset (Fixture *f, gconstpointer data)
{
  g_test_summary ("No signal is blocked or ignored in the command, whatever we do with them");
  g_subprocess_launcher_set_child_setup (f->launcher, spoil_signals, NULL, NULL);
  run (f, NULL, (const char *const[]){ "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status", NULL });
  await_line (f, "SigBlk:\t0000000000000000");
  await_line (f, "SigIgn:\t0000000000000000");
  g_assert_cmpint (await_exit (f), ==, 0);
}

static void
test_open_files_limit (Fixture *f, gconstpointer data)
{
  g_test_summary ("The limit of open files is set for the command");
  run_script (f, "--nofile=100:200", "ulimit -Sn; ulimit -Hn");
  await_line (f, "100");
  await_line (f, "200");
  g_assert_cmpint (await_exit (f), ==, 0);
}

#define ADD(path, function, data) g_test_add (path, Fixture, data, setup, function, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/upstream/keeper/exit-status", test_exit_status, NULL);
  ADD ("/upstream/keeper/signal-status", test_signal_status, NULL);
  ADD ("/upstream/keeper/not-found", test_not_found, NULL);
  ADD ("/upstream/keeper/not-executable", test_not_executable, NULL);
  ADD ("/upstream/keeper/wrong-use/unknown", test_wrong_use, "--what");
  ADD ("/upstream/keeper/wrong-use/descriptor", test_wrong_use, "--control-fd=77");
  ADD ("/upstream/keeper/wrong-use/nofile", test_wrong_use, "--nofile=5:4");
  ADD ("/upstream/keeper/wrong-use/grace", test_wrong_use, "--grace-ms=-1");
  ADD ("/upstream/keeper/control-end", test_control_end, NULL);
  ADD ("/upstream/keeper/command-end", test_command_end, NULL);
  ADD ("/upstream/keeper/term-first", test_term_first, NULL);
  ADD ("/upstream/keeper/stopped-command", test_stopped_command, NULL);
  ADD ("/upstream/keeper/keeper-terminated", test_keeper_terminated, NULL);
  ADD ("/upstream/keeper/keeper-killed", test_keeper_killed, NULL);
  ADD ("/upstream/keeper/hopping", test_hopping, NULL);
  ADD ("/upstream/keeper/output-ends", test_output_ends, NULL);
  ADD ("/upstream/keeper/descriptors", test_descriptors, NULL);
  ADD ("/upstream/keeper/signals-reset", test_signals_reset, NULL);
  ADD ("/upstream/keeper/open-files-limit", test_open_files_limit, NULL);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "provider-test.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OWN_A_PROVIDER "--own-a-provider"

static McpStdioProvider *
stdio (ProviderFixture *f)
{
  return MCP_STDIO_PROVIDER (f->provider);
}

static void
set_times (ProviderFixture *f, guint start_ms, guint idle_ms, guint stop_grace_ms)
{
  McpServerTimes times = mcp_server_link_get_setup (MCP_SERVER_LINK (stdio (f)))->times;

  times.start_ms = start_ms;
  times.idle_ms = idle_ms;
  times.stop_grace_ms = stop_grace_ms;
  mcp_server_link_set_times (MCP_SERVER_LINK (stdio (f)), &times);
}

static void
test_crash (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  ProviderCall hanging;
  ProviderCall crashing;

  g_test_summary ("When the server crashes, all that is in flight fails and says how; the next "
                  "request starts it again");
  provider_begin (f, &hanging, "hang", "{}", 0, NULL);
  provider_begin (f, &crashing, "crash", "{\"status\":7}", 0, NULL);
  provider_end_failed (&crashing, MCP_ERROR_PROVIDER_FAILED, "Server “fake” exited with status 7");
  provider_end_failed (&hanging, MCP_ERROR_PROVIDER_FAILED, "exited with status 7");
  g_assert_cmpint (mcp_provider_get_state (f->provider), ==, MCP_PROVIDER_STOPPED);
  g_assert_cmpint (mcp_stdio_provider_get_pid (stdio (f)), ==, 0);
  g_assert_nonnull (
      strstr (mcp_server_link_get_runs (MCP_SERVER_LINK (stdio (f)))->last_error, "status 7"));
  g_assert_cmpuint (mcp_server_link_get_runs (MCP_SERVER_LINK (stdio (f)))->n_restarts, ==, 0);

  text = provider_call_text (f, "echo", "{}");
  g_assert_cmpstr (text, ==, "{}");
  g_assert_cmpuint (mcp_server_link_get_runs (MCP_SERVER_LINK (stdio (f)))->n_restarts, ==, 1);
}

static void
test_answer_before_exit (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("An answer that was written before the exit still counts");
  text = provider_call_text (f, "crash-after", "{}");
  g_assert_cmpstr (text, ==, "last words");
}

static void
test_closed_output (ProviderFixture *f, gconstpointer data)
{
  ProviderCall call;

  g_test_summary ("A server that closes its output is ended: it can answer nothing any more");
  provider_begin (f, &call, "close-output", "{}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "Server “fake” exited with status 0");
}

static void
test_start_fails (ProviderFixture *f, gconstpointer says)
{
  ProviderCall call;

  g_test_summary ("A failed start fails the requests that wait for it, and says why");
  provider_begin (f, &call, "echo", "{}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, says);
  g_assert_cmpint (mcp_provider_get_state (f->provider), ==, MCP_PROVIDER_STOPPED);
}

static void
setup_dying (ProviderFixture *f, gconstpointer data)
{
  provider_setup (f, "--die-at-start=4 --stderr=2");
}

static void
setup_not_found (ProviderFixture *f, gconstpointer data)
{
  provider_setup (f, NULL);
  g_free (f->config->command);
  f->config->command = g_strdup ("no-such-command-of-mcp");
}

static void
setup_no_variable (ProviderFixture *f, gconstpointer data)
{
  provider_setup (f, NULL);
  g_strfreev (f->config->env);
  f->config->env = g_strsplit ("A=${env:MCP_TEST_NOT_SET}", ",", -1);
}

static void
setup_no_directory (ProviderFixture *f, gconstpointer data)
{
  provider_setup (f, NULL);
  g_assert_cmpint (g_rmdir (f->directory), ==, 0);
}

static void
teardown_without_directory (ProviderFixture *f, gconstpointer data)
{
  g_assert_cmpint (g_mkdir_with_parents (f->directory, 0700), ==, 0);
  provider_teardown (f, data);
}

static void
test_start_timeout (ProviderFixture *f, gconstpointer data)
{
  ProviderCall call;

  g_test_summary ("A server that does not answer initialize is given up");
  set_times (f, 60, 0, 500);
  provider_begin (f, &call, "echo", "{}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED,
                       "could not be started: it did not finish the handshake within 0.06 s");
}

static gboolean
backoff_is_over (gpointer data)
{
  ProviderFixture *f = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  ProviderCall call;

  provider_begin (f, &call, "echo", "{}", 0, NULL);
  answer = provider_end (&call, &error);
  if (answer == NULL)
    g_assert_nonnull (strstr (error->message, "next attempt in"));
  return answer != NULL;
}

static void
test_backoff (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *pid_file = g_build_filename (f->directory, "starts", NULL);
  g_autofree char *healer = g_build_filename (f->directory, "healed", NULL);
  g_autofree char *starts = NULL;
  g_auto (GStrv) lines = NULL;
  McpServerTimes times = mcp_server_link_get_setup (MCP_SERVER_LINK (stdio (f)))->times;
  ProviderCall call;

  g_test_summary (
      "After a failed start the server is left alone for a while, and then tried again");
  times.backoff_min_ms = 200;
  mcp_server_link_set_times (MCP_SERVER_LINK (stdio (f)), &times);
  provider_begin (f, &call, "echo", "{}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "exited with status 3: dying as asked");
  provider_begin (f, &call, "echo", "{}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "dying as asked (next attempt in ");

  g_assert_true (g_file_set_contents (healer, "", 0, NULL));
  test_await (backoff_is_over, f);
  g_file_get_contents (pid_file, &starts, NULL, NULL);
  lines = g_strsplit (starts, "\n", -1);
  /* What dies is started once more, without server/discover. */
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + 2 + 1);
  g_assert_cmpuint (mcp_server_link_get_runs (MCP_SERVER_LINK (stdio (f)))->n_restarts, ==, 1);
}

static void
keep_state (GObject *object, GParamSpec *pspec, gpointer data)
{
  g_string_append_printf (data, "%d ", mcp_provider_get_state (MCP_PROVIDER (object)));
}

static void
test_close (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GString) states = g_string_new (NULL);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autofree char *again = NULL;
  g_autofree char *pid = NULL;
  ProviderCall call;
  ProviderCall late;
  guint state;
  int process_fd;

  g_test_summary (
      "Closing fails what is in flight, ends the process, and is told when it has ended");
  g_signal_connect (f->provider, "notify::state", G_CALLBACK (keep_state), states);
  pid = provider_call_text (f, "pid", "{}");
  process_fd = test_open_process (atoi (pid));
  provider_begin (f, &call, "hang", "{}", 0, NULL);
  mcp_provider_close_async (f->provider, NULL, test_keep_result, &first);
  mcp_provider_close_async (f->provider, NULL, test_keep_result, &second);
  provider_end_failed (&call, MCP_ERROR_CLOSED, "Server “fake” was closed");
  g_object_get (f->provider, "state", &state, NULL);
  g_assert_cmpuint (state, ==, MCP_PROVIDER_CLOSING);
  provider_begin (f, &late, "echo", "{}", 0, NULL);
  provider_end_failed (&late, MCP_ERROR_CLOSED, "is being closed");

  test_await (test_is_set, &first);
  test_await (test_is_set, &second);
  g_assert_true (mcp_provider_close_finish (f->provider, first, NULL));
  g_assert_true (mcp_provider_close_finish (f->provider, second, NULL));
  test_await_process_end (process_fd);
  g_assert_cmpstr (states->str, ==, "1 2 3 0 ");
  g_assert_null (mcp_server_link_get_runs (MCP_SERVER_LINK (stdio (f)))->last_error);

  again = provider_call_text (f, "echo", "{}");
  g_assert_cmpuint (mcp_server_link_get_runs (MCP_SERVER_LINK (stdio (f)))->n_restarts, ==, 0);
  g_signal_handlers_disconnect_by_data (f->provider, states);
}

static void
test_close_starting (ProviderFixture *f, gconstpointer data)
{
  ProviderCall call;

  g_test_summary ("Closing does not wait for a start");
  provider_begin (f, &call, "echo", "{}", 0, NULL);
  g_assert_cmpint (mcp_provider_get_state (f->provider), ==, MCP_PROVIDER_STARTING);
  provider_close (f);
  provider_end_failed (&call, MCP_ERROR_CLOSED, "was closed");
}

/* Handles on the server and on its stubborn grandchild. */
static void
open_tree (ProviderFixture *f, int *server_fd, int *grandchild_fd)
{
  g_autofree char *server = provider_call_text (f, "pid", "{}");
  g_autofree char *grandchild = provider_call_text (f, "spawn-grandchild", "{}");

  *server_fd = test_open_process (atoi (server));
  *grandchild_fd = test_open_process (atoi (grandchild));
}

static void
test_stubborn (ProviderFixture *f, gconstpointer data)
{
  int server_fd;
  int grandchild_fd;

  g_test_summary ("A server that ignores the end of its input and SIGTERM is killed after the "
                  "graces, with its grandchild");
  set_times (f, 20000, 0, 20);
  open_tree (f, &server_fd, &grandchild_fd);
  provider_close (f);
  test_await_process_end (server_fd);
  test_await_process_end (grandchild_fd);
}

static gboolean
has_no_child (gpointer data)
{
  siginfo_t info;

  /* WNOWAIT: a zombie is seen, and left to GLib. */
  return waitid (P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD;
}

static void
test_dropped (ProviderFixture *f, gconstpointer data)
{
  int server_fd;
  int grandchild_fd;

  g_test_summary ("Dropping the provider ends all of the server, and leaves no zombie");
  open_tree (f, &server_fd, &grandchild_fd);
  g_assert_finalize_object (G_OBJECT (f->provider));
  f->provider = NULL;
  test_await_process_end (server_fd);
  test_await_process_end (grandchild_fd);
  test_await (has_no_child, NULL);
}

static void
test_dropped_in_callback_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ProviderFixture *f = data;
  g_autoptr (McpJsonrpcMessage) answer =
      mcp_provider_request_finish (MCP_PROVIDER (source), result, NULL);

  g_assert_nonnull (answer);
  g_clear_object (&f->provider);
}

static gboolean
has_no_provider (gpointer data)
{
  return ((ProviderFixture *) data)->provider == NULL;
}

static void
test_dropped_in_callback (ProviderFixture *f, gconstpointer data)
{
  const McpProviderRequest request = {
    .method = "tools/call",
    .params = "{\"name\":\"late-progress\"}",
  };
  gpointer provider = f->provider;

  g_test_summary ("The provider may be dropped by who is called with an answer");
  g_object_add_weak_pointer (provider, &provider);
  mcp_provider_request_async (f->provider, &request, NULL, test_dropped_in_callback_cb, f);
  test_await (has_no_provider, f);
  AWAIT (provider == NULL);
}

static void
test_daemon_killed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) pids = NULL;
  g_autoptr (GSubprocess) owner = NULL;
  int fds[3];

  g_test_summary (
      "When the process that owns the provider is killed, nothing of the server is left");
  owner = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/proc/self/exe",
                            OWN_A_PROVIDER, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (owner));
  g_data_input_stream_read_line_async (output, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_await (test_is_set, &result);
  line = g_data_input_stream_read_line_finish (output, result, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);

  pids = g_strsplit (line, " ", -1);
  g_assert_cmpuint (g_strv_length (pids), ==, 3);
  for (guint i = 0; i < 3; i++)
    fds[i] = test_open_process (atoi (pids[i]));
  g_subprocess_force_exit (owner);
  for (guint i = 0; i < 3; i++)
    test_await_process_end (fds[i]);

  g_clear_object (&result);
  g_subprocess_wait_async (owner, NULL, test_keep_result, &result);
  test_await (test_is_set, &result);
  g_subprocess_wait_finish (owner, result, NULL);
}

/* The process that test_daemon_killed() kills: says which processes there are, and waits. */
G_NORETURN static void
own_a_provider (void)
{
  ProviderFixture f = { 0 };
  g_autofree char *server = NULL;
  g_autofree char *grandchild = NULL;
  McpServerTimes times;

  provider_setup (&f, "--ignore-term --ignore-eof");
  times = mcp_server_link_get_setup (MCP_SERVER_LINK (stdio (&f)))->times;
  g_object_unref (f.provider);
  /* Nobody is left to remove a directory of our own. */
  test_remove_directory (g_steal_pointer (&f.directory));
  f.provider =
      mcp_stdio_provider_new (f.config, "/", g_getenv ("MCP_TEST_KEEPER"), &f.limits, 10000);
  mcp_server_link_set_times (MCP_SERVER_LINK (stdio (&f)), &times);

  server = provider_call_text (&f, "pid", "{}");
  grandchild = provider_call_text (&f, "spawn-grandchild", "{}");
  g_print ("%d %s %s\n", mcp_stdio_provider_get_pid (stdio (&f)), server, grandchild);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_idle (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_test_summary ("Without a request the server is ended after its time; the next one starts it");
  set_times (f, 20000, 40, 500);
  first = provider_call_text (f, "pid", "{}");
  provider_await_state (f, MCP_PROVIDER_CLOSING);
  provider_await_state (f, MCP_PROVIDER_STOPPED);
  second = provider_call_text (f, "pid", "{}");
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpuint (mcp_server_link_get_runs (MCP_SERVER_LINK (stdio (f)))->n_restarts, ==, 0);
}

static void
test_busy_is_not_idle (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("A server with a request in flight is not idle, however long that takes");
  set_times (f, 20000, 20, 500);
  text = provider_call_text (f, "wait", "{\"delay_ms\":200,\"text\":\"done\"}");
  g_assert_cmpstr (text, ==, "done");
}

static void
test_asked_while_ending (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary (
      "A request that comes while an idle server is being ended waits for the next one");
  set_times (f, 20000, 20, 100);
  text = provider_call_text (f, "echo", "{}");
  provider_await_state (f, MCP_PROVIDER_CLOSING);
  set_times (f, 20000, 0, 100);
  g_clear_pointer (&text, g_free);
  text = provider_call_text (f, "echo", "{\"a\":1}");
  g_assert_cmpstr (text, ==, "{\"a\":1}");
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_no_leaks (ProviderFixture *f, gconstpointer data)
{
  guint n_before = 0;
  gint64 deadline_us;

  g_test_summary ("Starting and ending leaves no descriptor behind");
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *text = provider_call_text (f, "echo", "{}");

      provider_close (f);
      if (i == 0)
        n_before = count_descriptors ();
    }
  /* The last of a provider that has closed are let go of in a turn of the main context after that.
   */
  deadline_us = mcp_test_await_begin ();
  while (count_descriptors () > n_before)
    mcp_test_await_step (deadline_us, "the descriptors of the last provider");
}

#define ADD(path, options, function)                                                      \
  g_test_add ("/upstream/stdio-lifetime/" path, ProviderFixture, options, provider_setup, \
              function, provider_teardown)
#define ADD_FAILING(path, says, setup)                                                    \
  g_test_add ("/upstream/stdio-lifetime/start-fails/" path, ProviderFixture, says, setup, \
              test_start_fails, provider_teardown)

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], OWN_A_PROVIDER) == 0)
    own_a_provider ();

  g_test_init (&argc, &argv, NULL);
  ADD ("crash", NULL, test_crash);
  ADD ("answer-before-exit", NULL, test_answer_before_exit);
  ADD ("closed-output", NULL, test_closed_output);
  ADD_FAILING (
      "not-found",
      "Server “fake” could not be started: it exited with status 127: "
      "mcp-sessiond-keeper: cannot run “no-such-command-of-mcp”: No such file or directory",
      setup_not_found);
  ADD_FAILING ("dies", "it exited with status 4: error line 2", setup_dying);
  ADD_FAILING ("variable", "“${env:MCP_TEST_NOT_SET}” names a variable that is not set",
               setup_no_variable);
  g_test_add ("/upstream/stdio-lifetime/start-fails/directory", ProviderFixture,
              "Server “fake” could not be started: Failed to change to directory",
              setup_no_directory, test_start_fails, teardown_without_directory);
  ADD ("start-timeout", "--silent-start", test_start_timeout);
  ADD ("backoff", "--die-unless=healed --pid-file=starts", test_backoff);
  ADD ("close", NULL, test_close);
  ADD ("close-starting", "--slow-start=10000", test_close_starting);
  ADD ("stubborn", "--ignore-eof --ignore-term", test_stubborn);
  ADD ("dropped/stubborn", "--ignore-eof --ignore-term", test_dropped);
  ADD ("dropped/in-callback", NULL, test_dropped_in_callback);
  g_test_add_func ("/upstream/stdio-lifetime/daemon-killed", test_daemon_killed);
  ADD ("idle", NULL, test_idle);
  ADD ("busy-is-not-idle", NULL, test_busy_is_not_idle);
  ADD ("asked-while-ending", "--ignore-eof --ignore-term", test_asked_while_ending);
  ADD ("no-leaks", NULL, test_no_leaks);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "e2e.h"

#include "mcp-test-events.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* What a supervisor counts on. */
#define STOP_SECONDS 5.0

static char *
read_file (E2e *e2e, const char *name)
{
  g_autofree char *path = e2e_build (e2e, name);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
assert_healthy (E2e *e2e, const char *path)
{
  g_autoptr (JsonObject) health = e2e_http_json (e2e, "GET", path, NULL, NULL);

  g_assert_cmpstr (json_object_get_string_member (health, "status"), ==, "ok");
  g_assert_cmpint (json_object_get_int_member (health, "pid"), ==,
                   g_ascii_strtoll (g_subprocess_get_identifier (e2e->process), NULL, 10));
  g_assert_cmpstr (json_object_get_string_member (health, "started_at"), ==,
                   json_object_get_string_member (e2e->discovery, "started_at"));
}

static void
test_starts (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autofree char *path = e2e_build (e2e, "run/mcp-sessiond/mcp.json");
  g_autofree char *socket_path = e2e_build (e2e, "run/mcp-sessiond/http.sock");
  const char *key;
  g_autoptr (JsonObject) sessions = NULL;
  GStatBuf info;

  g_test_summary ("A started daemon answers on both listeners, and its discovery file is true");
  e2e_start (e2e);
  assert_healthy (e2e, "/health");
  assert_healthy (e2e, "unix:/health");

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmphex (info.st_mode & 07777, ==, 0600);
  g_assert_cmpstr (json_object_get_string_member (e2e->discovery, "socket"), ==, socket_path);
  g_assert_cmpint (json_object_get_int_member (e2e->discovery, "pid"), ==,
                   g_ascii_strtoll (g_subprocess_get_identifier (e2e->process), NULL, 10));
  key = json_object_get_string_member (e2e->discovery, "owner_key");
  sessions = e2e_http_json (e2e, "GET", "/session", key, NULL);
  g_assert_true (json_object_has_member (sessions, "sessions"));
}

static void
test_defaults_of_client (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *cwd = g_get_current_dir ();
  g_autoptr (JsonObject) session = NULL;

  g_test_summary ("A session that a TCP client asks nothing for works where the client does");
  e2e_start (e2e);
  session = e2e_create_session (e2e, NULL);
  g_assert_cmpstr (json_object_get_string_member (session, "cwd"), ==, cwd);
  g_assert_cmpstr (json_object_get_string_member (session, "label"), ==, "test-lifecycle");
}

static void
test_second_start (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (GSubprocess) second = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A second start says who runs, exits 0, and leaves the first alone");
  e2e_start (e2e);
  before = read_file (e2e, "run/mcp-sessiond/mcp.json");

  second = e2e_spawn (e2e, G_SUBPROCESS_FLAGS_STDOUT_PIPE, "run", NULL);
  g_subprocess_communicate_utf8 (second, NULL, NULL, &said, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (second), ==, 0);
  g_assert_nonnull (strstr (said, g_subprocess_get_identifier (e2e->process)));

  after = read_file (e2e, "run/mcp-sessiond/mcp.json");
  g_assert_cmpstr (after, ==, before);
  assert_healthy (e2e, "unix:/health");
}

static void
test_replace (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (GSubprocess) first = NULL;
  g_autofree char *key = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("--replace ends the running daemon cleanly and takes its place");
  e2e_start (e2e);
  key = g_strdup (json_object_get_string_member (e2e->discovery, "owner_key"));
  first = g_object_ref (e2e->process);

  e2e_adopt (e2e, e2e_spawn (e2e, G_SUBPROCESS_FLAGS_STDERR_PIPE, "run", "--replace"));
  g_assert_true (g_subprocess_wait (first, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (first), ==, 0);

  assert_healthy (e2e, "/health");
  assert_healthy (e2e, "unix:/health");
  g_assert_cmpstr (json_object_get_string_member (e2e->discovery, "owner_key"), ==, key);
}

/* A session with an upstream process, an orphan of that, and a call that never ends. */
static GDataInputStream *
start_hanging_call (E2e *e2e)
{
  g_autoptr (JsonObject) session = e2e_create_session (e2e, NULL);
  const char *token = json_object_get_string_member (session, "token");
  g_autofree char *path =
      g_strdup_printf ("/session/%s/events", json_object_get_string_member (session, "session_id"));
  g_autofree char *orphan = e2e_build (e2e, "orphan");
  g_autofree char *spawn =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                       "{\"name\":\"test__spawn-grandchild\",\"arguments\":{\"file\":\"%s\"}}}",
                       orphan);
  g_autoptr (JsonObject) answer = e2e_http_json (e2e, "POST", "/mcp", token, spawn);

  g_assert_true (json_object_has_member (answer, "result"));
  return e2e_stream (e2e, "GET", path, token, NULL);
}

static void
assert_no_processes (E2e *e2e)
{
  const char *const names[] = { "pids", "orphan" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize n_pids;
      g_autofree pid_t *pids = e2e_read_pids (e2e, names[i], &n_pids);

      g_assert_cmpuint (n_pids, ==, 1);
      e2e_await_process_end (pids[0]);
    }
}

static void
test_sigusr1 (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (GDataInputStream) events = NULL;
  const char *end;
  g_autofree char *line = NULL;
  g_autoptr (JsonObject) state = NULL;

  g_test_summary ("SIGUSR1: the state is in the log, without secrets, and the daemon goes on");
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  events = start_hanging_call (e2e);
  g_subprocess_send_signal (e2e->process, SIGUSR1);
  e2e_await_log (e2e, "State: ");
  end = strchr (e2e->log->str, '\n');
  g_assert_nonnull (end);
  line = g_strndup (e2e->log->str, end - e2e->log->str);
  state = e2e_parse (line);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (state, "sessions")), ==, 1);
  g_assert_cmpint (
      json_object_get_int_member (json_object_get_object_member (state, "totals"), "calls_ok"), ==,
      1);
  g_assert_nonnull (strstr (line, "\"memory\":"));
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (state, "providers")), ==,
                   1);
  g_assert_null (strstr (line, json_object_get_string_member (e2e->discovery, "owner_key")));
  assert_healthy (e2e, "/health");
}

static void
test_sighup (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *path = e2e_build (e2e, "run/mcp-sessiond/mcp.json");

  g_test_summary ("SIGHUP, when a terminal goes, is a clean end");
  e2e_start (e2e);
  g_subprocess_send_signal (e2e->process, SIGHUP);
  g_assert_true (g_subprocess_wait (e2e->process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (e2e->process));
  g_assert_cmpint (g_subprocess_get_exit_status (e2e->process), ==, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
close_streams (gpointer user_data)
{
  close (STDIN_FILENO);
  close (STDOUT_FILENO);
}

static void
test_closed_streams (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A daemon whose standard streams are closed puts no file in their place");
  e2e->child_setup = close_streams;
  e2e_start (e2e);
  for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++)
    {
      g_autofree char *link =
          g_strdup_printf ("/proc/%s/fd/%d", g_subprocess_get_identifier (e2e->process), fd);
      g_autofree char *target = g_file_read_link (link, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (target, ==, "/dev/null");
    }
  assert_healthy (e2e, "/health");
}

static void
silence_stderr (gpointer user_data)
{
  int fd = open ("/dev/null", O_RDWR);

  dup2 (fd, STDERR_FILENO);
}

static void
test_log_file (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *path = e2e_build (e2e, "state/mcp-sessiond/daemon.log");
  g_autoptr (GSubprocess) daemon = NULL;

  g_test_summary ("A daemon whose standard error leads nowhere logs to a file");
  e2e->child_setup = silence_stderr;
  daemon = e2e_spawn (e2e, G_SUBPROCESS_FLAGS_NONE, "run", NULL);
  g_assert_true (mcp_test_await_file_has (path, "no session bus", 20000));
  g_subprocess_send_signal (daemon, SIGTERM);
  g_assert_true (g_subprocess_wait (daemon, NULL, NULL));
}

static void
test_file_size_limit (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  struct rlimit limit = { 0, RLIM_INFINITY };

  g_test_summary ("A limit on the size of files counts as a full disk");
  e2e->warnings_expected = TRUE;
  e2e_start (e2e);
  g_assert_cmpint (
      prlimit (atoi (g_subprocess_get_identifier (e2e->process)), RLIMIT_FSIZE, &limit, NULL), ==,
      0);
  session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  assert_healthy (e2e, "/health");
  g_assert_true (json_object_has_member (session, "token"));
}

static void
test_sigterm (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (GDataInputStream) events = NULL;
  g_autofree char *path = NULL;
  g_autofree char *socket_path = NULL;
  g_autoptr (GTimer) timer = NULL;

  g_test_summary ("SIGTERM: streams are told, nothing stays behind, exit 0 within 5 s");
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  events = start_hanging_call (e2e);

  timer = g_timer_new ();
  g_subprocess_send_signal (e2e->process, SIGTERM);
  for (;;)
    {
      g_autoptr (E2eEvent) event = e2e_next_event (events);

      g_assert_nonnull (event->data);
      if (g_strcmp0 (event->name, "closed") != 0)
        continue;
      g_assert_nonnull (strstr (event->data, "shutdown"));
      break;
    }
  g_assert_cmpint (e2e_await_exit (e2e), ==, 0);
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), <, STOP_SECONDS);

  path = e2e_build (e2e, "run/mcp-sessiond/mcp.json");
  socket_path = e2e_build (e2e, "run/mcp-sessiond/http.sock");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (socket_path, G_FILE_TEST_EXISTS));
  assert_no_processes (e2e);
}

static void
test_sigkill (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (GDataInputStream) events = NULL;

  g_test_summary ("SIGKILL: no upstream process stays behind, and the next start works");
  e2e_use_test_server (e2e);
  e2e_start (e2e);
  events = start_hanging_call (e2e);

  g_subprocess_send_signal (e2e->process, SIGKILL);
  g_assert_cmpint (e2e_await_exit (e2e), ==, -1);
  assert_no_processes (e2e);

  e2e_start (e2e);
  assert_healthy (e2e, "unix:/health");
}

static void
test_port_taken (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autoptr (E2e) other = e2e_new (E2E_WITHOUT_BUS);
  const char *url;
  g_autofree char *option = NULL;

  g_test_summary ("A port that is taken is replaced by a free one, and the file says which");
  e2e_start (e2e);
  url = json_object_get_string_member (e2e->discovery, "url");
  option = g_strdup_printf ("--port=%d", atoi (strrchr (url, ':') + 1));

  e2e_adopt (other, e2e_spawn (other, G_SUBPROCESS_FLAGS_STDERR_PIPE, "run", option));
  g_assert_cmpstr (json_object_get_string_member (other->discovery, "url"), !=, url);
  assert_healthy (other, "/health");
  assert_healthy (e2e, "/health");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2e/lifecycle/starts", test_starts);
  g_test_add_func ("/e2e/lifecycle/defaults-of-client", test_defaults_of_client);
  g_test_add_func ("/e2e/lifecycle/second-start", test_second_start);
  g_test_add_func ("/e2e/lifecycle/replace", test_replace);
  g_test_add_func ("/e2e/lifecycle/sigusr1", test_sigusr1);
  g_test_add_func ("/e2e/lifecycle/sighup", test_sighup);
  g_test_add_func ("/e2e/lifecycle/closed-streams", test_closed_streams);
  g_test_add_func ("/e2e/lifecycle/log-file", test_log_file);
  g_test_add_func ("/e2e/lifecycle/file-size-limit", test_file_size_limit);
  g_test_add_func ("/e2e/lifecycle/sigterm", test_sigterm);
  g_test_add_func ("/e2e/lifecycle/sigkill", test_sigkill);
  g_test_add_func ("/e2e/lifecycle/port-taken", test_port_taken);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The command before what others have written: a tool's text on a terminal,
 * secrets in arguments, and files of clients that are none.
 */
#include "cli-test.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <pty.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The case has failed, and the next one goes on. */
static void
fail (const char *what, const char *detail)
{
  g_test_message ("FAILED: %s: %s", what, detail);
  g_test_fail ();
}

/* The terminal */

/* An operating system command, control sequences of 7 and 8 bits, a bell, a backspace, a lone
 * return, and directions of writing. In JSON. */
#define WILD                                                                                   \
  "a\\u001b]52;c;ZXZpbA==\\u0007b\\u001b[2J\\u001b[1;1Hc\\u009b31md\\u009d0;x\\u009ce\\u202ef" \
  "\\u2066g\\u200fh\\u0008i\\u007fj\\rk\\u061cl"
#define SAFE "two\\nlines\\tand a tab: \\u00e4\\u4e2d"

typedef struct
{
  const char *name;
  const char *answer; /* of the call */
  const char *before; /* (nullable): lines ahead of it */
} TerminalCase;

#define TEXT(text) "{\"type\":\"text\",\"text\":\"" text "\"}"

static const TerminalCase terminal_cases[] = {
  { "text", "\"result\":{\"content\":[" TEXT (WILD) "]}", NULL },
  { "text-with-a-zero", "\"result\":{\"content\":[" TEXT ("a\\u0000\\u001b[2J") "]}", NULL },
  { "failure", "\"result\":{\"content\":[" TEXT (WILD) "],\"isError\":true}", NULL },
  { "error", "\"error\":{\"code\":1,\"message\":\"" WILD "\"}", NULL },
  { "resource",
    "\"result\":{\"content\":[{\"type\":\"resource\",\"resource\":{\"uri\":\"x:y\",\"text\":\"" WILD
    "\"}}]}",
    NULL },
  { "link",
    "\"result\":{\"content\":[{\"type\":\"resource_link\",\"name\":\"n\",\"uri\":\"x:" WILD "\"}]}",
    NULL },
  { "type",
    "\"result\":{\"content\":[{\"type\":\"im" WILD "\",\"mimeType\":\"" WILD "\",\"data\":\"\"}]}",
    NULL },
  /* raw bytes of UTF-8, as JSON may have them */
  { "structure",
    "\"result\":{\"content\":[],\"structuredContent\":{\"a\":\"\xc2\x9b"
    "31m\xe2\x80\xae\xe2\x81\xa6\x7f\"}}",
    NULL },
  { "progress", "\"result\":{\"content\":[" TEXT ("x") "]}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
    "@TOKEN@,\"progress\":1,\"message\":\"" WILD "\"}}\n" },
};

static void
use_canned (CliTest *test, const char *answer, const char *before)
{
  g_autofree char *directory = e2e_build (test->e2e, "canned");
  g_autofree char *config =
      g_strdup_printf ("{\"mcpServers\":{\"srv\":{\"command\":\"%s\",\"args\":[\"%s\"]}}}",
                       g_getenv ("MCP_TEST_CANNED"), directory);

  g_free (test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", config, 0600));
  g_free (test_dir_write (test->e2e->dir, "canned/tools.list",
                          "\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{}}]}", 0600));
  g_free (test_dir_write (test->e2e->dir, "canned/call.t", answer, 0600));
  if (before != NULL)
    g_free (test_dir_write (test->e2e->dir, "canned/call.t.before", before, 0600));
}

/* What a terminal is sent, standard output and standard error. */
static char *
run_on_terminal (CliTest *test, const char *const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) sent = g_string_new (NULL);
  char buffer[4096];
  int master, slave;
  ssize_t n;

  g_assert_cmpint (openpty (&master, &slave, NULL, NULL, NULL), ==, 0);
  g_assert_cmpint (fcntl (master, F_SETFD, FD_CLOEXEC), ==, 0);
  g_ptr_array_add (argv, (char *) g_getenv ("MCP_TEST_COMMAND"));
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (char *) arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_environ (launcher, test->environment);
  g_subprocess_launcher_set_cwd (launcher, test->cwd);
  g_subprocess_launcher_take_stdout_fd (launcher, dup (slave));
  g_subprocess_launcher_take_stderr_fd (launcher, slave);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  g_clear_object (&launcher);

  /* EIO: nobody has the terminal open any more */
  while ((n = read (master, buffer, sizeof buffer)) > 0)
    g_string_append_len (sent, buffer, n);
  close (master);
  g_subprocess_wait (process, NULL, NULL);
  /* a text with U+0000 would end early here */
  for (gsize i = 0; i < sent->len; i++)
    if (sent->str[i] == '\0')
      sent->str[i] = '\1';
  return g_string_free (g_steal_pointer (&sent), FALSE);
}

static char *
replace (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  return g_strjoinv (to, parts);
}

static gboolean
moves_the_terminal (gunichar c)
{
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
         c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* The command itself ends lines, and clears the line of progress. */
static void
check_clean (const char *sent)
{
  g_autofree char *lines = replace (sent, "\r\n", "\n");
  g_autofree char *text = replace (lines, "\r\033[K", "");
  g_autofree char *shown = g_strescape (sent, NULL);

  if (!g_utf8_validate (text, -1, NULL))
    fail ("not UTF-8", shown);
  for (const char *at = text; *at != '\0' && !g_test_failed (); at = g_utf8_next_char (at))
    if (moves_the_terminal (g_utf8_get_char (at)))
      fail ("a tool has the terminal", shown);
}

static void
test_terminal (gconstpointer data)
{
  const TerminalCase *terminal_case = data;
  const char *const arguments[] = { "call", "srv__t", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *sent = NULL;

  g_test_summary ("What a tool says does not control the terminal that it is shown on");
  use_canned (test, terminal_case->answer, terminal_case->before);
  cli_test_start_daemon (test);
  sent = run_on_terminal (test, arguments);
  check_clean (sent);
}

static void
test_safe_text (void)
{
  const char *const arguments[] = { "call", "srv__t", "--quiet", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *sent = NULL;
  g_autofree char *lines = NULL;

  g_test_summary ("Lines, tabs and letters of every script are shown as they are");
  use_canned (test, "\"result\":{\"content\":[" TEXT (SAFE) "]}", NULL);
  cli_test_start_daemon (test);
  sent = run_on_terminal (test, arguments);
  lines = replace (sent, "\r\n", "\n");
  if (strcmp (lines, "two\nlines\tand a tab: \xc3\xa4\xe4\xb8\xad\n") != 0)
    fail ("it is shown as", lines);
}

static void
test_pipe (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *out = NULL;

  g_test_summary ("A program gets what the tool said, byte by byte");
  use_canned (test, "\"result\":{\"content\":[" TEXT ("a\\u001b[2Jb\\u202ec") "]}", NULL);
  cli_test_start_daemon (test);
  out = cli_test_run_ok (test, "call", "srv__t", NULL);
  g_assert_cmpstr (out, ==,
                   "a\033[2Jb\xe2\x80\xae"
                   "c\n");
}

/* A daemon of a liar: it says the same to every request. */

#define LIE                                                                              \
  "{\"url\":\"http://x/" WILD "\",\"session_id\":\"s\",\"token\":\"t\\r\\nX-Other: y\"," \
  "\"error\":{\"message\":\"" WILD "\"},\"servers\":[{\"name\":\"" WILD                  \
  "\",\"state\":\"failed\",\"last_error\":\"" WILD "\"}]}"

static gboolean
lie_cb (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer user_data)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autofree char *answer =
      g_strdup_printf ("HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: application/json\r\n"
                       "Content-Length: %u\r\n\r\n%s",
                       (const char *) user_data, (guint) strlen (LIE), LIE);
  char request[4096];

  /* One that only asks whether somebody listens sends nothing. */
  if (g_input_stream_read (in, request, sizeof request, NULL, NULL) > 0)
    g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);
  return TRUE;
}

static GSocketService *
start_liar (CliTest *test, const char *status)
{
  g_autofree char *directory = e2e_build (test->e2e, "run/mcp-sessiond");
  g_autofree char *path = g_build_filename (directory, "http.sock", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;
  GSocketService *service = g_threaded_socket_service_new (10);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_signal_connect (service, "run", G_CALLBACK (lie_cb), (gpointer) status);
  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  return service;
}

typedef struct
{
  const char *name;
  const char *status; /* of each answer */
  const char *arguments[3];
} LiarCase;

static const LiarCase liar_cases[] = {
  { "address", "200 OK", { "dashboard", "--print" } },
  { "advice", "200 OK", { "doctor" } },
  { "token", "200 OK", { "tools" } },
  { "failure", "500 No", { "status" } },
};

typedef struct
{
  CliTest *test;
  const char *const *arguments;
  char *sent; /* (owned) (nullable): until the command has ended */
} TerminalRun;

static gpointer
run_thread (gpointer data)
{
  TerminalRun *run = data;
  char *sent = run_on_terminal (run->test, run->arguments);

  g_atomic_pointer_set (&run->sent, sent);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
test_liar (gconstpointer data)
{
  const LiarCase *liar_case = data;
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (GSocketService) service = NULL;
  TerminalRun run = { test, liar_case->arguments, NULL };
  GThread *thread;

  g_test_summary ("What a daemon says controls neither the terminal nor the command's requests");
  cli_test_setenv (test, "NO_COLOR", "1");
  service = start_liar (test, liar_case->status);
  thread = g_thread_new ("command", run_thread, &run);
  while (g_atomic_pointer_get (&run.sent) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  check_clean (run.sent);
  if (strstr (run.sent, "CRITICAL") != NULL)
    fail ("the command is confused", run.sent);
  g_free (run.sent);
}

/* Secrets */

static void
test_secret_in_arguments (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) added = NULL;
  g_autoptr (CliRun) doctor = NULL;
  g_autofree char *said = NULL;

  g_test_summary (
      "server add and doctor warn of a variable in arguments, which every user can read");
  added = cli_test_run (test, NULL, "server", "add", "leaky", "--", "true",
                        "--key=${env:SECRET_KEY}", NULL);
  g_assert_cmpint (added->status, ==, 0);
  if (strstr (added->err, "SECRET_KEY") == NULL)
    fail ("server add says nothing of it", added->err);
  doctor = cli_test_run (test, NULL, "doctor", NULL);
  said = g_strconcat (doctor->out, doctor->err, NULL);
  if (strstr (said, "SECRET_KEY") == NULL)
    fail ("doctor says nothing of it", said);
}

static void
test_secret_in_environment (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) added = NULL;

  g_test_summary ("There is no warning of a variable in “env”, which nobody else can read");
  added = cli_test_run (test, NULL, "server", "add", "tight", "--env", "KEY=${env:SECRET_KEY}",
                        "--", "true", "${cwd}", NULL);
  g_assert_cmpint (added->status, ==, 0);
  if (strstr (added->err, "SECRET_KEY") != NULL)
    fail ("server add warns of it", added->err);
}

/* Clients' files */

typedef void (*MakeFile) (const char *path);

static void
make_fifo (const char *path)
{
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
}

static void
make_endless (const char *path)
{
  g_assert_cmpint (symlink ("/dev/zero", path), ==, 0);
}

static void
make_huge (const char *path)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (ftruncate (fd, G_GINT64_CONSTANT (4) << 30), ==, 0);
  close (fd);
}

static void
make_directory (const char *path)
{
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
}

static gboolean
late_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, NULL, user_data, NULL);
}

/* Returns: (nullable): what it said on standard error; NULL: it did not end in time */
static char *
run_for_a_while (CliTest *test, const char *const *arguments, int *status)
{
  g_autoptr (GSubprocess) process = cli_test_spawn (
      test, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE, arguments);
  gboolean late = FALSE;
  guint id = g_timeout_add (3000, late_cb, &late);
  char *said = NULL;

  g_subprocess_communicate_utf8_async (process, NULL, NULL, ended_cb, &said);
  while (said == NULL && !late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  if (late)
    g_subprocess_force_exit (process);
  while (said == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_subprocess_wait (process, NULL, NULL);
  *status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  if (late)
    g_clear_pointer (&said, g_free);
  return said;
}

static void
test_difference (void)
{
  const char *const arguments[] = { "connect", "cursor", "--print", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *sent = NULL;

  g_test_summary ("The change of a client's file is shown as it is, whatever is in the file");
  g_free (test_dir_write (test->e2e->dir, "home/.cursor/mcp.json",
                          "{ // \033[2J\033]0;x\007\xc2\x9b"
                          "31m\xe2\x80\xae\n\"mcpServers\": {}}",
                          0600));
  sent = run_on_terminal (test, arguments);
  check_clean (sent);
  if (strstr (sent, "^[[2J") == NULL)
    fail ("the line is not shown", sent);
}

typedef struct
{
  const char *name;
  MakeFile make;
} FileCase;

static const FileCase file_cases[] = {
  { "pipe", make_fifo },
  { "endless-device", make_endless },
  { "too-large", make_huge },
  { "directory", make_directory },
};

static void
test_file (gconstpointer data)
{
  const FileCase *file = data;
  const char *const connect[] = { "connect", "cursor", "--print", NULL };
  const char *const list[] = { "connect", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *directory = e2e_build (test->e2e, "home/.cursor");
  g_autofree char *path = g_build_filename (directory, "mcp.json", NULL);
  g_autofree char *said = NULL;
  g_autofree char *listed = NULL;
  int status;

  g_test_summary (
      "connect reads regular files of a sensible size, and says which file it does not read");
  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  file->make (path);
  said = run_for_a_while (test, connect, &status);
  if (said == NULL)
    fail ("connect does not end", file->name);
  else if (status != 1 || strstr (said, path) == NULL)
    fail ("connect does not say which file it cannot read", said);
  listed = run_for_a_while (test, list, &status);
  if (listed == NULL || status != 0)
    fail ("the list of clients", listed != NULL ? listed : "no end");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (terminal_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/attack/10-terminal/", terminal_cases[i].name, NULL);

      g_test_add_data_func (path, &terminal_cases[i], test_terminal);
    }
  g_test_add_func ("/attack/10-terminal/safe-text", test_safe_text);
  g_test_add_func ("/attack/10-terminal/pipe", test_pipe);
  for (gsize i = 0; i < G_N_ELEMENTS (liar_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/attack/10-terminal/liar-", liar_cases[i].name, NULL);

      g_test_add_data_func (path, &liar_cases[i], test_liar);
    }
  g_test_add_func ("/attack/10-terminal/difference", test_difference);
  g_test_add_func ("/attack/20-secrets/in-arguments", test_secret_in_arguments);
  g_test_add_func ("/attack/20-secrets/in-the-environment", test_secret_in_environment);
  for (gsize i = 0; i < G_N_ELEMENTS (file_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/attack/21-files/", file_cases[i].name, NULL);

      g_test_add_data_func (path, &file_cases[i], test_file);
    }
  return g_test_run ();
}

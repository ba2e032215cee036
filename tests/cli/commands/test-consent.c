/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * consent and stop-all, and who may answer.
 */
#include "cli-test.h"
#include "terminal.h"

#include "mcp-test-await.h"

#include <string.h>

#define CALL                                                                                  \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"t__echo\"," \
  "\"arguments\":{\"text\":\"a\\u202e\\u0007b\"},\"_meta\":{\"progressToken\":1}}}"

static CliTest *
start (void)
{
  CliTest *test = cli_test_new ();
  g_autofree char *servers =
      g_strdup_printf ("{\"mcpServers\": {\"t\": {\"command\": \"%s\", \"consent\": \"ask\"}}}",
                       g_getenv ("MCP_TEST_SERVER"));

  g_free (test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", servers, 0600));
  e2e_start (test->e2e);
  return test;
}

/* A call by a process of its own, which is no child of what answers. */
static GSubprocess *
begin_call (CliTest *test, const char *text)
{
  g_autofree char *argument = g_strconcat ("text=", text, NULL);
  const char *const arguments[] = { "call", "t__echo", argument, NULL };

  return cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                         arguments);
}

/* Returns: (transfer full) (nullable): id of the question that waits */
static char *
find_question (CliTest *test)
{
  g_autofree char *ids = cli_test_run_ok (test, "consent", "list", "-o", "name", NULL);

  return *ids != '\0' ? g_strdup (g_strchomp (ids)) : NULL;
}

static char *
await_question (CliTest *test)
{
  char *id;

  AWAIT ((id = find_question (test)) != NULL);
  return id;
}

static void
assert_ends (GSubprocess *process, const char *part)
{
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (output, part));
}

static void
test_answer (void)
{
  g_autoptr (CliTest) test = start ();
  g_autoptr (GSubprocess) call = begin_call (test, "hello");
  g_autofree char *id = await_question (test);
  g_autofree char *shown = cli_test_run_ok (test, "consent", NULL);
  g_autoptr (CliRun) wrong = cli_test_run (test, NULL, "consent", "answer", id, "yes", NULL);
  g_autofree char *done = cli_test_run_ok (test, "consent", "answer", id, "once", NULL);
  g_autoptr (CliRun) late = cli_test_run (test, NULL, "consent", "answer", id, "deny", NULL);
  g_autofree char *history = NULL;

  g_test_summary ("consent shows who wants what, and takes the answer, once");
  g_assert_nonnull (strstr (shown, "t__echo"));
  g_assert_nonnull (strstr (shown, "  \"text\": \"hello\"\n"));
  g_assert_cmpint (wrong->status, ==, 2);
  assert_ends (call, "{\"text\":\"hello\"}");
  g_assert_cmpint (late->status, ==, 1);
  g_assert_nonnull (strstr (late->err, "has ended"));
  history = cli_test_run_ok (test, "history", "--json", NULL);
  g_assert_nonnull (strstr (history, "\"consent\":\"once\",\"consent_by\":\"http\""));
}

static void
test_dialog (void)
{
  g_autoptr (CliTest) test = start ();
  const char *const argv[] = { g_getenv ("MCP_TEST_COMMAND"), "consent", "--watch", NULL };
  g_autoptr (Terminal) terminal =
      terminal_new (argv, (const char *const *) test->environment, test->cwd, 100, 30);
  g_autoptr (GSubprocess) first = NULL;
  g_autoptr (GSubprocess) second = NULL;

  g_test_summary ("In a terminal each question is answered by a key, and the next one waited for");
  terminal_await (terminal, "Waiting for questions");
  first = begin_call (test, "one");
  terminal_await (terminal, "\"text\": \"one\"");
  terminal_type (terminal, "o");
  assert_ends (first, "{\"text\":\"one\"}");
  second = begin_call (test, "two");
  terminal_await (terminal, "\"text\": \"two\"");
  terminal_type (terminal, "d");
  assert_ends (second, "did not allow");
  terminal_type (terminal, "q");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
}

static void
test_call_waits (void)
{
  g_autoptr (CliTest) test = start ();
  const char *const argv[] = { g_getenv ("MCP_TEST_COMMAND"), "call", "t__echo", "text=hello",
                               NULL };
  g_autoptr (Terminal) terminal =
      terminal_new (argv, (const char *const *) test->environment, test->cwd, 100, 30);
  g_autofree char *id = NULL;

  g_test_summary ("A call that waits for consent says which command answers");
  terminal_await (terminal, "“mcp-session consent” answers");
  id = await_question (test);
  g_free (cli_test_run_ok (test, "consent", "answer", id, "once", NULL));
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
}

static void
test_asker (void)
{
  g_autoptr (CliTest) test = start ();
  g_autoptr (JsonObject) session = e2e_create_session (test->e2e, "{}");
  g_autoptr (GDataInputStream) stream = NULL;
  g_autofree char *id = NULL;
  g_autofree char *path = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (CliRun) child = NULL;
  guint status;

  g_test_summary ("The client that asks cannot answer, nor what it has started, with any key; what "
                  "it wrote does nothing to a terminal");
  stream = e2e_stream (test->e2e, "POST", "/mcp", json_object_get_string_member (session, "token"),
                       CALL);
  id = await_question (test);
  path = g_strconcat ("unix:/consent/", id, NULL);
  refused = e2e_http (test->e2e, "POST", path, NULL, "{\"answer\":\"once\"}", &status);
  g_assert_cmpuint (status, ==, 403);
  child = cli_test_run (test, NULL, "consent", "answer", id, "once", NULL);
  g_assert_cmpint (child->status, ==, 1);
  g_assert_nonnull (strstr (child->err, "client that asks"));
  shown = cli_test_run_ok (test, "consent", "list", NULL);
  g_assert_nonnull (strstr (shown, "\"a\\u202e\\u0007b\""));
}

static void
test_stop_all (void)
{
  g_autoptr (CliTest) test = start ();
  g_autoptr (GSubprocess) call = begin_call (test, "hello");
  g_autofree char *id = await_question (test);
  g_autoptr (CliRun) refused = NULL;
  g_autoptr (GSubprocess) again = NULL;
  g_autofree char *next = NULL;

  g_test_summary (
      "stop-all ends calls, those that wait for consent too, and --release allows them");
  g_free (cli_test_run_ok (test, "stop-all", NULL));
  assert_ends (call, "cancelled");
  refused = cli_test_run (test, NULL, "call", "t__echo", "text=x", NULL);
  g_assert_cmpint (refused->status, ==, 1);
  g_assert_nonnull (strstr (refused->err, "stopped all tool calls"));
  g_free (cli_test_run_ok (test, "stop-all", "--release", NULL));
  again = begin_call (test, "again");
  next = await_question (test);
  g_assert_cmpstr (next, !=, id);
  g_subprocess_force_exit (again);
  g_subprocess_wait (again, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consent/answer", test_answer);
  g_test_add_func ("/consent/dialog", test_dialog);
  g_test_add_func ("/consent/call-waits", test_call_waits);
  g_test_add_func ("/consent/asker", test_asker);
  g_test_add_func ("/consent/stop-all", test_stop_all);
  return g_test_run ();
}

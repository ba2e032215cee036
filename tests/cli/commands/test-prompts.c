/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * prompts, resources, read, complete; and calls that ask the person at the terminal, or whose
 * server is in no file.
 */
#include "cli-test.h"
#include "terminal.h"

#include <glib/gstdio.h>
#include <string.h>

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

static CliTest *
start_with_fixture (void)
{
  CliTest *test = cli_test_new ();

  g_free (cli_test_run_ok (test, "server", "add", "fx", "--", g_getenv ("MCP_TEST_FIXTURE"), NULL));
  cli_test_start_daemon (test);
  return test;
}

static void
test_prompts (void)
{
  g_autoptr (CliTest) test = start_with_fixture ();
  g_autofree char *list = NULL;
  g_autofree char *got = NULL;
  g_autofree char *values = NULL;
  g_autoptr (CliRun) twice = NULL;

  g_test_summary ("Prompts are listed and got; their arguments are completed");
  list = cli_test_run_ok (test, "prompts", NULL);
  assert_contains (list, "fx__test_prompt_with_arguments");
  assert_contains (list, "arg1 arg2");
  got = cli_test_run_ok (test, "prompts", "get", "fx__test_prompt_with_arguments", "arg1=1",
                         "arg2=b", NULL);
  g_assert_cmpstr (got, ==, "user:\nPrompt with arguments: arg1='1', arg2='b'\n");
  values = cli_test_run_ok (test, "complete", "fx__test_prompt_with_arguments", "arg1=t", NULL);
  assert_contains (values, "testValue1\n");
  twice = cli_test_run (test, NULL, "prompts", "get", "x", "a=1", "a=2", NULL);
  g_assert_cmpint (twice->status, ==, 1);
  assert_contains (twice->err, "“a” is given twice");
}

static void
test_resources (void)
{
  g_autoptr (CliTest) test = start_with_fixture ();
  g_autofree char *list = NULL;
  g_autofree char *templates = NULL;
  g_autofree char *text = NULL;
  g_autofree char *binary = NULL;
  g_autoptr (CliRun) missing = NULL;

  g_test_summary ("Resources are listed; a file gets the very bytes of one");
  list = cli_test_run_ok (test, "resources", NULL);
  assert_contains (list, "test://static-text");
  templates = cli_test_run_ok (test, "resources", "--templates", "-o", "name", NULL);
  g_assert_cmpstr (templates, ==, "test://template/{id}/data\n");
  text = cli_test_run_ok (test, "read", "test://static-text", NULL);
  g_assert_cmpstr (text, ==, "This is the content of the static text resource.");
  missing = cli_test_run (test, NULL, "read", "nope://x", NULL);
  g_assert_cmpint (missing->status, ==, 1);
}

static Terminal *
open_call (CliTest *test, const char *const *words)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  g_ptr_array_add (argv, (char *) g_getenv ("MCP_TEST_COMMAND"));
  g_ptr_array_add (argv, (char *) "call");
  for (gsize i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, (char *) words[i]);
  g_ptr_array_add (argv, NULL);
  cli_test_setenv (test, "TERM", "xterm");
  return terminal_new ((const char *const *) argv->pdata, (const char *const *) test->environment,
                       test->cwd, 100, 24);
}

static void
test_elicitation (void)
{
  const char *words[] = { "fx__test_elicitation", "message=Who are you?", NULL };
  g_autoptr (CliTest) test = start_with_fixture ();
  g_autoptr (Terminal) accepted = NULL;
  g_autoptr (Terminal) declined = NULL;

  g_test_summary ("What a server asks is answered at the terminal; Ctrl-D declines");
  accepted = open_call (test, words);
  terminal_await (accepted, "The server asks: Who are you?");
  terminal_await (accepted, "username");
  terminal_type (accepted, "bob\n");
  terminal_await (accepted, "email");
  terminal_type (accepted, "b@example.org\n");
  terminal_await (accepted, "\"username\":\"bob\"");
  g_assert_cmpint (terminal_await_exit (accepted), ==, 0);

  declined = open_call (test, words);
  terminal_await (declined, "username");
  terminal_type (declined, "\004");
  terminal_await (declined, "decline");
  g_assert_cmpint (terminal_await_exit (declined), ==, 0);
}

static void
test_cold_start (void)
{
  const char *words[] = { "slow__echo", "text=done", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Terminal) terminal = NULL;
  g_autofree char *script = NULL;
  g_autofree char *path = NULL;
  g_autofree char *go = e2e_build (test->e2e, "go");

  g_test_summary ("While a server starts, its last line of standard error is shown");
  script = g_strdup_printf ("#!/bin/sh\n"
                            "echo 'downloading 3 of 7' >&2\n"
                            "while [ ! -e '%s' ]; do sleep 0.05; done\n"
                            "exec '%s'\n",
                            go, g_getenv ("MCP_TEST_SERVER"));
  path = test_dir_write (test->e2e->dir, "slow-server", script, 0700);
  g_free (cli_test_run_ok (test, "server", "add", "slow", "--", path, NULL));
  cli_test_start_daemon (test);
  terminal = open_call (test, words);
  terminal_await (terminal, "downloading 3 of 7");
  g_assert_true (g_file_set_contents (go, "", -1, NULL));
  terminal_await (terminal, "{\"text\":\"done\"}");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
}

static void
test_ad_hoc (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) failed = NULL;
  g_autoptr (CliRun) missing = NULL;
  g_autofree char *quoted = g_shell_quote (g_getenv ("MCP_TEST_SERVER"));
  g_autofree char *command = g_strconcat (quoted, " --only=say,fail", NULL);
  g_autofree char *answer = NULL;

  g_test_summary ("A server that is in no file is started for one call, without the daemon");
  answer = cli_test_run_ok (test, "call", "--server-command", command, "say", "text=hello", NULL);
  g_assert_cmpstr (answer, ==, "hello\n");
  failed = cli_test_run (test, NULL, "call", "--server-command", command, "fail", NULL);
  g_assert_cmpint (failed->status, ==, 1);
  g_assert_cmpstr (failed->err, ==, "failed as asked\n");
  missing = cli_test_run (test, NULL, "call", "--server-command=no-such-program", "x", NULL);
  g_assert_cmpint (missing->status, ==, 1);
  assert_contains (missing->err, "no-such-program");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/prompts", test_prompts);
  g_test_add_func ("/cli/resources", test_resources);
  g_test_add_func ("/cli/call/elicitation", test_elicitation);
  g_test_add_func ("/cli/call/cold-start", test_cold_start);
  g_test_add_func ("/cli/call/ad-hoc", test_ad_hoc);
  return g_test_run ();
}

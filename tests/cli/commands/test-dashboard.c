/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * dashboard: the page's address, and the browser that opens it.
 */
#include "cli-test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define ADDRESS "^http://127\\.0\\.0\\.1:[0-9]+/#code=[0-9a-f]{32}\n?$"

static void
test_print (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_test_summary ("dashboard --print prints an address with a new code each time");
  cli_test_start_daemon (test);
  first = cli_test_run_ok (test, "dashboard", "--print", NULL);
  second = cli_test_run_ok (test, "dashboard", "--print", NULL);
  g_assert_true (g_regex_match_simple (ADDRESS, first, 0, 0));
  g_assert_cmpstr (first, !=, second);
}

static void
test_json (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *answer = NULL;
  g_autoptr (JsonObject) object = NULL;

  g_test_summary ("dashboard --json prints the daemon's answer");
  cli_test_start_daemon (test);
  answer = cli_test_run_ok (test, "dashboard", "--json", NULL);
  object = e2e_parse (answer);
  g_assert_true (
      g_regex_match_simple (ADDRESS, json_object_get_string_member (object, "url"), 0, 0));
  g_assert_cmpint (json_object_get_int_member (object, "expires_in"), ==, 60);
}

/* The browser of this test: it writes its arguments, one a line, to a pipe. */
static void
install_browser (CliTest *test, const char *pipe)
{
  g_autofree char *folder = g_build_filename (test->cwd, "bin", NULL);
  g_autofree char *program = g_build_filename (folder, "xdg-open", NULL);
  g_autofree char *script =
      g_strdup_printf ("#!/bin/sh\nprintf '%%s\\n' \"$#\" \"$@\" >'%s'\n", pipe);
  g_autofree char *path = g_strconcat (folder, ":", g_getenv ("PATH"), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir (folder, 0700));
  g_file_set_contents (program, script, -1, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (program, 0700));
  cli_test_setenv (test, "PATH", path);
}

static void
test_open (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *pipe = g_build_filename (test->cwd, "opened", NULL);
  g_autofree char *out = NULL;
  g_autofree char *opened = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("dashboard gives xdg-open the address as its one argument, and prints no code");
  cli_test_start_daemon (test);
  g_assert_no_errno (mkfifo (pipe, 0600));
  install_browser (test, pipe);
  out = cli_test_run_ok (test, "dashboard", NULL);
  g_assert_null (strstr (out, "code="));

  /* Blocks until the browser has written. */
  g_file_get_contents (pipe, &opened, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (opened, "1\n"));
  g_assert_true (g_regex_match_simple (ADDRESS, opened + 2, 0, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli/dashboard/print", test_print);
  g_test_add_func ("/cli/dashboard/json", test_json);
  g_test_add_func ("/cli/dashboard/open", test_open);

  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "provider-test.h"
#include "upstream/stdio/mcp-shell-path.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Login shells, as scripts. */

typedef struct
{
  char *directory;
  char *shell;
} Shell;

static void
shell_setup (Shell *s, gconstpointer script)
{
  s->directory = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  s->shell = g_build_filename (s->directory, "shell", NULL);
  g_assert_true (
      g_file_set_contents_full (s->shell, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  g_setenv ("SHELL", s->shell, TRUE);
}

static void
shell_teardown (Shell *s, gconstpointer script)
{
  g_free (s->shell);
  test_remove_directory (s->directory);
}

static char *
ask (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mcp_shell_path_ask_async (NULL, test_keep_result, &result);
  test_await (test_is_set, &result);
  return mcp_shell_path_ask_finish (result, error);
}

#define SHEBANG "#!/bin/sh\n"

static void
test_said (Shell *s, gconstpointer script)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = ask (&error);

  g_test_summary ("The PATH is found among what start-up files print, without relative entries");
  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, "/opt/nvm/bin:/usr/bin");
}

static void
test_silent (Shell *s, gconstpointer script)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A shell that says nothing of use is an error");
  g_assert_null (ask (&error));
  g_assert_nonnull (error);
}

static gboolean
is_stopped (gpointer provider)
{
  return mcp_provider_get_state (provider) == MCP_PROVIDER_STOPPED;
}

static void
test_found (void)
{
  ProviderFixture f = { 0 };
  Shell s = { 0 };
  g_autofree char *bin = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  g_autofree char *link = g_build_filename (bin, "mcp-sessiond-own-server", NULL);
  g_autofree char *script =
      g_strdup_printf (SHEBANG "PATH=%s:/usr/bin:/bin exec /bin/sh -c \"$2\"\n", bin);
  g_autofree char *text = NULL;

  g_test_summary ("A program that only the login shell's PATH has is found there");
  g_assert_cmpint (symlink (g_getenv ("MCP_TEST_SERVER"), link), ==, 0);
  shell_setup (&s, script);
  provider_setup (&f, NULL);
  g_free (f.config->command);
  f.config->command = g_strdup ("mcp-sessiond-own-server");
  text = provider_call_text (&f, "echo", "{}");
  g_assert_cmpstr (text, ==, "{}");
  provider_teardown (&f, NULL);
  shell_teardown (&s, NULL);
  g_unlink (link);
  g_rmdir (bin);
}

static void
test_found_nowhere (void)
{
  ProviderFixture f = { 0 };
  Shell s = { 0 };
  ProviderCall call;

  g_test_summary ("The error for a program that no PATH has says that the login shell was asked");
  shell_setup (&s, SHEBANG "PATH=/nonexistent/bin:/usr/bin:/bin exec /bin/sh -c \"$2\"\n");
  provider_setup (&f, NULL);
  g_free (f.config->command);
  f.config->command = g_strdup ("mcp-sessiond-no-such-server");
  provider_begin (&f, &call, "echo", "{}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "PATH of the login shell");
  provider_teardown (&f, NULL);
  shell_teardown (&s, NULL);
}

static void
test_closed (void)
{
  ProviderFixture f = { 0 };
  Shell s = { 0 };
  ProviderCall call;

  g_test_summary ("A server whose shell is still being asked can be closed");
  shell_setup (&s, SHEBANG "sleep 60\n");
  provider_setup (&f, NULL);
  g_free (f.config->command);
  f.config->command = g_strdup ("mcp-sessiond-no-such-server");
  provider_begin (&f, &call, "echo", "{}", 0, NULL);
  while (mcp_stdio_provider_get_pid (MCP_STDIO_PROVIDER (f.provider)) != 0)
    g_main_context_iteration (NULL, TRUE);
  provider_close (&f);
  provider_end_failed (&call, MCP_ERROR_CLOSED, "was closed");
  test_await (is_stopped, f.provider);
  provider_teardown (&f, NULL);
  shell_teardown (&s, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/upstream/shell-path/said", Shell,
              SHEBANG "echo hello; PATH=/opt/nvm/bin:bin::/usr/bin; eval \"$2\"; echo bye\n",
              shell_setup, test_said, shell_teardown);
  g_test_add ("/upstream/shell-path/silent", Shell, SHEBANG "echo hello\n", shell_setup,
              test_silent, shell_teardown);
  g_test_add_func ("/upstream/shell-path/found", test_found);
  g_test_add_func ("/upstream/shell-path/found-nowhere", test_found_nowhere);
  g_test_add_func ("/upstream/shell-path/closed", test_closed);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "common/mcp-runtime-directory.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
write_lock (const char *state_home, int pid, const char *rest)
{
  g_autofree char *directory = g_build_filename (state_home, MCP_DIRECTORY, NULL);
  g_autofree char *path = g_build_filename (directory, MCP_LOCK_FILE, NULL);
  g_autofree char *text = g_strdup_printf ("%d\n%s", pid, rest);

  g_mkdir_with_parents (directory, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
ask (const char *state_home)
{
  return mcp_runtime_directory_dup_of_daemon (state_home, NULL);
}

static void
test_of_daemon (void)
{
  g_autofree char *state_home = g_dir_make_tmp ("mcp-runtime-XXXXXX", NULL);
  g_autofree char *directory = g_build_filename (state_home, MCP_DIRECTORY, NULL);
  g_autofree char *lock = g_build_filename (directory, MCP_LOCK_FILE, NULL);
  g_autofree char *found = NULL;
  pid_t pid = 0;

  g_test_summary ("The lock in the state directory tells where the daemon is, while it runs");
  g_assert_null (ask (state_home));
  write_lock (state_home, getpid (), "/run/user/7/mcp-sessiond/http.sock\n");
  found = mcp_runtime_directory_dup_of_daemon (state_home, &pid);
  g_assert_cmpstr (found, ==, "/run/user/7/mcp-sessiond");
  g_assert_cmpint (pid, ==, getpid ());

  write_lock (state_home, getpid (), "");
  g_assert_null (ask (state_home));
  write_lock (state_home, getpid (), "relative/http.sock\n");
  g_assert_null (ask (state_home));
  write_lock (state_home, G_MAXINT, "/run/http.sock\n");
  g_assert_null (ask (state_home));

  g_remove (lock);
  g_rmdir (directory);
  g_rmdir (state_home);
}

static void
test_base (void)
{
  g_autofree char *base = mcp_runtime_directory_dup_base ();

  g_test_summary ("XDG_RUNTIME_DIR comes first");
  g_assert_cmpstr (base, ==, "/nonexistent/run");
}

int
main (int argc, char **argv)
{
  g_setenv ("XDG_RUNTIME_DIR", "/nonexistent/run", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/runtime-directory/of-daemon", test_of_daemon);
  g_test_add_func ("/common/runtime-directory/base", test_base);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "upstream/config/mcp-expand.h"
#include "upstream/dialogue/mcp-backoff.h"
#include "upstream/stdio/mcp-environment.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const base[] = {
  "PATH=/bin",
  "HOME=/home/u",
  "USER=u",
  "LANG=C.UTF-8",
  "LC_TIME=de",
  "TZ=UTC",
  "TMPDIR=/tmp",
  "XDG_RUNTIME_DIR=/run/user/1",
  "XDG_DATA_HOME=/d",
  "DISPLAY=:0",
  "WAYLAND_DISPLAY=w",
  "SSH_AUTH_SOCK=/s",
  "https_proxy=p",
  "NO_PROXY=n",
  "NODE_EXTRA_CA_CERTS=/c",
  "npm_config_registry=r",
  "DBUS_SESSION_BUS_ADDRESS=unix:path=/b",
  /* Not the server's business: */
  "MCP_SESSION_TOKEN=t",
  "NOTIFY_SOCKET=/n",
  "LISTEN_FDS=3",
  "ANTHROPIC_API_KEY=k",
  "LD_PRELOAD=/x.so",
  "G_MESSAGES_DEBUG=all",
  "XDG=1",
  "LCX=1",
  "PATHS=/x",
  "LOST",
  NULL,
};

static void
test_passed (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) environment = mcp_environment_build (base, NULL, "/", &error);

  g_test_summary ("The listed variables pass, nothing else does");
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (environment), ==, 17);
  for (gsize i = 0; i < 17; i++)
    g_assert_true (g_strv_contains ((const char *const *) environment, base[i]));
}

static void
test_configured (void)
{
  const char *const configured[] = { "KEY=${env:ANTHROPIC_API_KEY}", "ROOT=${cwd}=x", "HOME=/other",
                                     "EMPTY=", NULL };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) environment = mcp_environment_build (base, configured, "/srv/p", &error);

  g_test_summary ("The configuration adds and replaces, its values expanded");
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (environment), ==, 20);
  g_assert_cmpstr (g_environ_getenv (environment, "KEY"), ==, "k");
  g_assert_cmpstr (g_environ_getenv (environment, "ROOT"), ==, "/srv/p=x");
  g_assert_cmpstr (g_environ_getenv (environment, "HOME"), ==, "/other");
  g_assert_cmpstr (g_environ_getenv (environment, "EMPTY"), ==, "");
}

static void
test_unset (void)
{
  const char *const configured[] = { "KEY=${env:NO_SUCH}", NULL };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) environment = mcp_environment_build (base, configured, "/", &error);

  g_test_summary ("A variable that is not set is an error that names both");
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_assert_null (environment);
  g_assert_nonnull (strstr (error->message, "“KEY”"));
  g_assert_nonnull (strstr (error->message, "NO_SUCH"));
}

static void
test_expand (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { "plain $ } {", "plain $ } {" },
    { "${cwd}", "/c" },
    { "a${cwd}b${cwd}", "a/cb/c" },
    { "${env:A}", "${cwd}" }, /* once only */
    { "${A}", "${cwd}" },
    { "${workspaceFolder}/x", "/c/x" },
    { "${N:-y} ${E:-y} ${A:-y} ${env:N:-}", "y y ${cwd} " },
    { "${#x} ${x%y} ${1}", "${#x} ${x%y} ${1}" },
    { "${${cwd}}", "${/c}" },
    { "${cwd", "${cwd" },
    { "$${cwd} $${A:-b}", "${cwd} ${A:-b}" },
  };
  const char *const environment[] = { "A=${cwd}", "E=", NULL };

  g_test_summary ("Known variables are expanded, once; all other text stays");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = mcp_expand (cases[i][0], "/c", environment, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

static void
test_expand_editor (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A variable of an editor has no value here, and is named");
  g_assert_null (mcp_expand ("Bearer ${input:token}", "/c", NULL, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_assert_nonnull (strstr (error->message, "${input:token}"));
  g_assert_false (mcp_expand_check ("${cwd}${config:x}", NULL));
  g_assert_true (mcp_expand_check ("${cwd} $${input:x} ${A:-b}", NULL));
}

static void
test_env_file (void)
{
  g_autofree char *directory = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "x.env", NULL);
  g_auto (GStrv) variables = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A file of variables is read as “.env” files are, and only if it is a plain file");
  g_assert_true (g_file_set_contents (
      path, "# comment\n\nA=b\nexport C = \"d e\"\nE='f'\nG=\nbad\n=x\nU=http://a/?b=c#d", -1,
      NULL));
  variables = mcp_environment_read_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (
      variables, ((const char *const[]){ "A=b", "C=d e", "E=f", "G=", "U=http://a/?b=c#d", NULL }));
  g_assert_null (mcp_environment_read_file (directory, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_clear_error (&error);
  g_assert_null (mcp_environment_read_file ("/dev/zero", &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_unlink (path);
  g_rmdir (directory);
}

static void
test_backoff (void)
{
  McpBackoff backoff = { .min_ms = 500, .max_ms = 1800 };

  g_test_summary ("The wait doubles up to its limit, and a success ends it");
  g_assert_cmpint (mcp_backoff_get_wait_us (&backoff, 0), ==, 0);
  mcp_backoff_fail (&backoff, 1000);
  g_assert_cmpint (mcp_backoff_get_wait_us (&backoff, 1000), ==, 500 * 1000);
  g_assert_cmpint (mcp_backoff_get_wait_us (&backoff, 501000), ==, 0);
  mcp_backoff_fail (&backoff, 0);
  g_assert_cmpint (mcp_backoff_get_wait_us (&backoff, 0), ==, 1000 * 1000);
  mcp_backoff_fail (&backoff, 0);
  mcp_backoff_fail (&backoff, 0);
  g_assert_cmpint (mcp_backoff_get_wait_us (&backoff, 0), ==, 1800 * 1000);
  mcp_backoff_reset (&backoff);
  g_assert_cmpint (mcp_backoff_get_wait_us (&backoff, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upstream/environment/passed", test_passed);
  g_test_add_func ("/upstream/environment/configured", test_configured);
  g_test_add_func ("/upstream/environment/unset", test_unset);
  g_test_add_func ("/upstream/environment/env-file", test_env_file);
  g_test_add_func ("/upstream/expand/cases", test_expand);
  g_test_add_func ("/upstream/expand/editor", test_expand_editor);
  g_test_add_func ("/upstream/backoff/doubles", test_backoff);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "upstream-test.h"
#include "upstream/config/mcp-launch-rules.h"
#include "upstream/config/mcp-server-config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *argv;    /* words, with blanks between; @ is the session's directory */
  const char *planned; /* (nullable): the words that are run; NULL: refused */
} Case;

static const Case cases[] = {
  { "absolute", "/usr/bin/server ./data", "/usr/bin/server ./data" },
  { "in-path", "server --root @", "server --root /clone" },
  { "relative", "./server", NULL },
  { "relative-below", "bin/server", NULL },
  { "in-directory", "@/server", NULL },
  { "npx", "npx -y pkg @", "npx --prefix=/empty -y pkg /clone" },
  { "npx-package", "npx -p pkg -y bin", "npx --prefix=/empty -p pkg -y bin" },
  { "npx-here", "npx .", NULL },
  { "npx-file", "npx -p file:./x bin", NULL },
  { "npx-call", "npx -c ./x", NULL },
  { "npx-script", "npx -y node server.js", NULL },
  { "npx-tsx", "npx -y tsx /home/me/server.ts", NULL },
  { "npm-exec", "npm exec -y -- pkg", "npm exec --prefix=/empty -y -- pkg" },
  { "npm-run", "npm run server", NULL },
  { "pnpm-dlx", "pnpm dlx pkg", "pnpm dlx pkg" },
  { "pnpm-here", "pnpm dlx ./x", NULL },
  { "pnpm-start", "pnpm start", NULL },
  { "bunx", "bunx -y pkg", "bunx -y pkg" },
  { "bun-run", "bun run server.ts", NULL },
  { "bun-script", "bun /home/me/server.ts", "bun /home/me/server.ts" },
  { "uvx", "uvx --from git+https://example.org/x srv", "uvx --from git+https://example.org/x srv" },
  { "uvx-here", "uvx --from . srv", NULL },
  { "uv-directory", "uv --directory /home/me/x run server.py",
    "uv --directory /home/me/x run server.py" },
  { "uv-cwd", "uv --directory @ run server.py", NULL },
  { "uv-script", "uv run server.py", NULL },
  { "uv-command", "uv run --with x srv", "uv run --no-project --with x srv" },
  { "uv-python", "uv run python -m x", "uv run --no-project python -m x" },
  { "python-module", "python3 -m mcp_server", "python3 -m mcp_server" },
  { "python-ignores", "python3.11 -uE -m mcp_server", "python3.11 -P -uE -m mcp_server" },
  { "python-script", "python3 server.py", NULL },
  { "python-option", "python3 -X dev server.py", NULL },
  { "python-absolute", "/usr/bin/python3 -u /home/me/server.py x",
    "/usr/bin/python3 -u /home/me/server.py x" },
  { "python-cwd", "python3 @/server.py", NULL },
  { "node", "node dist/index.js", NULL },
  { "node-absolute", "node /home/me/index.js ./data", "node /home/me/index.js ./data" },
  { "node-require", "node -r ./hook /home/me/index.js", NULL },
  { "node-import", "node --import=hook /home/me/index.js", NULL },
  { "node-eval", "node -e require('x')", NULL },
  { "deno", "deno run -A npm:pkg", "deno run --no-lock --no-config -A npm:pkg" },
  { "deno-script", "deno run -A server.ts", NULL },
  { "deno-task", "deno task server", NULL },
  { "pipx", "pipx run pkg", "pipx run pkg" },
  { "pipx-script", "pipx run pkg.py", NULL },
  { "shell-script", "bash start.sh", NULL },
  { "env", "env A=b npx pkg", "env A=b npx --prefix=/empty pkg" },
  { "env-relative", "env A=b node x.js", NULL },
  { "make", "make serve", NULL },
  { "docker", "docker run -i --rm image", "docker run -i --rm image" },
};

static char **
split (const char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, "@", -1);
  g_autofree char *marked = g_strjoinv (MCP_LAUNCH_RULES_DIRECTORY, parts);

  return g_strsplit (marked, " ", -1);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_auto (GStrv) argv = split (c->argv);
  g_auto (McpLaunchPlan) plan = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean is_planned =
      mcp_launch_rules_plan (&plan, (const char *const *) argv, "/clone", "/empty", &error);

  g_test_summary ("A command is run so that it takes no code from the session's directory, or is "
                  "refused with a word on what to write");
  if (c->planned == NULL)
    {
      g_assert_false (is_planned);
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
      g_assert_nonnull (strstr (error->message, "“\"trustDirectory\": true”"));
      g_assert_null (strstr (error->message, MCP_LAUNCH_RULES_DIRECTORY));
    }
  else
    {
      g_autofree char *planned = NULL;

      g_assert_no_error (error);
      planned = g_strjoinv (" ", (char **) plan.argv->pdata);
      g_assert_cmpstr (planned, ==, c->planned);
    }
}

static void
test_shell (void)
{
  static const char *const lines[][2] = {
    { "exec /usr/bin/server", NULL },
    { "cd /opt && python3 -m x", NULL },
    { "npx -y pkg", "npx" },
    { ". ~/.nvm/nvm.sh && npx -y pkg", "npx" },
    { "./server", "./server" },
    { "x=1;bunx pkg", "bunx" },
    { "$(../x)", "../x" },
  };

  g_test_summary ("A shell's command line must not call what takes code from the directory");
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      const char *const argv[] = { "bash", "-lc", lines[i][0], NULL };
      g_auto (McpLaunchPlan) plan = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (mcp_launch_rules_plan (&plan, argv, "/clone", "/empty", &error), ==,
                       lines[i][1] == NULL);
      if (lines[i][1] != NULL)
        g_assert_nonnull (strstr (error->message, lines[i][1]));
    }
}

static void
test_elsewhere (void)
{
  const char *const argv[] = { "bunx", "pkg", NULL };
  g_autoptr (McpServerConfig) config = mcp_server_config_new ("a", "bunx");
  g_auto (McpLaunchPlan) plan = { 0 };
  g_autofree char *cwd = NULL;

  g_test_summary (
      "A launcher that cannot be kept from its working directory starts in an empty one");
  g_strfreev (config->args);
  config->args = g_strdupv ((char **) argv + 1);
  g_assert_true (mcp_server_config_build_launch (config, "/clone", "/empty", &plan, &cwd, NULL));
  g_assert_cmpstr (cwd, ==, "/empty");
}

static void
test_trusted (void)
{
  static const char *const cwds[][2] = { { NULL, "/clone" }, { "/home/me", "/home/me" } };

  g_test_summary (
      "An entry that trusts the directory, or has a directory of its own, runs as it is");
  for (gsize i = 0; i < G_N_ELEMENTS (cwds); i++)
    {
      g_autoptr (McpServerConfig) config = mcp_server_config_new ("a", "./rel.sh");
      g_auto (McpLaunchPlan) plan = { 0 };
      g_autofree char *cwd = NULL;

      config->cwd = g_strdup (cwds[i][0]);
      config->trusts_directory = cwds[i][0] == NULL;
      g_assert_true (
          mcp_server_config_build_launch (config, "/clone", "/empty", &plan, &cwd, NULL));
      g_assert_cmpstr (plan.argv->pdata[0], ==, "./rel.sh");
      g_assert_cmpstr (cwd, ==, cwds[i][1]);
    }
}

static void
test_path (void)
{
  g_auto (GStrv) environment = g_strsplit ("A=b,PATH=:/usr/bin:.:node_modules/.bin:/bin:", ",", -1);

  g_test_summary ("What is relative in PATH is dropped, the empty entries as well");
  environment = mcp_launch_rules_clean_path (g_steal_pointer (&environment));
  g_assert_cmpstr (g_environ_getenv (environment, "PATH"), ==, "/usr/bin:/bin");
}

/* Real launchers, in a clone that carries its own copy of what is asked for. */

typedef struct
{
  char *clone;
  char *empty;
  char *marker;
} Clone;

static void
write_file (Clone *clone, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (clone->clone, name, NULL);
  g_autofree char *directory = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, &error);
  g_assert_no_error (error);
}

static void
clone_setup (Clone *clone, gconstpointer data)
{
  g_autofree char *script = NULL;

  clone->clone = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  clone->empty = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  clone->marker = g_build_filename (clone->clone, "marker", NULL);
  script = g_strdup_printf ("#!/bin/sh\ntouch '%s'\n", clone->marker);
  write_file (clone, "package.json", "{\"name\":\"x\",\"version\":\"1.0.0\"}");
  write_file (clone, "node_modules/mcp-sessiond-no-such/package.json",
              "{\"name\":\"mcp-sessiond-no-such\",\"version\":\"1.0.0\","
              "\"bin\":{\"mcp-sessiond-no-such\":\"run.sh\"}}");
  write_file (clone, "node_modules/mcp-sessiond-no-such/run.sh", script);
  write_file (clone, "node_modules/.bin/mcp-sessiond-no-such", script);
}

static void
remove_tree (char *path)
{
  const char *const argv[] = { "rm", "-rf", "--", path, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (path);
}

static void
clone_teardown (Clone *clone, gconstpointer data)
{
  remove_tree (clone->clone);
  remove_tree (clone->empty);
  g_free (clone->marker);
}

/* Returns: whether the clone's code ran */
static gboolean
run_in_clone (Clone *clone, const char *const *argv, gboolean is_bound)
{
  g_auto (McpLaunchPlan) plan = { 0 };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_cwd (launcher, clone->clone);
  g_subprocess_launcher_setenv (launcher, "npm_config_offline", "true", TRUE);
  g_subprocess_launcher_setenv (launcher, "npm_config_update_notifier", "false", TRUE);
  if (is_bound)
    {
      g_assert_true (mcp_launch_rules_plan (&plan, argv, clone->clone, clone->empty, &error));
      for (guint i = 0; i < plan.environment->len; i++)
        {
          g_auto (GStrv) parts = g_strsplit (plan.environment->pdata[i], "=", 2);

          g_subprocess_launcher_setenv (launcher, parts[0], parts[1], TRUE);
        }
      argv = (const char *const *) plan.argv->pdata;
    }
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_subprocess_wait (process, NULL, NULL);
  return g_file_test (clone->marker, G_FILE_TEST_EXISTS);
}

static void
check_launcher (Clone *clone, const char *const *argv)
{
  g_autofree char *program = g_find_program_in_path (argv[0]);

  g_test_summary ("A real launcher does not run the copy that a clone carries");
  if (program == NULL)
    {
      g_test_skip ("not installed");
      return;
    }
  g_assert_false (run_in_clone (clone, argv, TRUE));
  g_assert_true (run_in_clone (clone, argv, FALSE));
}

static void
test_real_npx (Clone *clone, gconstpointer data)
{
  check_launcher (clone, (const char *const[]){ "npx", "-y", "mcp-sessiond-no-such", NULL });
}

static void
test_real_npm_exec (Clone *clone, gconstpointer data)
{
  check_launcher (clone,
                  (const char *const[]){ "npm", "exec", "-y", "--", "mcp-sessiond-no-such", NULL });
}

static void
test_real_python (Clone *clone, gconstpointer data)
{
  g_autofree char *code = g_strdup_printf ("open('%s', 'w')\n", clone->marker);

  write_file (clone, "mcp_sessiond_no_such.py", code);
  check_launcher (clone, (const char *const[]){ "python3", "-m", "mcp_sessiond_no_such", NULL });
}

static void
test_real_python_isolated (Clone *clone, gconstpointer data)
{
  g_autofree char *code = g_strdup_printf ("open('%s', 'w')\n", clone->marker);

  write_file (clone, "mcp_sessiond_no_such.py", code);
  check_launcher (clone,
                  (const char *const[]){ "python3", "-E", "-m", "mcp_sessiond_no_such", NULL });
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/upstream/launch-rules/command/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/upstream/launch-rules/shell", test_shell);
  g_test_add_func ("/upstream/launch-rules/elsewhere", test_elsewhere);
  g_test_add_func ("/upstream/launch-rules/trusted", test_trusted);
  g_test_add_func ("/upstream/launch-rules/path", test_path);
  g_test_add ("/upstream/launch-rules/real/npx", Clone, NULL, clone_setup, test_real_npx,
              clone_teardown);
  g_test_add ("/upstream/launch-rules/real/npm-exec", Clone, NULL, clone_setup, test_real_npm_exec,
              clone_teardown);
  g_test_add ("/upstream/launch-rules/real/python", Clone, NULL, clone_setup, test_real_python,
              clone_teardown);
  g_test_add ("/upstream/launch-rules/real/python-isolated", Clone, NULL, clone_setup,
              test_real_python_isolated, clone_teardown);
  return g_test_run ();
}

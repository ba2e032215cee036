/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A session's directory decides nothing that runs: with entries as people write
 * them, in a clone that carries code of its own for each launcher. The real
 * launchers are used, where they are installed; MCP_TEST_LAUNCHERS is a path to
 * look for further ones.
 */
#include "attack.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define CLONE "clone"
#define MARK  "ran"

/* What a clone brings along; @MARK@ is the file that tells that it ran. */
#define SH_CODE     "#!/bin/sh\necho x >'@MARK@'\n"
#define JS_CODE     "require('fs').writeFileSync('@MARK@', 'x');\n"
#define NODE_SCRIPT "#!/usr/bin/env node\n" JS_CODE
#define PYTHON_CODE "open('@MARK@', 'w').write('x')\n"
#define TS_CODE     "import fs from 'node:fs';\nfs.writeFileSync('@MARK@', 'x');\n"
#define MODULE(name)                                                                               \
  { "node_modules/" name "/package.json",                                                          \
    "{\"name\":\"" name "\",\"version\":\"1.0.0\",\"bin\":{\"mcp-server-files\":\"index.js\"}}" }, \
      { "node_modules/" name "/index.js", NODE_SCRIPT },                                           \
  {                                                                                                \
    "node_modules/.bin/mcp-server-files", NODE_SCRIPT                                              \
  }

typedef struct
{
  const char *path;
  const char *text;
} CloneFile;

typedef struct
{
  const char *name;
  const char *program; /* that must be installed */
  const char *entry;   /* @DIR@ is a directory of the owner's */
  CloneFile files[4];
} Lookup;

static const Lookup lookups[] = {
  { "npx",
    "npx",
    "{\"command\":\"npx\",\"args\":[\"-y\",\"@example/mcp-server-files\",\"${cwd}\"]}",
    { MODULE ("@example/mcp-server-files") } },
  { "npx-by-the-programs-name",
    "npx",
    "{\"command\":\"npx\",\"args\":[\"mcp-server-files\"]}",
    { MODULE ("mcp-server-files") } },
  { "npm-exec",
    "npm",
    "{\"command\":\"npm\",\"args\":[\"exec\",\"--yes\",\"--\",\"@example/mcp-server-files\"]}",
    { MODULE ("@example/mcp-server-files") } },
  { "npx-and-npmrc",
    "npx",
    "{\"command\":\"npx\",\"args\":[\"-y\",\"-c\",\"node --version\"]}",
    { { ".npmrc", "node-options=--require=./evil.js\n" }, { "evil.js", JS_CODE } } },
  { "npx-and-a-shell-of-npmrc",
    "npx",
    "{\"command\":\"npx\",\"args\":[\"-y\",\"-c\",\"node --version\"]}",
    { { ".npmrc", "script-shell=./evil.sh\n" }, { "evil.sh", SH_CODE } } },
  { "npx-and-package-json",
    "npx",
    "{\"command\":\"npx\",\"args\":[\"-y\",\"@example/mcp-server-files\"]}",
    { { "package.json",
        "{\"name\":\"@example/mcp-server-files\",\"version\":\"1.0.0\",\"bin\":\"index.js\"}" },
      { "index.js", NODE_SCRIPT } } },
  { "pnpm-exec",
    "pnpm",
    "{\"command\":\"pnpm\",\"args\":[\"exec\",\"mcp-server-files\"]}",
    { { "package.json", "{\"name\":\"x\"}" }, MODULE ("@example/mcp-server-files") } },
  { "pnpm-dlx-and-a-file-of-hooks",
    "pnpm",
    "{\"command\":\"pnpm\",\"args\":[\"dlx\",\"@example/mcp-server-files\"]}",
    { { ".pnpmfile.cjs", JS_CODE }, MODULE ("@example/mcp-server-files") } },
  { "bunx",
    "bunx",
    "{\"command\":\"bunx\",\"args\":[\"@example/mcp-server-files\"]}",
    { MODULE ("@example/mcp-server-files") } },
  { "bun-and-bunfig",
    "bun",
    "{\"command\":\"bun\",\"args\":[\"run\",\"@DIR@/server.js\"]}",
    { { "bunfig.toml", "preload = [\"./evil.ts\"]\n" }, { "evil.ts", TS_CODE } } },
  { "deno-and-its-configuration",
    "deno",
    "{\"command\":\"deno\",\"args\":[\"run\",\"-A\",\"@DIR@/import.mjs\"]}",
    { { "deno.json", "{\"imports\":{\"node:os\":\"./evil.ts\"}}" }, { "evil.ts", TS_CODE } } },
  { "deno-and-a-package",
    "deno",
    "{\"command\":\"deno\",\"args\":[\"run\",\"-A\",\"npm:@example/mcp-server-files\"]}",
    { { "package.json", "{\"dependencies\":{\"@example/mcp-server-files\":\"1.0.0\"}}" },
      MODULE ("@example/mcp-server-files") } },
  { "uv-run",
    "uv",
    "{\"command\":\"uv\",\"args\":[\"run\",\"--offline\",\"mcp-server-files\"]}",
    { { "pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n" },
      { ".venv/bin/mcp-server-files", SH_CODE } } },
  { "uvx",
    "uvx",
    "{\"command\":\"uvx\",\"args\":[\"--offline\",\"mcp-server-files\"]}",
    { { "uv.toml", "offline = true\nfind-links = [\"./wheels\"]\n" },
      { ".venv/bin/mcp-server-files", SH_CODE } } },
  { "python-module",
    "python3",
    "{\"command\":\"python3\",\"args\":[\"-m\",\"mcp_server_time\"]}",
    { { "mcp_server_time.py", PYTHON_CODE } } },
  { "python-package",
    "python3",
    "{\"command\":\"python3\",\"args\":[\"-u\",\"-m\",\"mcp_server_time\",\"--utc\"]}",
    { { "mcp_server_time/__init__.py", "" }, { "mcp_server_time/__main__.py", PYTHON_CODE } } },
  { "python-library",
    "python3",
    "{\"command\":\"python3\",\"args\":[\"-c\",\"import json\"]}",
    { { "json.py", PYTHON_CODE } } },
  { "relative-command", "sh", "{\"command\":\"./server.sh\"}", { { "server.sh", SH_CODE } } },
  { "relative-command-in-a-folder",
    "sh",
    "{\"command\":\"bin/server\",\"args\":[\"--stdio\"]}",
    { { "bin/server", SH_CODE } } },
  { "relative-script-of-node",
    "node",
    "{\"command\":\"node\",\"args\":[\"--no-warnings\",\"dist/index.js\"]}",
    { { "dist/index.js", JS_CODE } } },
  { "relative-module-for-node",
    "node",
    "{\"command\":\"node\",\"args\":[\"--require\",\"./evil.js\",\"@DIR@/server.js\"]}",
    { { "evil.js", JS_CODE } } },
  { "relative-script-of-python",
    "python3",
    "{\"command\":\"python3\",\"args\":[\"server.py\"]}",
    { { "server.py", PYTHON_CODE } } },
  { "relative-script-of-a-shell",
    "sh",
    "{\"command\":\"sh\",\"args\":[\"server.sh\"]}",
    { { "server.sh", SH_CODE } } },
  { "relative-script-by-env",
    "env",
    "{\"command\":\"env\",\"args\":[\"A=b\",\"sh\",\"./server.sh\"]}",
    { { "server.sh", SH_CODE } } },
  { "script-below-the-directory",
    "sh",
    "{\"command\":\"sh\",\"args\":[\"${cwd}/server.sh\"]}",
    { { "server.sh", SH_CODE } } },
  { "command-below-the-directory",
    "sh",
    "{\"command\":\"${cwd}/server.sh\"}",
    { { "server.sh", SH_CODE } } },
  { "path-of-the-entry",
    "sh",
    "{\"command\":\"env\",\"args\":[\"mcp-server-files\"],\"env\":{\"PATH\":"
    "\"node_modules/.bin:/usr/bin:/bin\"}}",
    { { "node_modules/.bin/mcp-server-files", SH_CODE } } },
  { "path-of-the-daemon",
    "sh",
    "{\"command\":\"mcp-server-files\"}",
    { { "bin/mcp-server-files", SH_CODE }, { "mcp-server-files", SH_CODE } } },
  { "path-of-the-daemon-in-a-server",
    "sh",
    "{\"command\":\"sh\",\"args\":[\"-c\",\"mcp-server-files\"]}",
    { { "bin/mcp-server-files", SH_CODE }, { "mcp-server-files", SH_CODE } } },
};

static char *
replace (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  return g_strjoinv (to, parts);
}

static void
write_clone (Attack *a, const CloneFile *files, gsize n_files)
{
  g_autofree char *mark = e2e_build (a->e2e, MARK);

  for (gsize i = 0; i < n_files && files[i].path != NULL; i++)
    {
      g_autofree char *name = g_build_filename (CLONE, files[i].path, NULL);
      g_autofree char *text = replace (files[i].text, "@MARK@", mark);

      g_free (test_dir_write (a->e2e->dir, name, text, 0700));
    }
}

/* What is the owner's own, and does no harm. */
static char *
write_own (Attack *a)
{
  g_free (test_dir_write (a->e2e->dir, "own/server.js", "process.exit(1);\n", 0700));
  g_free (test_dir_write (a->e2e->dir, "own/import.mjs",
                          "import os from 'node:os';\nprocess.exit(os ? 1 : 2);\n", 0700));
  return e2e_build (a->e2e, "own");
}

static JsonObject *
enter_clone (Attack *a)
{
  g_autofree char *clone = e2e_build (a->e2e, CLONE);
  g_autofree char *body = g_strdup_printf ("{\"cwd\":\"%s\"}", clone);

  g_assert_cmpint (g_mkdir_with_parents (clone, 0700), ==, 0);
  return attack_create_session (a, body);
}

static gboolean
has_run (Attack *a)
{
  g_autofree char *mark = e2e_build (a->e2e, MARK);

  return g_file_test (mark, G_FILE_TEST_EXISTS);
}

/* A list starts the server, which was never listed. */
static void
use_server (Attack *a, JsonObject *session)
{
  g_hash_table_unref (attack_list (a, session, "tools/list"));
}

static void
test_lookup (gconstpointer data)
{
  const Lookup *lookup = data;
  g_autofree char *program = g_find_program_in_path (lookup->program);
  g_autoptr (Attack) a = NULL;
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *own = NULL;
  g_autofree char *entry = NULL;

  g_test_summary ("What a directory carries along for a launcher is not run");
  if (program == NULL)
    {
      g_autofree char *why = g_strdup_printf ("%s is not installed", lookup->program);

      g_test_skip (why);
      return;
    }
  a = attack_new (E2E_WITHOUT_BUS);
  own = write_own (a);
  entry = replace (lookup->entry, "@DIR@", own);
  write_clone (a, lookup->files, G_N_ELEMENTS (lookup->files));
  attack_add_server (a, "srv", entry);
  attack_start (a);
  session = enter_clone (a);
  use_server (a, session);
  if (has_run (a))
    attack_fail ("the directory's own code was run for %s", lookup->entry);
}

static const CloneFile module_files[] = { { "mcp_server_time.py", PYTHON_CODE } };
static const CloneFile script_files[] = { { "server.sh", SH_CODE } };

static void
test_trusted (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;

  g_test_summary ("An entry with “trustDirectory” runs what is in the session's directory");
  write_clone (a, module_files, 1);
  attack_add_server (a, "srv",
                     "{\"command\":\"python3\",\"args\":[\"-m\",\"mcp_server_time\"],"
                     "\"trustDirectory\":true}");
  attack_start (a);
  session = enter_clone (a);
  use_server (a, session);
  if (!has_run (a))
    attack_fail ("it was not run");
}

static void
test_trusted_command (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;

  g_test_summary ("An entry with “trustDirectory” may have a relative command");
  write_clone (a, script_files, 1);
  attack_add_server (a, "srv", "{\"command\":\"./server.sh\",\"trustDirectory\":true}");
  attack_start (a);
  session = enter_clone (a);
  use_server (a, session);
  if (!has_run (a))
    attack_fail ("it was not run");
}

/* Relative to a directory that the owner has named. */
static void
test_own_directory (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) response = NULL;
  g_autofree char *own = e2e_build (a->e2e, "own");
  g_autofree char *script =
      g_strdup_printf ("#!/bin/sh\nexec '%s'\n", g_getenv ("MCP_TEST_SERVER"));
  g_autofree char *entry = g_strdup_printf ("{\"command\":\"./server.sh\",\"cwd\":\"%s\"}", own);

  g_test_summary ("A relative command is looked up in the entry's own “cwd”, if that is absolute");
  g_free (test_dir_write (a->e2e->dir, "own/server.sh", script, 0700));
  write_clone (a, script_files, 1);
  attack_add_server (a, "srv", entry);
  attack_start (a);
  session = enter_clone (a);
  response = attack_call (a, session, "srv__cwd");
  if (strcmp (attack_get_text (response), own) != 0)
    attack_fail ("the server did not run in %s: %s", own, attack_get_text (response));
  if (has_run (a))
    attack_fail ("the directory's own code was run");
}

/* One with a variable is the session's directory by another name. */
static void
test_variable_directory (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;

  g_test_summary ("A relative command is refused where the entry's “cwd” has a variable");
  write_clone (a, script_files, 1);
  attack_add_server (a, "srv", "{\"command\":\"./server.sh\",\"cwd\":\"${cwd}\"}");
  attack_start (a);
  session = enter_clone (a);
  use_server (a, session);
  if (has_run (a))
    attack_fail ("the directory's own code was run");
}

static void
test_refusal (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *log = NULL;

  g_test_summary ("The log says what to write instead of a relative command");
  write_clone (a, script_files, 1);
  attack_add_server (a, "crooked", "{\"command\":\"./server.sh\"}");
  attack_start (a);
  session = enter_clone (a);
  g_hash_table_unref (attack_list (a, session, "tools/list"));
  attack_await_log (a, "trustDirectory", 5000);
  log = attack_dup_log (a);
  if (strstr (log, "crooked") == NULL || strstr (log, "trustDirectory") == NULL)
    attack_fail ("the log does not say what to write: %s", log);
}

static void
test_stays_the_directory (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) response = NULL;
  g_autofree char *clone = e2e_build (a->e2e, CLONE);
  g_autofree char *entry = g_strdup_printf ("{\"command\":\"%s\"}", g_getenv ("MCP_TEST_SERVER"));

  g_test_summary ("The directory of a session stays the working directory of its servers");
  attack_add_server (a, "srv", entry);
  attack_start (a);
  session = enter_clone (a);
  response = attack_call (a, session, "srv__cwd");
  if (strcmp (attack_get_text (response), clone) != 0)
    attack_fail ("it works in “%s”", attack_get_text (response));
}

/* Python's and node's shims of developers are no part of a daemon's surroundings; two entries are
 * of the kind that looks into the directory. */
static void
set_path (void)
{
  const char *more = g_getenv ("MCP_TEST_LAUNCHERS");
  g_autofree char *path = g_strconcat (more != NULL ? more : "", more != NULL ? ":" : "",
                                       "/usr/local/bin:/usr/bin:/bin::.:bin", NULL);

  g_setenv ("PATH", path, TRUE);
}

int
main (int argc, char **argv)
{
  /* No launcher asks the network. */
  g_setenv ("npm_config_registry", "http://127.0.0.1:9/", TRUE);
  g_setenv ("npm_config_fetch_retries", "0", TRUE);
  g_setenv ("npm_config_update_notifier", "false", TRUE);
  set_path ();
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (lookups); i++)
    {
      g_autofree char *path = g_strconcat ("/attack/01-directory/", lookups[i].name, NULL);

      g_test_add_data_func (path, &lookups[i], test_lookup);
    }
  g_test_add_func ("/attack/01-directory/trusted", test_trusted);
  g_test_add_func ("/attack/01-directory/trusted-command", test_trusted_command);
  g_test_add_func ("/attack/01-directory/own-directory", test_own_directory);
  g_test_add_func ("/attack/01-directory/variable-directory", test_variable_directory);
  g_test_add_func ("/attack/01-directory/refusal", test_refusal);
  g_test_add_func ("/attack/01-directory/stays-the-directory", test_stays_the_directory);
  return g_test_run ();
}

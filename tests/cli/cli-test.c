/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli-test.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static CliTest *
new_test (E2eBus bus)
{
  static const char *const variables[][2] = {
    { "XDG_CONFIG_HOME", "config" }, { "XDG_STATE_HOME", "state" }, { "XDG_CACHE_HOME", "cache" },
    { "XDG_DATA_HOME", "data" },     { "XDG_RUNTIME_DIR", "run" },  { "HOME", "home" },
  };
  CliTest *self = g_new0 (CliTest, 1);
  g_autofree char *script = NULL;
  g_autofree char *script_path = NULL;
  g_autofree char *keeper_path = NULL;

  self->e2e = e2e_new (bus);
  e2e_use_test_server (self->e2e);
  self->environment = g_get_environ ();
  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      g_autofree char *path = e2e_build (self->e2e, variables[i][1]);

      g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
      cli_test_setenv (self, variables[i][0], path);
    }

  /* The daemon, as the command may start it by itself. */
  script = g_strdup_printf ("#!/bin/sh\nexec '%s' --port=0 '--keeper=%s'\n",
                            g_getenv ("MCP_TEST_DAEMON"), g_getenv ("MCP_TEST_KEEPER"));
  script_path = test_dir_write (self->e2e->dir, "daemon", script, 0700);
  cli_test_setenv (self, "MCP_SESSIOND_PATH", script_path);
  keeper_path = e2e_build (self->e2e, "mcp-sessiond-keeper");
  g_assert_cmpint (symlink (g_getenv ("MCP_TEST_KEEPER"), keeper_path), ==, 0);

  self->cwd = e2e_build (self->e2e, "here");
  g_assert_cmpint (g_mkdir_with_parents (self->cwd, 0700), ==, 0);
  return self;
}

/**
 * cli_test_new:
 *
 * Makes the surroundings of a command and a daemon, which does not run yet.
 */
CliTest *
cli_test_new (void)
{
  return new_test (E2E_WITHOUT_BUS);
}

/* The daemon has a private bus. */
CliTest *
cli_test_new_with_bus (void)
{
  return new_test (E2E_WITH_BUS);
}

void
cli_test_free (CliTest *self)
{
  e2e_free (self->e2e);
  g_strfreev (self->environment);
  g_free (self->cwd);
  g_free (self);
}

void
cli_test_start_daemon (CliTest *self)
{
  e2e_start (self->e2e);
}

/* @value NULL: takes it out. */
void
cli_test_setenv (CliTest *self, const char *name, const char *value)
{
  if (value != NULL)
    self->environment = g_environ_setenv (self->environment, name, value, TRUE);
  else
    self->environment = g_environ_unsetenv (self->environment, name);
}

static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

GSubprocess *
cli_test_spawn (CliTest *self, GSubprocessFlags flags, const char *const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_ptr_array_add (argv, (char *) g_getenv ("MCP_TEST_COMMAND"));
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (char *) arguments[i]);
  g_ptr_array_add (argv, NULL);

  g_subprocess_launcher_set_environ (launcher, self->environment);
  g_subprocess_launcher_set_cwd (launcher, self->cwd);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  return process;
}

typedef struct
{
  CliRun *run;
  gboolean done;
} Wait;

static void
communicated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &wait->run->out,
                                        &wait->run->err, &error);
  g_assert_no_error (error);
  wait->done = TRUE;
}

/* The daemon's log is read meanwhile: it must not fill its pipe. */
static CliRun *
run (CliTest *self, const char *input, const char *const *arguments)
{
  g_autoptr (GSubprocess) process =
      cli_test_spawn (self,
                      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                          G_SUBPROCESS_FLAGS_STDERR_PIPE,
                      arguments);
  Wait wait = { g_new0 (CliRun, 1), FALSE };
  g_autofree char *words = g_strjoinv (" ", (char **) arguments);

  g_subprocess_communicate_utf8_async (process, input != NULL ? input : "", NULL, communicated_cb,
                                       &wait);
  test_await (&wait.done, words);
  wait.run->status =
      g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  g_test_message ("mcp-session %s: %d\n%s%s", words, wait.run->status, wait.run->out,
                  wait.run->err);
  return wait.run;
}

static GPtrArray *
collect (va_list list)
{
  GPtrArray *arguments = g_ptr_array_new ();
  const char *argument;

  while ((argument = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (arguments, (char *) argument);
  g_ptr_array_add (arguments, NULL);
  return arguments;
}

/* Runs the command with the arguments, to its end. */
CliRun *
cli_test_run (CliTest *self, const char *input, ...)
{
  g_autoptr (GPtrArray) arguments = NULL;
  va_list list;

  va_start (list, input);
  arguments = collect (list);
  va_end (list);
  return run (self, input, (const char *const *) arguments->pdata);
}

/* What it printed; it must succeed. */
char *
cli_test_run_ok (CliTest *self, ...)
{
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (CliRun) result = NULL;
  va_list list;

  va_start (list, self);
  arguments = collect (list);
  va_end (list);
  result = run (self, NULL, (const char *const *) arguments->pdata);
  g_assert_cmpint (result->status, ==, 0);
  return g_steal_pointer (&result->out);
}

/* Makes a session by HTTP, and it the one of the command's environment. */
JsonObject *
cli_test_create_session (CliTest *self, const char *body)
{
  JsonObject *session = e2e_create_session (self->e2e, body);

  cli_test_setenv (self, "MCP_SESSION_ID", json_object_get_string_member (session, "session_id"));
  cli_test_setenv (self, "MCP_SESSION_TOKEN", json_object_get_string_member (session, "token"));
  return session;
}

guint
cli_test_count_sessions (CliTest *self)
{
  g_autoptr (JsonObject) list = e2e_http_json (self->e2e, "GET", "unix:/session", NULL, NULL);

  return json_array_get_length (json_object_get_array_member (list, "sessions"));
}

void
cli_run_free (CliRun *run)
{
  g_free (run->out);
  g_free (run->err);
  g_free (run);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interfaces as a person at a shell uses them: with gdbus(1).
 */
#include "test-bus.h"

#include <string.h>

typedef struct
{
  char *output;
  GError *error;
  gboolean done;
} Output;

static GSubprocess *
spawn (TestBus *bus, const char *cwd, const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  GSubprocess *process;

  g_subprocess_launcher_setenv (launcher, "DBUS_SESSION_BUS_ADDRESS",
                                g_test_dbus_get_bus_address (bus->dbus), TRUE);
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  g_subprocess_launcher_set_cwd (launcher, cwd);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  return process;
}

static void
communicated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Output *output = user_data;

  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &output->output, NULL,
                                        &output->error);
  output->done = TRUE;
}

/* What gdbus call prints, on either stream. */
static char *
run (TestBus *bus, const char *path, const char *method, const char *arg1, const char *arg2)
{
  const char *const argv[] = { "gdbus",  "call",       "--session",
                               "--dest", MCP_BUS_NAME, "--object-path",
                               path,     "--method",   method,
                               arg1,     arg2,         NULL };
  g_autoptr (GSubprocess) process = spawn (bus, "/usr", argv);
  Output output = { 0 };

  g_subprocess_communicate_utf8_async (process, NULL, NULL, communicated_cb, &output);
  AWAIT (output.done);
  g_assert_no_error (output.error);
  return output.output;
}

static gboolean
have_gdbus (void)
{
  g_autofree char *gdbus = g_find_program_in_path ("gdbus");

  if (gdbus == NULL)
    g_test_skip ("gdbus is not installed");
  return gdbus != NULL;
}

static void
test_call (TestBus *bus, gconstpointer data)
{
  g_autofree char *made = NULL;
  g_autofree char *failed = NULL;
  g_autofree char *published = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GPtrArray) sessions = NULL;
  McpSession *session;

  g_test_summary (
      "Every argument can be typed at a shell; the caller's directory is the session's");
  if (!have_gdbus ())
    return;

  made = run (bus, MCP_STORE_PATH, STORE_INTERFACE ".CreateSession", "", "{}");
  g_assert_true (g_str_has_prefix (made, "(objectpath '/org/mcpsessiond/Session/"));
  sessions = mcp_session_store_list (bus->store);
  g_assert_cmpuint (sessions->len, ==, 1);
  session = g_ptr_array_index (sessions, 0);
  g_assert_cmpstr (mcp_session_get_cwd (session), ==, "/usr");
  g_assert_cmpstr (mcp_session_get_label (session), ==, "gdbus");

  published = run (bus, MCP_STORE_PATH, STORE_INTERFACE ".PublishProgress",
                   mcp_session_get_id (session), "{'progress': <4>, 'total': <10>}");
  g_assert_cmpstr (published, ==, "()\n");
  failed = run (bus, MCP_STORE_PATH, STORE_INTERFACE ".GetSession", "nobody", NULL);
  g_assert_nonnull (strstr (failed, "org.mcpsessiond.Error.NotFound"));
}

static void
read_line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Output *output = user_data;

  output->output = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result,
                                                              NULL, &output->error);
  output->done = TRUE;
}

/* Reads lines until one has text in it. */
static char *
await_line (GDataInputStream *lines, const char *text)
{
  while (TRUE)
    {
      Output output = { 0 };

      g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, read_line_cb, &output);
      AWAIT (output.done);
      g_assert_no_error (output.error);
      g_assert_nonnull (output.output);
      if (strstr (output.output, text) != NULL)
        return output.output;
      g_free (output.output);
    }
}

static gboolean
publish_cb (gpointer user_data)
{
  McpProgressFields fields = { .progress = 4, .message = "page 4" };

  g_assert_true (mcp_session_publish (MCP_SESSION (user_data), &fields));
  return G_SOURCE_CONTINUE;
}

static void
test_monitor (TestBus *bus, gconstpointer data)
{
  static const char *const argv[] = {
    "gdbus", "monitor", "--session", "--dest", MCP_BUS_NAME, NULL
  };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *path = NULL;
  g_autofree char *line = NULL;
  McpSession *session = test_bus_create (bus, &path);
  guint source;

  g_test_summary ("gdbus monitor shows progress");
  if (!have_gdbus ())
    return;

  process = spawn (bus, "/", argv);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  /* it does not tell when its subscription is there: published until it shows */
  source = g_timeout_add (10, publish_cb, session);
  line = await_line (lines, "SessionStore1.Progress");
  g_assert_nonnull (strstr (line, "'message': <'page 4'>"));
  g_source_remove (source);

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add ("/dbus/tool/call", test_call);
  test_add ("/dbus/tool/monitor", test_monitor);
  return g_test_run ();
}

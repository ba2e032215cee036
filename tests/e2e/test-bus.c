/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "e2e.h"

#include <signal.h>
#include <string.h>

static void
assert_healthy (E2e *e2e)
{
  g_autoptr (JsonObject) health = e2e_http_json (e2e, "GET", "unix:/health", NULL, NULL);

  g_assert_cmpstr (json_object_get_string_member (health, "status"), ==, "ok");
}

static void
test_gdbus_call (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  const char *address;
  g_autoptr (GSubprocess) gdbus = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("CreateSession answers to plain gdbus call");
  e2e_start (e2e);
  address = g_test_dbus_get_bus_address (e2e->bus);
  gdbus = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "gdbus", "call", "--address",
                            address, "-d", "org.mcpsessiond.Daemon", "-o",
                            "/org/mcpsessiond/SessionStore", "-m",
                            "org.mcpsessiond.SessionStore1.CreateSession", "/tmp", "{}", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (gdbus, NULL, NULL, &said, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (gdbus), ==, 0);
  g_assert_true (g_str_has_prefix (said, "(objectpath '/org/mcpsessiond/Session/"));
}

static void
test_same_sessions (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *path = NULL;
  const char *id;
  const char *token;

  g_test_summary ("A session made on the bus is there over HTTP, with its token");
  e2e_start (e2e);
  reply = g_dbus_connection_call_sync (
      e2e->connection, "org.mcpsessiond.Daemon", "/org/mcpsessiond/SessionStore",
      "org.mcpsessiond.SessionStore1", "CreateSession",
      g_variant_new_parsed ("('/', {'label': <'x'>})"), G_VARIANT_TYPE ("(oss)"),
      G_DBUS_CALL_FLAGS_NONE, 10000, NULL, &error);
  g_assert_no_error (error);

  g_variant_get (reply, "(&o&s&s)", NULL, &id, &token);
  path = g_strdup_printf ("/session/%s", id);
  session = e2e_http_json (e2e, "GET", path, token, NULL);
  g_assert_cmpstr (json_object_get_string_member (session, "label"), ==, "x");
  g_assert_cmpstr (json_object_get_string_member (session, "cwd"), ==, "/");
}

static void
test_without_bus (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);

  g_test_summary ("Without a session bus, HTTP is served");
  e2e_start (e2e);
  assert_healthy (e2e);
}

/* What the daemon asks of a new bus, it has asked before it answers a call. */
static void
await_answer (E2e *e2e)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      e2e->connection, "org.mcpsessiond.Daemon", "/org/mcpsessiond/Tools", "org.mcpsessiond.Tools1",
      "ListProviders", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, 10000, NULL, &error);

  g_assert_no_error (error);
}

static void
test_bus_dies (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autoptr (JsonObject) session = NULL;

  g_test_summary ("When the bus goes away, HTTP goes on");
  e2e_start (e2e);
  await_answer (e2e);
  e2e_kill_bus (e2e);
  e2e_await_log (e2e, "session bus is gone");
  assert_healthy (e2e);
  session = e2e_create_session (e2e, NULL);
  g_assert_true (json_object_has_member (session, "token"));
}

static pid_t
get_bus_pid (E2e *e2e)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      e2e->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "GetConnectionUnixProcessID", g_variant_new ("(s)", "org.freedesktop.DBus"),
      G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, 10000, NULL, &error);
  guint32 pid;

  g_assert_no_error (error);
  g_variant_get (reply, "(u)", &pid);
  return (pid_t) pid;
}

/* Each is a signal on the bus, and together they are more than a socket holds. */
static void
publish_megabytes (E2e *e2e)
{
  g_autoptr (JsonObject) session = e2e_create_session (e2e, NULL);
  g_autofree char *path = g_strdup_printf ("/session/%s/progress",
                                           json_object_get_string_member (session, "session_id"));
  g_autofree char *text = g_strnfill (60000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"progress\":1,\"message\":\"%s\"}", text);

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *answer = NULL;
      guint status;

      answer = e2e_http (e2e, "POST", path, json_object_get_string_member (session, "token"), body,
                         &status);
      g_assert_cmpuint (status / 100, ==, 2);
    }
}

static void
test_bus_hangs (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  pid_t bus_pid;

  g_test_summary ("A bus that reads nothing any more does not keep the daemon from its end");
  e2e_start (e2e);
  await_answer (e2e);
  bus_pid = get_bus_pid (e2e);
  g_assert_cmpint (kill (bus_pid, SIGSTOP), ==, 0);
  publish_megabytes (e2e);
  g_subprocess_send_signal (e2e->process, SIGTERM);
  g_assert_cmpint (e2e_await_exit (e2e), ==, 0);
  g_assert_cmpint (kill (bus_pid, SIGCONT), ==, 0);
}

static void
test_name_taken (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITH_BUS);
  g_autofree char *path = e2e_build (e2e, "run2/mcp-sessiond/mcp.json");
  g_autoptr (GSubprocess) second = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A daemon of other directories on the same bus says so and exits 1");
  e2e_start (e2e);
  e2e->state = "state2";
  second = e2e_spawn (e2e, G_SUBPROCESS_FLAGS_STDERR_PIPE, "run2", NULL);
  g_subprocess_communicate_utf8 (second, NULL, NULL, NULL, &said, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (second), ==, 1);
  g_assert_nonnull (strstr (said, "org.mcpsessiond.Daemon"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  assert_healthy (e2e);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2e/bus/gdbus-call", test_gdbus_call);
  g_test_add_func ("/e2e/bus/same-sessions", test_same_sessions);
  g_test_add_func ("/e2e/bus/without", test_without_bus);
  g_test_add_func ("/e2e/bus/dies", test_bus_dies);
  g_test_add_func ("/e2e/bus/hangs", test_bus_hangs);
  g_test_add_func ("/e2e/bus/name-taken", test_name_taken);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How the command finds the daemon: started by the bus, and over TCP where the socket has gone.
 */
#include "cli-test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

/* The bus starts programs in its own environment: the script sets that of the test. */
static void
write_service (CliTest *test)
{
  static const char *const variables[] = { "XDG_CONFIG_HOME", "XDG_STATE_HOME",  "XDG_CACHE_HOME",
                                           "XDG_DATA_HOME",   "XDG_RUNTIME_DIR", "HOME" };
  g_autoptr (GString) script = g_string_new ("#!/bin/sh\n");
  g_autofree char *script_path = NULL;
  g_autofree char *service = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    g_string_append_printf (script, "export %s='%s'\n", variables[i],
                            g_environ_getenv (test->environment, variables[i]));
  g_string_append_printf (script, "exec '%s' --port=0 '--keeper=%s'\n",
                          g_getenv ("MCP_TEST_DAEMON"), g_getenv ("MCP_TEST_KEEPER"));
  script_path = test_dir_write (test->e2e->dir, "activated", script->str, 0700);
  service =
      g_strdup_printf ("[D-BUS Service]\nName=org.mcpsessiond.Daemon\nExec=%s\n", script_path);
  g_free (
      test_dir_write (test->e2e->dir, "services/org.mcpsessiond.Daemon.service", service, 0600));
}

static void
end_daemon (CliTest *test)
{
  pid_t pid;

  e2e_read_discovery (test->e2e);
  pid = (pid_t) json_object_get_int_member (test->e2e->discovery, "pid");
  g_assert_cmpint (kill (pid, SIGTERM), ==, 0);
  e2e_await_process_end (pid);
}

static void
test_bus (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autofree char *services = e2e_build (test->e2e, "services");
  g_autoptr (CliRun) first = NULL;
  g_autoptr (CliRun) second = NULL;

  g_test_summary ("The bus starts a daemon that does not run");
  write_service (test);
  g_test_dbus_add_service_dir (bus, services);
  g_test_dbus_up (bus);
  cli_test_setenv (test, "DBUS_SESSION_BUS_ADDRESS", g_test_dbus_get_bus_address (bus));
  cli_test_setenv (test, "MCP_SESSIOND_PATH", NULL);

  first = cli_test_run (test, NULL, "list", "--json", NULL);
  g_assert_cmpint (first->status, ==, 0);
  g_assert_nonnull (strstr (first->err, "starting it"));
  second = cli_test_run (test, NULL, "list", "--json", NULL);
  g_assert_cmpstr (second->err, ==, "");
  end_daemon (test);
  g_test_dbus_down (bus);
}

static void
test_tcp (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *socket = e2e_build (test->e2e, "run/mcp-sessiond/http.sock");
  g_autoptr (CliRun) list = NULL;
  g_autofree char *called = NULL;

  g_test_summary (
      "Without the socket it is TCP, with the owner key, and no other daemon is started");
  cli_test_start_daemon (test);
  g_assert_cmpint (g_remove (socket), ==, 0);
  list = cli_test_run (test, NULL, "list", "--json", NULL);
  g_assert_cmpint (list->status, ==, 0);
  g_assert_cmpstr (list->out, ==, "{\"sessions\":[]}\n");
  g_assert_cmpstr (list->err, ==, "");
  called = cli_test_run_ok (test, "call", "test__echo", "a=1", NULL);
  g_assert_cmpstr (called, ==, "{\"a\":1}\n");
}

static void
test_foreign_address (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autofree char *discovery = NULL;
  g_autoptr (CliRun) run = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);

  g_test_summary (
      "An address that is not of the daemon's form gets no key, even where one listens");
  g_assert_cmpuint (port, >, 0);
  cli_test_setenv (test, "MCP_SESSIOND_PATH", "/nonexistent/daemon");
  discovery =
      g_strdup_printf ("{\"url\": \"http://127.0.0.1:%u/other\", \"owner_key\": \"k\"}", port);
  g_free (test_dir_write (test->e2e->dir, "run/mcp-sessiond/mcp.json", discovery, 0600));
  run = cli_test_run (test, NULL, "list", NULL);
  g_assert_cmpint (run->status, ==, 1);
  g_assert_nonnull (strstr (run->err, "/nonexistent/daemon"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/reach/bus", test_bus);
  g_test_add_func ("/cli/reach/tcp", test_tcp);
  g_test_add_func ("/cli/reach/foreign-address", test_foreign_address);
  return g_test_run ();
}

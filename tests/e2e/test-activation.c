/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A daemon whose sockets somebody else made and keeps.
 */
#include "e2e.h"

#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int
listen_unix (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (chmod (path, 0600), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);
  return fd;
}

static int
listen_tcp (guint32 host, guint *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (host) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  *port = ntohs (address.sin_port);
  return fd;
}

static void
assert_serves (E2e *e2e, const char *path)
{
  g_autoptr (JsonObject) health = e2e_http_json (e2e, "GET", path, NULL, NULL);

  g_assert_cmpstr (json_object_get_string_member (health, "status"), ==, "ok");
}

static void
test_adopts (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *path = e2e_build (e2e, "run/mcp-sessiond/http.sock");
  g_autofree char *discovery = e2e_build (e2e, "run/mcp-sessiond/mcp.json");
  g_autofree char *key = NULL;
  g_autofree char *url = NULL;
  int sockets[] = { -1, -1, -1 };
  guint port;

  g_test_summary ("Sockets that were handed over are served, and outlive the daemon with the "
                  "discovery file; clients that come meanwhile are answered by the next");
  sockets[0] = listen_unix (path);
  sockets[1] = listen_tcp (INADDR_LOOPBACK, &port);
  url = g_strdup_printf ("http://127.0.0.1:%u/mcp", port);
  e2e->sockets = sockets;
  e2e_start (e2e);
  g_assert_cmpstr (json_object_get_string_member (e2e->discovery, "url"), ==, url);
  g_assert_cmpstr (json_object_get_string_member (e2e->discovery, "socket"), ==, path);
  key = g_strdup (json_object_get_string_member (e2e->discovery, "owner_key"));
  assert_serves (e2e, "/health");
  assert_serves (e2e, "unix:/health");

  g_subprocess_send_signal (e2e->process, SIGTERM);
  g_assert_cmpint (e2e_await_exit (e2e), ==, 0);
  g_assert_true (g_file_test (discovery, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  e2e_start (e2e);
  g_assert_cmpstr (json_object_get_string_member (e2e->discovery, "url"), ==, url);
  g_assert_cmpstr (json_object_get_string_member (e2e->discovery, "owner_key"), ==, key);
  assert_serves (e2e, "/health");
  assert_serves (e2e, "unix:/health");
  close (sockets[0]);
  close (sockets[1]);
}

static void
test_waits (void)
{
  static const char request[] =
      "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *path = e2e_build (e2e, "run/mcp-sessiond/http.sock");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int sockets[] = { -1, -1 };
  int client = socket (AF_UNIX, SOCK_STREAM, 0);
  char answer[13] = "";

  g_test_summary ("Who connects before there is a daemon is answered once there is");
  sockets[0] = listen_unix (path);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (connect (client, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (send (client, request, strlen (request), 0), ==, (int) strlen (request));
  e2e->sockets = sockets;
  e2e_start (e2e);
  g_assert_cmpint (recv (client, answer, sizeof answer - 1, MSG_WAITALL), ==, sizeof answer - 1);
  g_assert_cmpstr (answer, ==, "HTTP/1.1 200");
  /* what was not handed over is made as ever */
  assert_serves (e2e, "/health");
  close (client);
  close (sockets[0]);
}

static void
test_refuses (void)
{
  g_autoptr (E2e) e2e = e2e_new (E2E_WITHOUT_BUS);
  g_autofree char *wide_url = NULL;
  g_autofree char *socket_path = e2e_build (e2e, "run/mcp-sessiond/http.sock");
  int sockets[] = { -1, -1, -1 };
  guint port;

  g_test_summary ("A socket on every address, or one that does not listen, is not used");
  sockets[0] = listen_tcp (INADDR_ANY, &port);
  sockets[1] = socket (AF_UNIX, SOCK_STREAM, 0);
  wide_url = g_strdup_printf ("http://127.0.0.1:%u/mcp", port);
  e2e->sockets = sockets;
  e2e->warnings_expected = TRUE;
  e2e_adopt (e2e, e2e_spawn (e2e, G_SUBPROCESS_FLAGS_STDERR_PIPE, "run", NULL));
  g_assert_cmpstr (json_object_get_string_member (e2e->discovery, "url"), !=, wide_url);
  g_assert_cmpstr (json_object_get_string_member (e2e->discovery, "socket"), ==, socket_path);
  assert_serves (e2e, "/health");
  assert_serves (e2e, "unix:/health");
  close (sockets[0]);
  close (sockets[1]);
}

/* The real thing, without a manager. */
static GSubprocess *
spawn_activator (E2e *e2e, const char *program, const char *path, const char *run)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *keeper = g_strconcat ("--keeper=", g_getenv ("MCP_TEST_KEEPER"), NULL);
  g_autofree char *runtime = g_strconcat ("--setenv=XDG_RUNTIME_DIR=", run, NULL);
  g_autofree char *config = g_strconcat ("--setenv=XDG_CONFIG_HOME=", run, "/config", NULL);
  g_autofree char *state = g_strconcat ("--setenv=XDG_STATE_HOME=", run, "/state", NULL);
  g_autofree char *cache = g_strconcat ("--setenv=XDG_CACHE_HOME=", run, "/cache", NULL);
  const char *argv[] = { program,
                         "--listen",
                         path,
                         "--fdname=unix",
                         runtime,
                         config,
                         state,
                         cache,
                         "--setenv=DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus",
                         g_getenv ("MCP_TEST_DAEMON"),
                         "--port=0",
                         keeper,
                         NULL };
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_launcher_spawnv (launcher, argv, &error);

  g_assert_no_error (error);
  return process;
}

/* It says so on standard error; what follows there is the daemon's. */
static void
await_listening (GSubprocess *process)
{
  GInputStream *stream = g_subprocess_get_stderr_pipe (process);
  int fd = g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (stream));
  g_autoptr (GString) line = g_string_new (NULL);

  while (strstr (line->str, "Listening on") == NULL || !g_str_has_suffix (line->str, "\n"))
    {
      GPollFD readable = { .fd = fd, .events = G_IO_IN | G_IO_HUP };
      char byte;

      g_assert_cmpint (g_poll (&readable, 1, 20 * 1000), ==, 1);
      g_assert_cmpint (read (fd, &byte, 1), ==, 1);
      if (g_str_has_suffix (line->str, "\n"))
        g_string_truncate (line, 0);
      g_string_append_c (line, byte);
    }
}

static int
connect_to (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int client = socket (AF_UNIX, SOCK_STREAM, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (connect (client, (struct sockaddr *) &address, sizeof address), ==, 0);
  return client;
}

static void
test_systemd (void)
{
  g_autofree char *program = g_find_program_in_path ("systemd-socket-activate");
  g_autoptr (E2e) e2e = NULL;
  g_autofree char *path = NULL;
  g_autofree char *run = NULL;
  g_autofree char *directory = NULL;
  GSubprocess *process;
  int client;

  g_test_summary ("systemd-socket-activate starts a daemon that uses its sockets");
  if (program == NULL)
    {
      g_test_skip ("there is no systemd-socket-activate");
      return;
    }

  e2e = e2e_new (E2E_WITHOUT_BUS);
  run = e2e_build (e2e, "run");
  directory = e2e_build (e2e, "run/mcp-sessiond");
  path = e2e_build (e2e, "run/mcp-sessiond/http.sock");
  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  process = spawn_activator (e2e, program, path, run);
  await_listening (process);
  client = connect_to (path);
  e2e_adopt (e2e, process);
  g_assert_cmpstr (json_object_get_string_member (e2e->discovery, "socket"), ==, path);
  assert_serves (e2e, "/health");
  assert_serves (e2e, "unix:/health");
  close (client);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2e/activation/adopts", test_adopts);
  g_test_add_func ("/e2e/activation/waits", test_waits);
  g_test_add_func ("/e2e/activation/refuses", test_refuses);
  g_test_add_func ("/e2e/activation/systemd", test_systemd);
  return g_test_run ();
}

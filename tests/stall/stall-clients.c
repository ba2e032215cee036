/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Worst cases that any client can make: watchers that do not read, many
 * sessions, and bodies just below the limits.
 */
#include "stall.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENT_BYTES 60000

/* A watcher that reads nothing. */
static int
open_watcher (Stall *stall)
{
  g_autofree char *path = g_strdup_printf ("/session/%s/events", attack_id (stall->session));
  const int small = 4096;
  int fd = attack_connect (stall->attack);

  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  attack_send_request (fd, "GET", path, attack_token (stall->session), NULL, NULL);
  return fd;
}

/* The head of an answer says that its watcher is in. */
static void
await_watchers (Stall *stall, const int *fds)
{
  for (guint i = 0; i < stall->size; i++)
    {
      struct pollfd fd = { .fd = fds[i], .events = POLLIN };

      if (poll (&fd, 1, 20000) != 1)
        attack_fail ("watcher %u did not get in", i);
    }
}

static void
publish (Stall *stall, const char *event, guint n_events)
{
  g_autofree char *path = g_strdup_printf ("/session/%s/progress", attack_id (stall->session));
  g_autofree char *one = g_strconcat (event, ",", NULL);
  g_autofree char *events = stall_repeat (one, n_events - 1);
  g_autofree char *body = g_strconcat ("[", events, event, "]", NULL);
  g_autoptr (AttackAnswer) answer =
      attack_ask (stall->attack, "POST", path, attack_token (stall->session), NULL, body);

  g_test_message ("progress: %u", answer->status);
}

/* All watchers are told. */
static void
end_session (Stall *stall)
{
  g_autofree char *path = g_strdup_printf ("/session/%s", attack_id (stall->session));
  g_autoptr (AttackAnswer) answer =
      attack_ask (stall->attack, "DELETE", path, attack_token (stall->session), NULL, NULL);

  g_test_message ("DELETE: %u", answer->status);
}

static void
publish_to_many (Stall *stall, const char *event, guint n_events)
{
  g_autofree int *fds = g_new (int, stall->size);

  for (guint i = 0; i < stall->size; i++)
    fds[i] = open_watcher (stall);
  await_watchers (stall, fds);
  publish (stall, event, n_events);
  end_session (stall);
  for (guint i = 0; i < stall->size; i++)
    close (fds[i]);
}

static void
publish_large (Stall *stall)
{
  g_autofree char *text = g_strnfill (EVENT_BYTES, 'x');
  g_autofree char *event = g_strdup_printf ("{\"progress\":1,\"message\":\"%s\"}", text);

  publish_to_many (stall, event, 60);
}

static void
publish_small (Stall *stall)
{
  publish_to_many (stall, "{\"progress\":1}", 1000);
}

/* Many sessions */

static void
prepare_sessions (Stall *stall)
{
  attack_set_settings (stall->attack, "[Limits]\nSessions=20000\nSessionsPerMinute=100000\n");
}

/* Over one connection, without waiting for the answers. */
static void
create_sessions (Stall *stall)
{
  static const char one[] = "POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                            "application/json\r\nContent-Length: 11\r\n\r\n{\"cwd\":\"/\"}";
  int fd = attack_connect (stall->attack);

  for (guint i = 0; i < stall->size; i++)
    {
      g_autoptr (AttackAnswer) answer = NULL;

      attack_send (fd, one, sizeof one - 1);
      answer = attack_read_answer (fd);
      if (answer->status != 200)
        {
          g_test_message ("session %u: %u", i, answer->status);
          break;
        }
    }
  close (fd);
}

static void
list_sessions (Stall *stall)
{
  static const char *const paths[] = { "/session", "/metrics" };

  create_sessions (stall);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (AttackAnswer) answer =
          attack_ask (stall->attack, "GET", paths[i], NULL, NULL, NULL);

      g_test_message ("%s: %u, %zu bytes", paths[i], answer->status, answer->length);
    }
}

static void
ask_bus (Stall *stall, const char *path, const char *interface, const char *method)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      stall->attack->e2e->connection, "org.mcpsessiond.Daemon", path, interface, method, NULL, NULL,
      G_DBUS_CALL_FLAGS_NONE, (int) stall->attack->patience_seconds * 1000, NULL, &error);

  g_test_message ("%s: %s", method,
                  reply != NULL ? g_variant_get_type_string (reply) : error->message);
}

static void
list_objects (Stall *stall)
{
  create_sessions (stall);
  ask_bus (stall, "/org/mcpsessiond", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
  ask_bus (stall, "/org/mcpsessiond/Tools", "org.mcpsessiond.Tools1", "Dump");
}

static void
name_appeared_cb (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
await_daemon_on_bus (E2e *e2e)
{
  gboolean is_there = FALSE;
  guint id = g_bus_watch_name_on_connection (e2e->connection, "org.mcpsessiond.Daemon", 0,
                                             name_appeared_cb, NULL, &is_there, NULL);

  test_await (&is_there, "the daemon on the bus");
  g_bus_unwatch_name (id);
}

/* The kernel takes milliseconds to watch a directory that is as full as /tmp is on some machines.
 */
static void
prepare_new_bus (Stall *stall)
{
  E2e *e2e = stall->attack->e2e;
  g_autofree char *path = e2e_build (e2e, "bus");

  prepare_sessions (stall);
  e2e_kill_bus (e2e);
  g_free (e2e->bus_address);
  e2e->bus_address = g_strconcat ("unix:path=", path, NULL);
  e2e_return_bus (e2e);
}

/* Whoever finds the daemon on the bus finds all sessions there. */
static void
return_bus (Stall *stall)
{
  E2e *e2e = stall->attack->e2e;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GError) error = NULL;

  create_sessions (stall);
  e2e_kill_bus (e2e);
  attack_await_log (stall->attack, "session bus is gone", 1000 * stall->attack->patience_seconds);
  e2e_return_bus (e2e);
  await_daemon_on_bus (e2e);
  reply = g_dbus_connection_call_sync (e2e->connection, "org.mcpsessiond.Daemon",
                                       "/org/mcpsessiond", "org.freedesktop.DBus.ObjectManager",
                                       "GetManagedObjects", NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
                                       (int) stall->attack->patience_seconds * 1000, NULL, &error);
  g_assert_no_error (error);
  objects = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (objects), >=, stall->size);
}

/* Bodies */

static void
send_body (Stall *stall, const char *path, const char *body)
{
  g_autoptr (AttackAnswer) answer =
      attack_ask (stall->attack, "POST", path, attack_token (stall->session), NULL, body);

  g_test_message ("%s: %u %.200s", path, answer->status, answer->body);
}

static void
send_escapes (Stall *stall)
{
  g_autofree char *path = g_strdup_printf ("/session/%s/progress", attack_id (stall->session));
  g_autofree char *escapes = stall_repeat ("\\u0041", stall->size / 6);
  g_autofree char *event = g_strdup_printf ("{\"progress\":1,\"message\":\"%s\"}", escapes);
  g_autofree char *params =
      g_strdup_printf ("{\"name\":\"x__y\",\"arguments\":{\"text\":\"%s\"}}", escapes);
  g_autofree char *call = attack_build_rpc ("tools/call", params);

  send_body (stall, path, event);
  send_body (stall, "/mcp", call);
}

static char *
build_many_keys (void)
{
  g_autoptr (GString) text = g_string_new ("{\"name\":\"x__y\",\"arguments\":{\"a\":0");

  for (guint i = 0; i < 99000; i++)
    g_string_append_printf (text, ",\"k%u\":0", i);
  g_string_append (text, "}}");
  return attack_build_rpc ("tools/call", text->str);
}

/* All but the last byte of each, then the last bytes at once. */
static void
send_many_keys_to (Stall *stall, const char *path)
{
  g_autofree char *body = build_many_keys ();
  gsize length = strlen (body);
  g_autofree char *head = g_strdup_printf (
      "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nConnection: close\r\n"
      "Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
      "Content-Length: %zu\r\n\r\n",
      path, attack_token (stall->session), length);
  g_autofree int *fds = g_new (int, stall->size);

  for (guint i = 0; i < stall->size; i++)
    {
      fds[i] = attack_connect (stall->attack);
      attack_send (fds[i], head, strlen (head));
      attack_send (fds[i], body, length - 1);
    }
  for (guint i = 0; i < stall->size; i++)
    attack_send (fds[i], body + length - 1, 1);
  for (guint i = 0; i < stall->size; i++)
    {
      g_autoptr (AttackAnswer) answer = attack_read_answer (fds[i]);

      g_test_message ("%u", answer->status);
      close (fds[i]);
    }
}

static void
send_many_keys (Stall *stall)
{
  send_many_keys_to (stall, "/mcp");
}

static void
send_many_keys_to_session (Stall *stall)
{
  send_many_keys_to (stall, "/session");
}

/* The path that the first event of GET /sse names. */
static char *
open_pair (Stall *stall, int *fd)
{
  static const char key[] = "data: ";
  g_autoptr (GString) text = g_string_new (NULL);
  const char *path, *end = NULL;

  *fd = attack_connect (stall->attack);
  attack_send_request (*fd, "GET", "/sse", attack_token (stall->session), NULL, NULL);
  while ((path = strstr (text->str, key)) == NULL || (end = strchr (path, '\n')) == NULL)
    {
      char buffer[4096];
      ssize_t n = recv (*fd, buffer, sizeof buffer, 0);

      if (n <= 0)
        g_error ("GET /sse: %s", text->str);
      g_string_append_len (text, buffer, n);
    }
  path += strlen (key);
  return g_strndup (path, (gsize) (end - path));
}

static void
send_many_keys_to_messages (Stall *stall)
{
  int fd;
  g_autofree char *path = open_pair (stall, &fd);

  send_many_keys_to (stall, path);
  close (fd);
}

/* An array of as many events as an array may have, of as many bytes as a body may have. */
static void
send_array (Stall *stall)
{
  g_autofree char *text = g_strnfill (stall->size / 1000, 'x');
  g_autofree char *event =
      g_strdup_printf ("{\"progress\":1,\"token\":\"%s\",\"message\":\"%s\"}", "t", text);

  publish (stall, event, 1000);
}

const StallCase stall_client_cases[] = {
  { "large-events-to-many-watchers", "any client",
    "60 events of 60 kB to %u watchers that do not read, then the session's end", 400, 2000,
    E2E_WITHOUT_BUS, NULL, publish_large, NULL },
  { "small-events-to-many-watchers", "any client",
    "1,000 small events to %u watchers that do not read, then the session's end", 500, 2000,
    E2E_WITHOUT_BUS, NULL, publish_small, NULL },
  { "many-sessions", "any client", "%u sessions, `GET /session`, `GET /metrics`", 2000, 10000,
    E2E_WITHOUT_BUS, prepare_sessions, list_sessions, NULL },
  { "many-sessions-at-the-end", "the owner", "`SIGTERM` with %u sessions on the bus", 2000, 10000,
    E2E_WITH_BUS, prepare_sessions, create_sessions, NULL },
  { "many-sessions-on-the-bus", "a bus peer", "`GetManagedObjects` and `Dump` with %u sessions",
    2000, 10000, E2E_WITH_BUS, prepare_sessions, list_objects, NULL },
  { "many-sessions-on-a-new-bus", "the bus", "a bus that goes and comes back, with %u sessions",
    2000, 10000, E2E_WITH_BUS, prepare_new_bus, return_bus, NULL },
  { "body-of-escapes", "any client", "a body of %u bytes, of `\\u0041`", 4100000, 4100000,
    E2E_WITHOUT_BUS, NULL, send_escapes, NULL },
  { "bodies-of-many-keys", "any client", "%u bodies of 1 MB with 99,000 keys at once", 20, 20,
    E2E_WITHOUT_BUS, NULL, send_many_keys, NULL },
  { "bodies-of-many-keys-to-session", "any client", "%u of them to `POST /session`", 20, 20,
    E2E_WITHOUT_BUS, NULL, send_many_keys_to_session, NULL },
  { "bodies-of-many-keys-to-messages", "any client", "%u of them to `POST /messages`", 20, 20,
    E2E_WITHOUT_BUS, NULL, send_many_keys_to_messages, NULL },
  { "array-of-events", "any client", "1,000 events of a body of %u bytes", 4100000, 4100000,
    E2E_WITHOUT_BUS, NULL, send_array, NULL },
  { NULL },
};

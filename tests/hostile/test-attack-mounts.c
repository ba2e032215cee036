/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A directory on a mount whose server is gone: who names such a one waits, and nobody else does.
 */
#include "attack.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INITIALIZE                                                                           \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}"
#define STATELESS                                                                   \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{" \
  "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                     \
  "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"c\",\"version\":\"1\"},"      \
  "\"io.modelcontextprotocol/clientCapabilities\":{}}}}"
#define STATELESS_FIELDS "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n"

/* Longer than the daemon waits. */
#define PATIENCE_SECONDS 6

typedef struct
{
  Attack *attack;
  char *mount; /* (owned) */
  char *pipe;  /* (owned) */
} Fixture;

static void
preload (Fixture *f)
{
  g_autofree char *clock = e2e_build (f->attack->e2e, "clock");
  g_autofree char *shims =
      g_strconcat (g_getenv ("MCP_TEST_MOUNT_SHIM"), ":", g_getenv ("MCP_TEST_TIME_SHIM"), NULL);
  const gint64 nothing = 0;

  g_assert_true (g_file_set_contents (clock, (const char *) &nothing, sizeof nothing, NULL));
  g_setenv ("MCP_TEST_CLOCK", clock, TRUE);
  g_setenv ("MCP_TEST_MOUNT", f->mount, TRUE);
  g_setenv ("LD_PRELOAD", shims, TRUE);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  if (g_getenv ("MCP_TEST_MOUNT_SHIM") == NULL)
    {
      g_test_skip ("nothing can be preloaded into the daemon here");
      return;
    }
  f->attack = attack_new (E2E_WITH_BUS);
  f->mount = e2e_build (f->attack->e2e, "mount");
  f->pipe = g_strconcat (f->mount, ".pipe", NULL);
  g_assert_cmpint (mkfifo (f->pipe, 0600), ==, 0);
  preload (f);
  attack_start (f->attack);
  g_unsetenv ("LD_PRELOAD");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->attack, attack_free);
  g_free (f->mount);
  g_free (f->pipe);
}

static void
assert_serves (Fixture *f, const char *meanwhile)
{
  g_autoptr (AttackAnswer) health = attack_ask (f->attack, "GET", "/health", NULL, NULL, NULL);

  if (health->status != 200)
    attack_fail ("%s on a dead mount: nobody is served meanwhile", meanwhile);
}

/* Waits until the daemon looks at the mount. Returns: what lets it go on once it is closed */
static int
await_look (Fixture *f)
{
  int fd = open (f->pipe, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

typedef struct
{
  const char *name;
  const char *method;
  const char *path;
  const char *fields;
  const char *body;
  gboolean names_in_head;
} Way;

static const Way ways[] = {
  { "POST /session", "POST", "/session", NULL, "{\"cwd\":\"%s\",\"label\":\"x\"}", FALSE },
  { "initialize", "POST", "/mcp", NULL, INITIALIZE, TRUE },
  { "a request of 2026-07-28", "POST", "/mcp", STATELESS_FIELDS, STATELESS, TRUE },
  { "GET /sse", "GET", "/sse", NULL, NULL, TRUE },
};

/* Each way names a directory of its own. Returns: the connection */
static int
send_way (Fixture *f, const Way *way)
{
  g_autofree char *cwd = g_strdup_printf ("%s/%u", f->mount, (guint) (way - ways));
  g_auto (GStrv) parts = g_strsplit (way->body != NULL ? way->body : "", "%s", -1);
  g_autofree char *body = way->body != NULL ? g_strjoinv (cwd, parts) : NULL;
  g_autofree char *fields =
      way->names_in_head
          ? g_strdup_printf ("%sX-Mcp-Cwd: %s\r\n", way->fields != NULL ? way->fields : "", cwd)
          : NULL;
  int fd = attack_connect (f->attack);

  g_assert_true (attack_send_request (fd, way->method, way->path, NULL, fields, body));
  return fd;
}

static void
assert_answers (const Way *way, int fd)
{
  char head[256] = "";

  /* Of a stream, the head is enough. */
  g_assert_cmpint (read (fd, head, sizeof head - 1), >, 0);
  if (strstr (head, " 200 ") == NULL)
    attack_fail ("%s: %s", way->name, head);
  close (fd);
}

static void
test_http (Fixture *f, gconstpointer data)
{
  g_test_summary ("Who makes a session by HTTP on a dead mount holds nobody else");
  for (gsize i = 0; f->attack != NULL && i < G_N_ELEMENTS (ways); i++)
    {
      int client = send_way (f, &ways[i]);
      int mount = await_look (f);

      assert_serves (f, ways[i].name);
      close (mount);
      assert_answers (&ways[i], client);
    }
}

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GVariant **reply = user_data;
  g_autoptr (GError) error = NULL;

  *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_assert_no_error (error);
}

static void
create_by_bus (Fixture *f, GVariant **reply)
{
  g_autofree char *cwd = g_strconcat (f->mount, "/bus", NULL);

  g_dbus_connection_call (f->attack->e2e->connection, "org.mcpsessiond.Daemon",
                          "/org/mcpsessiond/SessionStore", "org.mcpsessiond.SessionStore1",
                          "CreateSession", g_variant_new ("(sa{sv})", cwd, NULL), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, created_cb, reply);
  g_assert_true (g_dbus_connection_flush_sync (f->attack->e2e->connection, NULL, NULL));
}

static void
test_bus (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) reply = NULL;
  int mount;

  g_test_summary ("Who makes a session on the bus on a dead mount holds nobody else");
  if (f->attack == NULL)
    return;
  create_by_bus (f, &reply);
  mount = await_look (f);
  assert_serves (f, "CreateSession");
  close (mount);
  while (reply == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
advance_clock (Fixture *f)
{
  const gint64 seconds = PATIENCE_SECONDS;
  g_autofree char *path = e2e_build (f->attack->e2e, "clock");
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (pwrite (fd, &seconds, sizeof seconds, 0), ==, sizeof seconds);
  close (fd);
}

static void
test_given_up (Fixture *f, gconstpointer data)
{
  g_autofree char *named = NULL;
  g_autofree char *body = NULL;
  g_autoptr (AttackAnswer) first = NULL;
  g_autoptr (JsonObject) second = NULL;
  int client, mount;

  g_test_summary ("A directory that does not answer in time is taken as it was named, from then on "
                  "at once");
  if (f->attack == NULL)
    return;
  named = g_strconcat (f->mount, "/gone", NULL);
  body = g_strdup_printf ("{\"cwd\":\"%s/./\",\"label\":\"x\"}", named);
  client = attack_connect (f->attack);
  g_assert_true (attack_send_request (client, "POST", "/session", NULL, NULL, body));
  mount = await_look (f);
  advance_clock (f);
  assert_serves (f, "POST /session");

  first = attack_read_answer (client);
  g_assert_cmpuint (first->status, ==, 200);
  g_assert_nonnull (strstr (first->body, named));
  second = attack_create_session (f->attack, body);
  g_assert_cmpstr (json_object_get_string_member (second, "cwd"), ==, named);
  close (mount);
  close (client);
}

#define ADD(name, func) g_test_add ("/attack/mounts/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("http", test_http);
  ADD ("bus", test_bus);
  ADD ("given-up", test_given_up);
  return g_test_run ();
}

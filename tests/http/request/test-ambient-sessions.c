/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-ambient-sessions.h"

#include "common/mcp-names.h"
#include "session/store/mcp-cwd.h"

#include <malloc.h>
#include <string.h>

#define CLIENT "client"

typedef struct
{
  McpSessionStore *store;
  McpAmbientSessions *sessions;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  McpLimits limits;

  mcp_limits_init_defaults (&limits);
  f->store = mcp_session_store_new (&limits);
  f->sessions = mcp_ambient_sessions_new (f->store);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mcp_ambient_sessions_free (f->sessions);
  g_object_unref (f->store);
}

static McpSession *
get (Fixture *f, const char *client, const char *cwd)
{
  g_autofree char *resolved = mcp_cwd_resolve (cwd, NULL);
  const McpSessionParams params = {
    .cwd = resolved,
    .ambient_client = client,
    .idle_seconds = 60,
    .without_token = TRUE,
  };
  g_autoptr (GError) error = NULL;
  McpSession *session = mcp_ambient_sessions_get (f->sessions, &params, &error);

  g_assert_no_error (error);
  return session;
}

static void
test_same (Fixture *f, gconstpointer data)
{
  McpSession *session = get (f, CLIENT, "/");

  g_test_summary ("A client has one session for a directory, by whatever name it calls that, and "
                  "another session for another directory; another client has its own");
  g_assert_true (get (f, CLIENT, "/") == session);
  g_assert_true (get (f, CLIENT, "/usr/..") == session);
  g_assert_true (get (f, CLIENT, "//") == session);
  g_assert_true (get (f, CLIENT, "/usr") != session);
  g_assert_true (get (f, "other", "/") != session);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 3);
}

static void
test_ended (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (get (f, CLIENT, "/"));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A session that has ended is not found again, by any name of its directory");
  get (f, CLIENT, "/usr/..");
  g_assert_true (
      mcp_session_store_close (f->store, mcp_session_get_id (session), MCP_REASON_CLOSED, &error));
  g_assert_true (get (f, CLIENT, "/usr/..") != session);
  g_assert_true (get (f, CLIENT, "/") != session);
}

static gsize
get_heap_bytes (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static void
test_many_names (Fixture *f, gconstpointer data)
{
  const guint n_names = 1000;
  McpSession *session = get (f, CLIENT, "/");
  gsize before = get_heap_bytes ();

  g_test_summary ("However many names of a directory a client uses, nothing is kept of them");
  for (guint i = 0; i < n_names; i++)
    {
      g_autofree char *slashes = g_strnfill (2 * (1000 + i), '/');
      g_autofree char *cwd = g_strconcat (slashes, "usr/..", NULL);

      g_assert_true (get (f, CLIENT, cwd) == session);
    }
  if (before == 0)
    g_test_skip ("the allocator does not say how much is in use");
  else
    g_assert_cmpuint (get_heap_bytes (), <, before + 512 * 1024);
}

#define ADD(name, func) \
  g_test_add ("/http/ambient-sessions/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("same", test_same);
  ADD ("ended", test_ended);
  ADD ("many-names", test_many_names);
  return g_test_run ();
}

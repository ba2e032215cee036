/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-ambient-sessions.h"

#include "common/mcp-keyed-hash.h"

#include <string.h>

struct _McpAmbientSessions
{
  McpSessionStore *store; /* (owned) */
  GHashTable *sessions;   /* (owned): key (owned) -> session id (owned); one key a session */
  gulong removed_id;
};

static char *
build_key (const char *client, const char *cwd)
{
  return g_strdup_printf ("%s\x1f%s", client, cwd);
}

static void
removed_cb (McpSessionStore *store,
            McpSession *session,
            const char *reason,
            McpAmbientSessions *self)
{
  const char *client = mcp_session_get_ambient_client (session);
  g_autofree char *key = NULL;

  if (client == NULL)
    return;
  key = build_key (client, mcp_session_get_cwd (session));
  if (g_strcmp0 (g_hash_table_lookup (self->sessions, key), mcp_session_get_id (session)) == 0)
    g_hash_table_remove (self->sessions, key);
}

/**
 * mcp_ambient_sessions_new:
 * @store: where they are made
 *
 * Returns: (transfer full): none yet
 */
McpAmbientSessions *
mcp_ambient_sessions_new (McpSessionStore *store)
{
  McpAmbientSessions *self = g_new0 (McpAmbientSessions, 1);

  self->store = g_object_ref (store);
  self->sessions = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, g_free);
  self->removed_id = g_signal_connect (store, "session-removed", G_CALLBACK (removed_cb), self);
  return self;
}

/**
 * mcp_ambient_sessions_free:
 * @self: (transfer full): the sessions, which stay in the store
 */
void
mcp_ambient_sessions_free (McpAmbientSessions *self)
{
  g_signal_handler_disconnect (self->store, self->removed_id);
  g_hash_table_unref (self->sessions);
  g_object_unref (self->store);
  g_free (self);
}

/* The session bears the name of its client rather than that of a process, if there is a name. */
static McpSession *
create (McpAmbientSessions *self, const McpSessionParams *params, GError **error)
{
  McpSession *session = mcp_session_store_create (self->store, params, NULL, error);

  if (session != NULL && strcmp (params->ambient_client, MCP_AMBIENT_SESSIONS_NAMELESS) != 0)
    mcp_session_store_name_session (self->store, session, params->ambient_client);
  return session;
}

/* Finds a session that was made by an earlier daemon. */
static McpSession *
find_in_store (McpAmbientSessions *self, const char *client, const char *cwd)
{
  g_autoptr (GPtrArray) sessions = mcp_session_store_list (self->store);

  for (guint i = 0; i < sessions->len; i++)
    {
      McpSession *session = g_ptr_array_index (sessions, i);

      if (g_strcmp0 (mcp_session_get_ambient_client (session), client) == 0 &&
          g_str_equal (mcp_session_get_cwd (session), cwd))
        return session;
    }
  return NULL;
}

static McpSession *
find (McpAmbientSessions *self, const char *client, const char *cwd)
{
  g_autofree char *key = build_key (client, cwd);
  const char *session_id = g_hash_table_lookup (self->sessions, key);

  return session_id != NULL ? mcp_session_store_lookup (self->store, session_id) : NULL;
}

static void
remember (McpAmbientSessions *self, McpSession *session)
{
  g_hash_table_replace (
      self->sessions,
      build_key (mcp_session_get_ambient_client (session), mcp_session_get_cwd (session)),
      g_strdup (mcp_session_get_id (session)));
}

/**
 * mcp_ambient_sessions_get:
 * @self: the sessions
 * @params: of a session to be made; its client and its directory tell which it is
 * @error: return location
 *
 * Errors: those of mcp_session_store_create().
 *
 * Returns: (transfer none) (nullable): the session
 */
McpSession *
mcp_ambient_sessions_get (McpAmbientSessions *self, const McpSessionParams *params, GError **error)
{
  McpSession *session = find (self, params->ambient_client, params->cwd);

  if (session != NULL)
    return session;

  session = find_in_store (self, params->ambient_client, params->cwd);
  if (session == NULL)
    session = create (self, params, error);
  if (session != NULL)
    remember (self, session);
  return session;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Finds the session of a bridge on a thread, because that may have to start the daemon.
 */
#include "cli/bridge/mcp-cli-session-search.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>

/* What the thread works with. */
typedef struct
{
  McpCliSession *session; /* (nullable) */
  McpCliSessionParams params;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_clear_pointer (&search->session, mcp_cli_session_free);
  mcp_cli_session_params_clear (&search->params);
  g_free (search);
}

/* Returns: (nullable): the same session if it is still there; %NULL without an error if it is not
 */
static McpCliSession *
find_session (McpCliConnection *connection, const McpCliSession *session, GError **error)
{
  g_autofree char *path = g_strconcat ("/session/", session->id, NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (connection, "GET", path, session, NULL, &local_error);

  if (answer != NULL)
    return mcp_cli_session_copy (session);
  if (!g_error_matches (local_error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED))
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static McpCliSession *
find_or_create_session (McpCliConnection *connection, Search *search, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) answer = NULL;
  McpCliSession *session = NULL;

  if (search->session != NULL)
    session = find_session (connection, search->session, &local_error);
  if (session != NULL)
    return session;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  answer = mcp_cli_session_create (connection, &search->params, error);
  if (answer == NULL)
    return NULL;
  if (search->session != NULL)
    mcp_cli_text_print (_ ("The session has ended in the meantime; a new one was made"));
  return mcp_cli_session_from_answer (answer, error);
}

/* Which daemon it is: another one has lost what was in flight. */
static void
learn_daemon (McpCliConnection *connection, McpCliSession *session)
{
  g_autoptr (GBytes) health =
      mcp_cli_connection_request (connection, "GET", "/health", NULL, NULL, NULL);
  McpJsonSlice root;

  g_clear_pointer (&session->daemon, g_free);
  if (health != NULL && mcp_cli_json_parse_bytes (health, &root, NULL))
    session->daemon = mcp_cli_json_dup_member (root, "started_at");
}

static void
search_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (&error);
  McpCliSession *session =
      connection != NULL ? find_or_create_session (connection, task_data, &error) : NULL;

  if (session != NULL)
    learn_daemon (connection, session);
  if (session != NULL)
    g_task_return_pointer (task, session, (GDestroyNotify) mcp_cli_session_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * mcp_cli_session_search_async:
 * @session: (nullable): the session that was used last
 * @params: of the session that is made if @session is not there any more
 * @cancellable: cancels the search; a session that is being made may be left then
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Finds the daemon or starts it, and finds the session or makes one.
 */
void
mcp_cli_session_search_async (const McpCliSession *session,
                              const McpCliSessionParams *params,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  if (session != NULL)
    search->session = mcp_cli_session_copy (session);
  mcp_cli_session_params_copy (&search->params, params);
  g_task_set_task_data (task, search, search_free);
  g_task_run_in_thread (task, search_thread);
}

/**
 * mcp_cli_session_search_finish:
 * @result: of mcp_cli_session_search_async()
 * @error: return location; %G_IO_ERROR_CANCELLED after a cancellation
 *
 * Returns: (transfer full) (nullable): the session
 */
McpCliSession *
mcp_cli_session_search_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

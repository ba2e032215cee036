/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The session of a command: the one that is named, the one of the environment, or a new one.
 */
#include "cli/daemon/mcp-cli-session.h"

#include "cli/daemon/mcp-cli-address.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "common/mcp-process.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* A session for one command ends after this time if the command was killed. */
#define TEMPORARY_IDLE_SECONDS 60

/**
 * mcp_cli_session_free:
 * @session: (transfer full): a session
 */
void
mcp_cli_session_free (McpCliSession *session)
{
  g_free (session->id);
  g_free (session->token);
  g_free (session->daemon);
  g_free (session);
}

/**
 * mcp_cli_session_copy:
 * @session: a session
 *
 * Returns: (transfer full): the same session
 */
McpCliSession *
mcp_cli_session_copy (const McpCliSession *session)
{
  McpCliSession *copy = g_new0 (McpCliSession, 1);

  copy->id = g_strdup (session->id);
  copy->token = g_strdup (session->token);
  copy->daemon = g_strdup (session->daemon);
  copy->is_temporary = session->is_temporary;
  return copy;
}

/**
 * mcp_cli_session_params_copy:
 * @copy: (out caller-allocates): owns its members; see mcp_cli_session_params_clear()
 * @params: what a session is to be like
 */
void
mcp_cli_session_params_copy (McpCliSessionParams *copy, const McpCliSessionParams *params)
{
  *copy = (McpCliSessionParams){
    .cwd = g_strdup (params->cwd),
    .label = g_strdup (params->label),
    .allowed_tools = g_strdupv (params->allowed_tools),
    .idle_seconds = params->idle_seconds,
    .is_bridge = params->is_bridge,
  };
}

/**
 * mcp_cli_session_params_clear:
 * @copy: filled by mcp_cli_session_params_copy()
 */
void
mcp_cli_session_params_clear (McpCliSessionParams *copy)
{
  g_clear_pointer (&copy->cwd, g_free);
  g_clear_pointer (&copy->label, g_free);
  g_clear_pointer (&copy->allowed_tools, g_strfreev);
}

static char *
build_params (const McpCliSessionParams *params)
{
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *parent = mcp_process_dup_name (getppid ());
  GString *json = g_string_new ("{");

  mcp_cli_json_add_string (json, "cwd", params->cwd != NULL ? params->cwd : here);
  mcp_cli_json_add_string (json, "label", params->label != NULL ? params->label : parent);
  if (params->allowed_tools != NULL)
    {
      g_autoptr (GString) globs = g_string_new ("[");

      for (gsize i = 0; params->allowed_tools[i] != NULL; i++)
        {
          if (i > 0)
            g_string_append_c (globs, ',');
          mcp_json_append_string (globs, params->allowed_tools[i]);
        }
      g_string_append_c (globs, ']');
      mcp_cli_json_add_raw (json, "allowed_tools", globs->str, -1);
    }
  if (params->idle_seconds >= 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, params->idle_seconds);

      mcp_cli_json_add_raw (json, "idle_seconds", seconds, -1);
    }
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

/**
 * mcp_cli_session_create:
 * @connection: to the daemon
 * @params: what the session is to be like
 * @error: return location
 *
 * Makes a session.
 *
 * Returns: (transfer full) (nullable): the daemon's answer, which has its token
 */
GBytes *
mcp_cli_session_create (McpCliConnection *connection,
                        const McpCliSessionParams *params,
                        GError **error)
{
  g_autofree char *json = build_params (params);

  g_autoptr (SoupMessage) message =
      mcp_cli_connection_new_message (connection, "POST", "/session", NULL, json);

  if (params->is_bridge)
    soup_message_headers_replace (soup_message_get_request_headers (message), MCP_HEADER_BRIDGE,
                                  "1");
  return mcp_cli_connection_send (connection, message, error);
}

/**
 * mcp_cli_session_from_answer:
 * @answer: to a request that makes or shows a session
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the session
 */
McpCliSession *
mcp_cli_session_from_answer (GBytes *answer, GError **error)
{
  g_autoptr (McpCliSession) session = g_new0 (McpCliSession, 1);
  McpJsonSlice root;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return NULL;
  session->id = mcp_cli_json_dup_member (root, "session_id");
  session->token = mcp_cli_json_dup_member (root, "token");
  if (session->id != NULL)
    return g_steal_pointer (&session);

  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("The daemon’s answer names no session: is it of another version?"));
  return NULL;
}

/* Whether the name is the id, the beginning of the id, or the label. */
static gboolean
is_named (McpJsonSlice session, const char *name, gboolean *exactly)
{
  g_autofree char *id = mcp_cli_json_dup_member (session, "session_id");
  g_autofree char *label = mcp_cli_json_dup_member (session, "label");

  *exactly = id != NULL && strcmp (id, name) == 0;
  return (id != NULL && g_str_has_prefix (id, name)) ||
         (label != NULL && strcmp (label, name) == 0);
}

static char *
find_named (McpJsonSlice sessions, const char *name, GError **error)
{
  g_autofree char *found = NULL;
  McpJsonIter iter;
  McpJsonSlice session;
  guint n_found = 0;

  mcp_json_iter_init (&iter, sessions);
  while (mcp_json_iter_next_element (&iter, &session))
    {
      gboolean exactly;

      if (!is_named (session, name, &exactly))
        continue;
      g_free (found);
      found = mcp_cli_json_dup_member (session, "session_id");
      if (exactly)
        return g_steal_pointer (&found);
      n_found++;
    }

  if (n_found == 1)
    return g_steal_pointer (&found);
  if (n_found == 0)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no session “%s”; “mcp-session list” shows the sessions"), name);
  else
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 _ ("“%s” may be one of several sessions; give more of its id"), name);
  return NULL;
}

static McpCliSession *
look_up (McpCliConnection *connection, const char *name, GError **error)
{
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (connection, "GET", "/session", NULL, NULL, error);
  McpJsonSlice root, sessions;
  McpCliSession *session;
  char *id;

  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, error))
    return NULL;
  if (!mcp_json_find_typed (root, "sessions", MCP_JSON_ARRAY, &sessions))
    sessions = (McpJsonSlice){ "[]", 2 };
  id = find_named (sessions, name, error);
  if (id == NULL)
    return NULL;

  session = g_new0 (McpCliSession, 1);
  session->id = id;
  return session;
}

static McpCliSession *
from_environment (void)
{
  const char *id = g_getenv (MCP_CLI_ID_VARIABLE);
  const char *token = g_getenv (MCP_CLI_TOKEN_VARIABLE);
  McpCliSession *session;

  if (id == NULL || *id == '\0')
    return NULL;
  session = g_new0 (McpCliSession, 1);
  session->id = g_strdup (id);
  if (token != NULL && *token != '\0')
    session->token = g_strdup (token);
  return session;
}

/**
 * mcp_cli_session_find:
 * @connection: to the daemon
 * @name: (nullable): an id, the beginning of an id, or a label; %NULL: the session of the
 * environment
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the session
 */
McpCliSession *
mcp_cli_session_find (McpCliConnection *connection, const char *name, GError **error)
{
  McpCliSession *session;

  if (name != NULL && *name != '\0')
    return look_up (connection, name, error);

  session = from_environment ();
  if (session == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("Which session? Name one (“mcp-session list” shows them), or begin inside "
                    "“mcp-session run -- COMMAND”, which sets %s"),
                 MCP_CLI_ID_VARIABLE);
  return session;
}

/**
 * mcp_cli_session_create_temporary:
 * @connection: to the daemon
 * @error: return location
 *
 * Makes a session in the current directory for one command; mcp_cli_session_end() ends it.
 *
 * Returns: (transfer full) (nullable): the session
 */
McpCliSession *
mcp_cli_session_create_temporary (McpCliConnection *connection, GError **error)
{
  const McpCliSessionParams params = { .idle_seconds = TEMPORARY_IDLE_SECONDS };
  g_autoptr (GBytes) answer = mcp_cli_session_create (connection, &params, error);
  McpCliSession *session = answer != NULL ? mcp_cli_session_from_answer (answer, error) : NULL;

  if (session != NULL)
    session->is_temporary = TRUE;
  return session;
}

/**
 * mcp_cli_session_find_or_create:
 * @connection: to the daemon
 * @name: (nullable): as for mcp_cli_session_find()
 * @error: return location
 *
 * As mcp_cli_session_find(). If neither a name nor the environment names a session, one is made in
 * the current directory; mcp_cli_session_end() ends it.
 *
 * Returns: (transfer full) (nullable): the session
 */
McpCliSession *
mcp_cli_session_find_or_create (McpCliConnection *connection, const char *name, GError **error)
{
  McpCliSession *session;

  if (name != NULL && *name != '\0')
    return look_up (connection, name, error);
  session = from_environment ();
  return session != NULL ? session : mcp_cli_session_create_temporary (connection, error);
}

/**
 * mcp_cli_session_close:
 * @connection: to the daemon
 * @session: a session
 * @error: return location
 *
 * Ends a session.
 *
 * Returns: whether the session was there
 */
gboolean
mcp_cli_session_close (McpCliConnection *connection, const McpCliSession *session, GError **error)
{
  g_autofree char *path = g_strconcat ("/session/", session->id, NULL);
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (connection, "DELETE", path, session, NULL, error);

  return answer != NULL;
}

/**
 * mcp_cli_session_end:
 * @connection: to the daemon
 * @session: a session
 *
 * Ends a session that was made for one command. It is no error if the session has ended already.
 */
void
mcp_cli_session_end (McpCliConnection *connection, McpCliSession *session)
{
  g_autoptr (GError) error = NULL;

  if (session->is_temporary && !mcp_cli_session_close (connection, session, &error))
    g_debug ("The session did not end: %s", error->message);
}

/**
 * mcp_cli_session_dup_url:
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the daemon's MCP address over TCP
 */
char *
mcp_cli_session_dup_url (GError **error)
{
  g_autofree char *path = mcp_cli_address_dup_discovery_path ();
  g_autofree char *text = NULL;
  char *url;
  gsize length;
  McpJsonSlice root;

  if (!g_file_get_contents (path, &text, &length, error) ||
      !mcp_cli_json_parse (text, length, &root, error))
    return NULL;
  url = mcp_cli_json_dup_member (root, "url");
  if (url == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, _ ("%s names no address"), path);
  return url;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The calls of one session, or of all sessions. A daemon without the route GET /calls is asked for
 * each session that there is; it has the calls of ended sessions, but does not show them.
 */
#include "cli/commands/mcp-cli-history.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"

#include <string.h>

/* Of the daemon: GET /session/{id}/calls. */
#define DEFAULT_LIMIT 100

typedef struct
{
  char *started_at;
  char *json;
} Call;

static void
free_call (gpointer data)
{
  Call *call = data;

  g_free (call->started_at);
  g_free (call->json);
  g_free (call);
}

static void
append_parameter (GString *path, const char *key, const char *value)
{
  g_autofree char *escaped = NULL;

  if (value == NULL)
    return;
  escaped = g_uri_escape_string (value, NULL, FALSE);
  g_string_append_printf (path, "%c%s=%s", strchr (path->str, '?') == NULL ? '?' : '&', key,
                          escaped);
}

static char *
build_path (const char *route, const McpCliHistoryFilter *filter)
{
  g_autofree char *limit = filter->limit > 0 ? g_strdup_printf ("%d", filter->limit) : NULL;
  GString *path = g_string_new (route);

  append_parameter (path, "limit", limit);
  append_parameter (path, "before", filter->before);
  append_parameter (path, "tool", filter->tool);
  append_parameter (path, "state", filter->state);
  return g_string_free (path, FALSE);
}

/**
 * mcp_cli_history_fetch_session:
 * @connection: to the daemon
 * @session: a session
 * @filter: which calls are wanted
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the daemon's answer, newest first
 */
GBytes *
mcp_cli_history_fetch_session (McpCliConnection *connection,
                               const McpCliSession *session,
                               const McpCliHistoryFilter *filter,
                               GError **error)
{
  g_autofree char *route = g_strdup_printf ("/session/%s/calls", session->id);
  g_autofree char *path = build_path (route, filter);

  return mcp_cli_connection_request (connection, "GET", path, session, NULL, error);
}

/* The call with the session's id and label in it. */
static Call *
call_new (McpJsonSlice json, McpJsonSlice session)
{
  g_autofree char *id = mcp_cli_json_dup_member (session, "session_id");
  g_autofree char *label = mcp_cli_json_dup_member (session, "label");
  g_autoptr (GString) text = g_string_new_len (json.data, (gssize) json.length - 1);
  Call *call = g_new0 (Call, 1);

  mcp_cli_json_add_string (text, "session_id", id);
  mcp_cli_json_add_string (text, "label", label);
  g_string_append_c (text, '}');
  call->started_at = mcp_cli_json_dup_member (json, "started_at");
  call->json = g_strdup (text->str);
  return call;
}

static void
add_calls (GPtrArray *calls, GBytes *answer, McpJsonSlice session)
{
  McpJsonSlice root, list, call;
  McpJsonIter iter;

  if (!mcp_cli_json_parse_bytes (answer, &root, NULL) ||
      !mcp_json_find_typed (root, "calls", MCP_JSON_ARRAY, &list))
    return;
  mcp_json_iter_init (&iter, list);
  while (mcp_json_iter_next_element (&iter, &call))
    if (mcp_json_get_type (call) == MCP_JSON_OBJECT)
      g_ptr_array_add (calls, call_new (call, session));
}

/* Times of the daemon are of one form: they sort as texts. */
static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  const Call *first = *(Call *const *) a;
  const Call *second = *(Call *const *) b;

  return g_strcmp0 (second->started_at, first->started_at);
}

static GBytes *
build_answer (GPtrArray *calls, int limit)
{
  GString *json = g_string_new ("{\"calls\":[");

  g_ptr_array_sort (calls, compare_newest_first);
  for (guint i = 0; i < calls->len && i < (guint) limit; i++)
    {
      g_string_append (json, i > 0 ? "," : "");
      g_string_append (json, ((Call *) g_ptr_array_index (calls, i))->json);
    }
  g_string_append (json, "]}");
  return g_string_free_to_bytes (json);
}

static GBytes *
merge_sessions (McpCliConnection *connection, const McpCliHistoryFilter *filter, GError **error)
{
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (connection, "GET", "/session", NULL, NULL, error);
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func (free_call);
  McpJsonSlice root, sessions, session;
  McpJsonIter iter;

  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, error))
    return NULL;
  if (!mcp_json_find_typed (root, "sessions", MCP_JSON_ARRAY, &sessions))
    sessions = (McpJsonSlice){ "[]", 2 };
  mcp_json_iter_init (&iter, sessions);
  while (mcp_json_iter_next_element (&iter, &session))
    {
      McpCliSession named = { .id = mcp_cli_json_dup_member (session, "session_id") };
      g_autofree char *id = named.id;
      g_autoptr (GBytes) part =
          id != NULL ? mcp_cli_history_fetch_session (connection, &named, filter, NULL) : NULL;

      /* A session may end in the meantime. */
      if (part != NULL)
        add_calls (calls, part, session);
    }
  return build_answer (calls, filter->limit > 0 ? filter->limit : DEFAULT_LIMIT);
}

/**
 * mcp_cli_history_fetch_all:
 * @connection: to the daemon
 * @filter: which calls are wanted
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the calls of all sessions, as GET /calls has them
 */
GBytes *
mcp_cli_history_fetch_all (McpCliConnection *connection,
                           const McpCliHistoryFilter *filter,
                           GError **error)
{
  g_autofree char *path = build_path ("/calls", filter);
  g_autoptr (GError) local_error = NULL;
  GBytes *answer = mcp_cli_connection_request (connection, "GET", path, NULL, NULL, &local_error);

  if (answer != NULL)
    return answer;
  if (g_error_matches (local_error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    return merge_sessions (connection, filter, error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

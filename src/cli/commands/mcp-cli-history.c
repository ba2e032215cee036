/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The calls that the daemon remembers, of sessions that have ended as well.
 */
#include "cli/commands/mcp-cli-history.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

/* Of the daemon: GET /calls. */
#define DEFAULT_LIMIT 100
#define MAX_LIMIT     1000

/**
 * mcp_cli_history_filter_clear:
 * @filter: a filter
 */
void
mcp_cli_history_filter_clear (McpCliHistoryFilter *filter)
{
  g_clear_pointer (&filter->before, g_free);
  g_clear_pointer (&filter->tool, g_free);
  g_clear_pointer (&filter->state, g_free);
  g_clear_pointer (&filter->session, g_free);
  g_clear_pointer (&filter->session_id, g_free);
  g_clear_pointer (&filter->client, g_free);
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

/* Whether the command itself has to look at each call. */
static gboolean
filters_here (const McpCliHistoryFilter *filter)
{
  return (filter->session != NULL && filter->session_id == NULL) || filter->client != NULL ||
         filter->since_us > 0;
}

static char *
build_path (const McpCliHistoryFilter *filter, const char *before)
{
  int wanted = filters_here (filter) ? MAX_LIMIT : filter->limit;
  g_autofree char *limit = wanted > 0 ? g_strdup_printf ("%d", wanted) : NULL;
  GString *path = g_string_new (NULL);

  if (filter->session_id != NULL)
    g_string_append_printf (path, "/session/%s", filter->session_id);
  g_string_append (path, "/calls");

  append_parameter (path, "limit", limit);
  append_parameter (path, "before", before);
  append_parameter (path, "tool", filter->tool);
  append_parameter (path, "state", filter->state);
  return g_string_free (path, FALSE);
}

static gint64
read_start (McpJsonSlice call)
{
  g_autofree char *text = mcp_cli_json_dup_member (call, "started_at");
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC : G_MAXINT64;
}

static gboolean
contains (const char *text, const char *part)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;
  g_autofree char *wanted = g_utf8_casefold (part, -1);

  return folded != NULL && strstr (folded, wanted) != NULL;
}

static gboolean
is_of_session (McpJsonSlice call, const char *session)
{
  g_autofree char *id = mcp_cli_json_dup_member (call, "session_id");
  g_autofree char *label = mcp_cli_json_dup_member (call, "label");

  return (id != NULL && g_str_has_prefix (id, session)) || g_strcmp0 (label, session) == 0;
}

static gboolean
is_of_client (McpJsonSlice call, const char *client)
{
  g_autofree char *name = mcp_cli_json_dup_member (call, "client");
  g_autofree char *label = mcp_cli_json_dup_member (call, "label");

  return contains (name, client) || contains (label, client);
}

static gboolean
has_member (McpJsonSlice call, const char *key, const char *value)
{
  g_autofree char *text = value != NULL ? mcp_cli_json_dup_member (call, key) : NULL;

  return value == NULL || g_strcmp0 (text, value) == 0;
}

/**
 * mcp_cli_history_filter_accepts:
 * @filter: a filter
 * @call: a call of the daemon's answer
 *
 * Returns: whether the call is wanted; limit and before are not looked at
 */
gboolean
mcp_cli_history_filter_accepts (const McpCliHistoryFilter *filter, McpJsonSlice call)
{
  return has_member (call, "tool", filter->tool) && has_member (call, "state", filter->state) &&
         (filter->since_us == 0 || read_start (call) >= filter->since_us) &&
         (filter->session == NULL || filter->session_id != NULL ||
          is_of_session (call, filter->session)) &&
         (filter->client == NULL || is_of_client (call, filter->client));
}

/* Returns: whether older calls may be wanted as well */
static gboolean
take_page (const McpCliHistoryFilter *filter, McpJsonSlice page, GString *out, int *n_calls)
{
  int limit = filter->limit > 0 ? filter->limit : DEFAULT_LIMIT;
  McpJsonSlice calls, call;
  McpJsonIter iter;

  if (!mcp_json_find_typed (page, "calls", MCP_JSON_ARRAY, &calls))
    return FALSE;
  mcp_json_iter_init (&iter, calls);
  while (*n_calls < limit && mcp_json_iter_next_element (&iter, &call))
    {
      if (filter->since_us > 0 && read_start (call) < filter->since_us)
        return FALSE;
      if (!mcp_cli_history_filter_accepts (filter, call))
        continue;
      if ((*n_calls)++ > 0)
        g_string_append_c (out, ',');
      mcp_json_append_slice (out, call);
    }
  return *n_calls < limit;
}

static GBytes *
request_page (McpCliConnection *connection,
              const McpCliHistoryFilter *filter,
              const char *before,
              McpJsonSlice *root,
              GError **error)
{
  g_autofree char *path = build_path (filter, before);
  GBytes *answer = mcp_cli_connection_request (connection, "GET", path, NULL, NULL, error);

  if (answer != NULL && !mcp_cli_json_parse_bytes (answer, root, error))
    g_clear_pointer (&answer, g_bytes_unref);
  return answer;
}

/**
 * mcp_cli_history_fetch:
 * @connection: to the daemon
 * @filter: which calls are wanted
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the calls, newest first, as GET /calls has them
 */
GBytes *
mcp_cli_history_fetch (McpCliConnection *connection,
                       const McpCliHistoryFilter *filter,
                       GError **error)
{
  g_autoptr (GString) out = g_string_new ("{\"calls\":[");
  g_autofree char *before = g_strdup (filter->before);
  gboolean goes_on;
  int n_calls = 0;

  do
    {
      McpJsonSlice page;
      g_autoptr (GBytes) answer = request_page (connection, filter, before, &page, error);

      if (answer == NULL || !filters_here (filter))
        return g_steal_pointer (&answer);
      goes_on = take_page (filter, page, out, &n_calls);
      g_free (before);
      before = mcp_cli_json_dup_member (page, "next");
    }
  while (goes_on && before != NULL);
  g_string_append (out, "]}");
  return g_string_free_to_bytes (g_steal_pointer (&out));
}

/**
 * mcp_cli_history_dup_call_id:
 * @text: from a command line
 *
 * Returns: (transfer full): the id of a call: “12” is “c-000012”
 */
char *
mcp_cli_history_dup_call_id (const char *text)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &number, NULL))
    return g_strdup (text);
  return g_strdup_printf ("c-%06" G_GUINT64_FORMAT, number);
}

/**
 * mcp_cli_history_fetch_one:
 * @connection: to the daemon
 * @name: the id of a call, or its number alone
 * @error: return location; %MCP_ERROR_NOT_FOUND if there is no such call
 *
 * Returns: (transfer full) (nullable): the call
 */
GBytes *
mcp_cli_history_fetch_one (McpCliConnection *connection, const char *name, GError **error)
{
  g_autofree char *call_id = mcp_cli_history_dup_call_id (name);
  g_autofree char *escaped = g_uri_escape_string (call_id, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/calls/", escaped, NULL);
  g_autoptr (GError) local_error = NULL;
  GBytes *answer = mcp_cli_connection_request (connection, "GET", path, NULL, NULL, &local_error);

  if (answer != NULL)
    return answer;
  if (g_error_matches (local_error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no call “%s”; “mcp-session history” lists the calls"), call_id);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

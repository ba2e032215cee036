/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tests a server that wants a login, by the daemon: it alone has the tokens, and renews them.
 */
#include "cli/commands/mcp-cli-server-trial.h"

#include "cli/terminal/mcp-cli-json.h"

/* Returns: whether the daemon knows the server as one that takes logins */
static gboolean
has_login (McpCliConnection *connection, const char *path)
{
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (connection, "GET", path, NULL, NULL, NULL);
  g_autofree char *state = NULL;
  McpJsonSlice root;
  McpJsonSlice auth;

  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, NULL) ||
      !mcp_json_find_typed (root, "auth", MCP_JSON_OBJECT, &auth))
    return FALSE;
  state = mcp_cli_json_dup_member (auth, "state");
  return state != NULL && !g_str_equal (state, "none");
}

static void
read_tools (McpCliProbe *probe, McpJsonSlice root)
{
  McpJsonSlice tools;
  McpJsonSlice tool;
  McpJsonIter iter;

  if (!mcp_json_find_typed (root, "tools", MCP_JSON_ARRAY, &tools))
    return;
  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    {
      char *name = mcp_json_get_type (tool) == MCP_JSON_STRING ? mcp_json_dup_string (tool) : NULL;

      if (name != NULL)
        g_ptr_array_add (probe->tools, name);
    }
}

static void
read_answer (McpCliProbe *probe, McpJsonSlice root)
{
  g_autofree char *revision = mcp_cli_json_dup_member (root, "revision");
  McpJsonSlice ready_ms;

  probe->revision = g_intern_string (revision);
  if (!mcp_json_find_typed (root, "ready_ms", MCP_JSON_NUMBER, &ready_ms) ||
      !mcp_json_get_int64 (ready_ms, &probe->ready_ms))
    probe->ready_ms = -1;
  read_tools (probe, root);
}

/**
 * mcp_cli_server_trial_run:
 * @connection: to the daemon
 * @name: of a server
 * @timeout_seconds: how long the server may take to be ready, and for each answer
 * @error: return location; set if the test failed
 *
 * Has the daemon connect to the server anew, with the login that the daemon has, and ask for the
 * server's tools.
 *
 * Returns: (transfer full) (nullable): what the test has shown; %NULL without an error: the daemon
 * knows of no login to the server
 */
McpCliProbe *
mcp_cli_server_trial_run (McpCliConnection *connection,
                          const char *name,
                          guint timeout_seconds,
                          GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/servers/%s", escaped);
  g_autofree char *test_path = g_strconcat (path, "/test", NULL);
  g_autofree char *body = g_strdup_printf ("{\"timeout_seconds\":%u}", timeout_seconds);
  g_autoptr (McpCliProbe) probe = NULL;
  g_autoptr (GBytes) answer = NULL;
  McpJsonSlice root;

  if (!has_login (connection, path))
    return NULL;
  answer = mcp_cli_connection_request (connection, "POST", test_path, NULL, body, error);
  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, error))
    return NULL;
  probe = mcp_cli_probe_new ();
  read_answer (probe, root);
  return g_steal_pointer (&probe);
}

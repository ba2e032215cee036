/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Ids of servers' tasks as clients see them (2026-07-28, the extension
 * io.modelcontextprotocol/tasks): a client comes back with nothing but the id, so
 * the id names the server of the task.
 */
#include "gateway/methods/mcp-task-id.h"

#include "protocol/mcp-jsonrpc.h"

#include <string.h>

/* Cannot be part of an escaped name. */
#define SEPARATOR "/"

/**
 * mcp_task_id_expose:
 * @result: of a server, which may name a task of its own
 * @server: its name
 * @exposed: (out) (transfer full) (nullable): the task's id as a client sees it
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the result as a client sees it; %NULL: it names no task
 */
char *
mcp_task_id_expose (McpJsonSlice result, const char *server, char **exposed)
{
  g_autofree char *name = NULL;
  g_autofree char *own_id = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  McpJsonSlice value;

  *exposed = NULL;
  if (!mcp_json_find_typed (result, "taskId", MCP_JSON_STRING, &value) ||
      (own_id = mcp_json_dup_string (value)) == NULL)
    return NULL;

  name = g_uri_escape_string (server, NULL, FALSE);
  *exposed = g_strconcat (name, SEPARATOR, own_id, NULL);
  mcp_json_append_string (text, *exposed);
  return mcp_json_edit_replace_member (result, "taskId", (McpJsonSlice){ text->str, text->len });
}

/**
 * mcp_task_id_split:
 * @exposed: a task's id as a client says it
 * @own_id: (out) (transfer full): as its server knows it
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the server's name; %NULL: the id is none that the daemon
 * made
 */
char *
mcp_task_id_split (const char *exposed, char **own_id)
{
  const char *separator = strstr (exposed, SEPARATOR);
  char *server;

  *own_id = NULL;
  if (separator == NULL)
    return NULL;
  server = g_uri_unescape_segment (exposed, separator, NULL);
  if (server != NULL)
    *own_id = g_strdup (separator + strlen (SEPARATOR));
  return server;
}

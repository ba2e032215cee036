/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-server-change.h"

#include "cli/daemon/mcp-cli-connection.h"

#include <string.h>

/* How often, and how many times, the daemon is asked whether it has read the file again. */
#define SETTLE_MS     50
#define SETTLE_TRIES  40
#define REPLACE_TRIES 10

/**
 * mcp_cli_server_change_await:
 * @name: of a server
 * @there: whether the daemon is to have it
 *
 * Waits, for 2 s at most, until a daemon that runs has read the file again, so that the next
 * command finds the change.
 */
void
mcp_cli_server_change_await (const char *name, gboolean there)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autofree char *label = g_strdup_printf ("provider=\"%s\"", name);

  for (guint i = 0; connection != NULL && i < SETTLE_TRIES; i++)
    {
      g_autoptr (GBytes) metrics =
          mcp_cli_connection_request (connection, "GET", "/metrics", NULL, NULL, NULL);
      g_autofree char *text =
          metrics != NULL ? g_strndup (g_bytes_get_data (metrics, NULL), g_bytes_get_size (metrics))
                          : NULL;

      if (text == NULL || (strstr (text, label) != NULL) == there)
        return;
      g_usleep (SETTLE_MS * 1000);
    }
}

/**
 * mcp_cli_server_change_dup_state:
 * @name: of a server
 *
 * Returns: (transfer full) (nullable): what the daemon says of the server now; %NULL if it does not
 *   run or does not have that server
 */
char *
mcp_cli_server_change_dup_state (const char *name)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/servers/", escaped, NULL);
  g_autoptr (GBytes) answer =
      connection != NULL ? mcp_cli_connection_request (connection, "GET", path, NULL, NULL, NULL)
                         : NULL;

  return answer != NULL ? g_strndup (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer))
                        : NULL;
}

/**
 * mcp_cli_server_change_await_other:
 * @name: of a server whose entry was changed
 * @before: (nullable): what mcp_cli_server_change_dup_state() said before
 *
 * Waits, for half a second at most, until the daemon says something else of the server: what it
 * knew of the old entry, an error for example, is not shown for the new one then.
 */
void
mcp_cli_server_change_await_other (const char *name, const char *before)
{
  for (guint i = 0; before != NULL && i < REPLACE_TRIES; i++)
    {
      g_autofree char *now = mcp_cli_server_change_dup_state (name);

      if (g_strcmp0 (now, before) != 0)
        return;
      g_usleep (SETTLE_MS * 1000);
    }
}

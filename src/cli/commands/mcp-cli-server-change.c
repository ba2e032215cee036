/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-server-change.h"

#include "cli/daemon/mcp-cli-connection.h"

#include <string.h>

/* How often, and how many times, the daemon is asked whether it has read the file again. */
#define SETTLE_MS    50
#define SETTLE_TRIES 40

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

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An attachment of a command's own: a client that has said what it can do, so that servers may ask
 * the person at the terminal.
 */
#include "cli/daemon/mcp-cli-attached.h"

#include "config.h"

#include "cli/terminal/mcp-cli-json.h"

#define READY "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"

struct _McpCliAttached
{
  McpCliConnection *connection; /* (owned) */
  const McpCliSession *session; /* (unowned) */
  char *id;
};

static char *
build_hello (const char *capabilities)
{
  GString *params = g_string_new ("{");

  mcp_cli_json_add_string (params, "protocolVersion", MCP_CLI_RPC_REVISION);
  mcp_cli_json_add_raw (params, "capabilities", capabilities, -1);
  mcp_cli_json_add_raw (params, "clientInfo",
                        "{\"name\":\"mcp-session\",\"version\":\"" MCP_VERSION "\"}", -1);
  g_string_append_c (params, '}');
  return g_string_free (params, FALSE);
}

/* Returns: whether the daemon took the message */
static gboolean
send (McpCliAttached *self, const char *method, const char *body, GError **error)
{
  g_autoptr (SoupMessage) message =
      mcp_cli_connection_new_message (self->connection, method, "/mcp", self->session, body);
  g_autoptr (GBytes) answer = NULL;

  mcp_cli_rpc_set_headers (message, self->id);
  answer = soup_session_send_and_read (mcp_cli_connection_get_soup (self->connection), message,
                                       NULL, error);
  return answer != NULL;
}

/**
 * mcp_cli_attached_open:
 * @connection: to the daemon
 * @session: the session; must live as long as the attachment
 * @capabilities: a JSON object: what the command can do for servers
 * @cancellable: (nullable): ends the request
 * @error: return location
 *
 * Returns: (transfer full) (nullable): an attachment of that session
 */
McpCliAttached *
mcp_cli_attached_open (McpCliConnection *connection,
                       const McpCliSession *session,
                       const char *capabilities,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autofree char *params = build_hello (capabilities);
  const McpCliRpcRequest request = {
    .path = "/mcp", .session = session, .method = "initialize", .params = params
  };
  g_autoptr (McpCliAttached) self = g_new0 (McpCliAttached, 1);
  g_autoptr (GBytes) answer = NULL;

  self->connection = g_object_ref (connection);
  self->session = session;
  answer = mcp_cli_rpc_send (connection, &request, &self->id, cancellable, error);
  if (answer == NULL || !send (self, "POST", READY, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * mcp_cli_attached_get_id:
 * @self: an attachment
 *
 * Returns: (transfer none): its id
 */
const char *
mcp_cli_attached_get_id (McpCliAttached *self)
{
  return self->id;
}

/**
 * mcp_cli_attached_close:
 * @self: (transfer full): an attachment, which ends
 */
void
mcp_cli_attached_close (McpCliAttached *self)
{
  if (self->id != NULL)
    send (self, "DELETE", NULL, NULL);
  g_object_unref (self->connection);
  g_free (self->id);
  g_free (self);
}

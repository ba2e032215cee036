/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The connection to the daemon: HTTP over its Unix socket, which carries the owner's authority.
 */
#include "cli/daemon/mcp-cli-connection.h"

#include "config.h"

#include "cli/daemon/mcp-cli-launcher.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

struct _McpCliConnection
{
  GObject parent_instance;

  McpCliAddress *address; /* (owned) */
  SoupSession *soup;      /* (owned) */
  gboolean has_told;      /* that the daemon is of another version */
};

G_DEFINE_FINAL_TYPE (McpCliConnection, mcp_cli_connection, G_TYPE_OBJECT)

static void
mcp_cli_connection_finalize (GObject *object)
{
  McpCliConnection *self = MCP_CLI_CONNECTION (object);

  g_clear_object (&self->soup);
  g_clear_pointer (&self->address, mcp_cli_address_free);

  G_OBJECT_CLASS (mcp_cli_connection_parent_class)->finalize (object);
}

static void
mcp_cli_connection_class_init (McpCliConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_cli_connection_finalize;
}

static void
mcp_cli_connection_init (McpCliConnection *self)
{
}

/*
 * There is no time-out: a tool may take long, and the daemon answers every request in the end. A
 * stdio client may have many requests open at once, so libsoup's limits are set high.
 */
static SoupSession *
new_soup (const McpCliAddress *address)
{
  g_autoptr (GSocketAddress) socket_address = NULL;

  if (address->socket_path != NULL)
    socket_address = g_unix_socket_address_new (address->socket_path);
  return soup_session_new_with_options ("remote-connectable", socket_address, "proxy-resolver",
                                        NULL, "timeout", 0, "idle-timeout", 30, "max-conns", 1024,
                                        "max-conns-per-host", 1024, NULL);
}

static void
take_address (McpCliConnection *self, McpCliAddress *address)
{
  g_clear_object (&self->soup);
  g_clear_pointer (&self->address, mcp_cli_address_free);
  self->address = address;
  self->soup = new_soup (address);
}

/**
 * mcp_cli_connection_open:
 * @error: return location
 *
 * Finds the daemon, and starts it if it does not run. Blocks.
 *
 * Returns: (transfer full) (nullable): the connection to the daemon
 */
McpCliConnection *
mcp_cli_connection_open (GError **error)
{
  McpCliAddress *address = mcp_cli_launcher_ensure (error);
  McpCliConnection *self;

  if (address == NULL)
    return NULL;
  self = g_object_new (MCP_TYPE_CLI_CONNECTION, NULL);
  take_address (self, address);
  return self;
}

/**
 * mcp_cli_connection_open_running:
 * @error: return location
 *
 * Finds the daemon if it runs; does not start it.
 *
 * Returns: (transfer full) (nullable): the connection to the daemon
 */
McpCliConnection *
mcp_cli_connection_open_running (GError **error)
{
  McpCliAddress *address = mcp_cli_address_find (error);
  McpCliConnection *self;

  if (address == NULL)
    return NULL;
  self = g_object_new (MCP_TYPE_CLI_CONNECTION, NULL);
  take_address (self, address);
  return self;
}

/**
 * mcp_cli_connection_reopen:
 * @self: a connection
 * @error: return location
 *
 * Looks for the daemon again after it has gone; it may have another address then. Does not start
 * it.
 *
 * Returns: whether the daemon runs
 */
gboolean
mcp_cli_connection_reopen (McpCliConnection *self, GError **error)
{
  McpCliAddress *address = mcp_cli_address_find (error);

  if (address == NULL)
    return FALSE;
  take_address (self, address);
  return TRUE;
}

/**
 * mcp_cli_connection_get_soup:
 * @self: a connection
 *
 * Returns: (transfer none): what sends the messages of this connection; it changes with a reopening
 */
SoupSession *
mcp_cli_connection_get_soup (McpCliConnection *self)
{
  return self->soup;
}

/**
 * mcp_cli_connection_replace_header:
 * @headers: of a request
 * @name: of the header
 * @value: what the environment or a daemon said
 *
 * Sets a header. A value with a line end is none that a daemon gives out, and would be more than
 * one header: the daemon gets it with “?” for the line end, and refuses it.
 */
void
mcp_cli_connection_replace_header (SoupMessageHeaders *headers, const char *name, const char *value)
{
  g_autofree char *line = g_strdelimit (g_strdup (value), "\r\n", '?');

  soup_message_headers_replace (headers, name, line);
}

static void
authorize (SoupMessageHeaders *headers, const char *secret)
{
  g_autofree char *value = NULL;

  if (secret == NULL)
    return;
  value = g_strconcat ("Bearer ", secret, NULL);
  mcp_cli_connection_replace_header (headers, "Authorization", value);
}

/**
 * mcp_cli_connection_new_message:
 * @self: a connection
 * @method: of HTTP
 * @path: and query
 * @session: (nullable): the session whose token authorizes the request; %NULL: the owner
 * @json: (nullable): the body
 *
 * Returns: (transfer full): a request to be sent
 */
SoupMessage *
mcp_cli_connection_new_message (McpCliConnection *self,
                                const char *method,
                                const char *path,
                                const McpCliSession *session,
                                const char *json)
{
  g_autofree char *url = g_strconcat (self->address->base_url, path, NULL);
  SoupMessage *message = soup_message_new (method, url);
  SoupMessageHeaders *headers;

  g_return_val_if_fail (message != NULL, NULL);

  headers = soup_message_get_request_headers (message);
  authorize (headers,
             session != NULL && session->token != NULL ? session->token : self->address->owner_key);
  if (session != NULL)
    mcp_cli_connection_replace_header (headers, MCP_HEADER_DAEMON_SESSION, session->id);
  if (json != NULL)
    {
      g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));

      soup_message_set_request_body_from_bytes (message, "application/json", body);
    }
  return message;
}

/* A person who has upgraded hears that the old daemon still runs; each answer has its version. */
static void
tell_other_version (McpCliConnection *self, SoupMessage *message)
{
  const char *server =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Server");

  if (self->has_told || server == NULL || !isatty (STDERR_FILENO) ||
      !g_str_has_prefix (server, MCP_DIRECTORY "/") ||
      strcmp (server, MCP_DIRECTORY "/" MCP_VERSION) == 0)
    return;
  self->has_told = TRUE;
  mcp_cli_text_print (_ ("The daemon that runs is version %s, this command is %s; “mcp-session "
                         "restart” starts the new daemon"),
                      server + strlen (MCP_DIRECTORY "/"), MCP_VERSION);
}

static int
error_code (guint status)
{
  switch (status)
    {
    case 401:
    case 403:
      return MCP_ERROR_AUTHENTICATION_FAILED;
    case 404:
      return MCP_ERROR_NOT_FOUND;
    case 413:
    case 429:
      return MCP_ERROR_LIMIT_EXCEEDED;
    case 503:
      return MCP_ERROR_CLOSED;
    default:
      return MCP_ERROR_INVALID_ARGUMENTS;
    }
}

/**
 * mcp_cli_connection_set_error:
 * @error: return location
 * @status: of an answer that is an error
 * @body: of that answer
 *
 * Sets the error that the answer describes.
 */
void
mcp_cli_connection_set_error (GError **error, guint status, GBytes *body)
{
  g_autofree char *message = NULL;
  McpJsonSlice root, object;

  if (mcp_cli_json_parse_bytes (body, &root, NULL) && mcp_json_find (root, "error", &object))
    message = mcp_cli_json_dup_member (object, "message");

  if (status == 401 && g_getenv ("MCP_SESSION_ID") != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED,
                 _ ("The session has ended, or the token belongs to another session. "
                    "MCP_SESSION_ID names a session in this environment; “unset MCP_SESSION_ID "
                    "MCP_SESSION_TOKEN” makes commands use one of their own"));
  else if (status == 401)
    g_set_error (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED,
                 _ ("There is no such session, or the token belongs to another session; "
                    "“mcp-session list” shows the sessions"));
  else if (message != NULL)
    g_set_error_literal (error, MCP_ERROR, error_code (status), message);
  else
    g_set_error (error, MCP_ERROR, error_code (status),
                 _ ("The daemon answered with HTTP status %u"), status);
}

/**
 * mcp_cli_connection_send:
 * @self: a connection
 * @message: of mcp_cli_connection_new_message()
 * @error: return location
 *
 * Sends a request and waits for its answer; an HTTP error is an error.
 *
 * Returns: (transfer full) (nullable): the answer's body
 */
GBytes *
mcp_cli_connection_send (McpCliConnection *self, SoupMessage *message, GError **error)
{
  g_autoptr (GBytes) body = soup_session_send_and_read (self->soup, message, NULL, error);
  guint status;

  if (body == NULL)
    {
      g_prefix_error (error, _ ("The daemon does not answer: "));
      return NULL;
    }
  tell_other_version (self, message);
  status = soup_message_get_status (message);
  if (SOUP_STATUS_IS_SUCCESSFUL (status))
    return g_steal_pointer (&body);

  mcp_cli_connection_set_error (error, status, body);
  return NULL;
}

/**
 * mcp_cli_connection_request:
 * @self: a connection
 * @method: of HTTP
 * @path: and query
 * @session: (nullable): the session whose token authorizes the request; %NULL: the owner
 * @json: (nullable): the body
 * @error: return location
 *
 * Sends a request and waits for its answer; an HTTP error is an error.
 *
 * Returns: (transfer full) (nullable): the answer's body
 */
GBytes *
mcp_cli_connection_request (McpCliConnection *self,
                            const char *method,
                            const char *path,
                            const McpCliSession *session,
                            const char *json,
                            GError **error)
{
  g_autoptr (SoupMessage) message =
      mcp_cli_connection_new_message (self, method, path, session, json);

  /* What is sent again and again must not open a connection each time; an event told twice, should
   * one break, does no harm. */
  if (session != NULL)
    soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT);
  return mcp_cli_connection_send (self, message, error);
}

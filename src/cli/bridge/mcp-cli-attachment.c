/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where the client's messages go: the connection to the daemon, the session, and the client's
 * attachment in that session (Mcp-Session-Id) with its revision.
 */
#include "cli/bridge/mcp-cli-attachment.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-names.h"

struct _McpCliAttachment
{
  McpCliConnection *connection; /* (owned) */
  McpCliSession *session;       /* (owned) (nullable): none was made yet */
  char *path;                   /* of the daemon, for all servers or one */
  char *id;                     /* (nullable): of a client that sent initialize */
  char *revision;               /* (nullable) */
  guint generation;             /* the daemon that has the attachment: the how manieth */
};

static char *
build_path (const char *server)
{
  g_autofree char *segment = server != NULL ? g_uri_escape_string (server, NULL, FALSE) : NULL;

  return segment != NULL ? g_strconcat ("/mcp/", segment, NULL) : g_strdup ("/mcp");
}

/**
 * mcp_cli_attachment_new:
 * @connection: to the daemon
 * @server: (nullable): name of the only server that the client is to have; %NULL: all
 *
 * Returns: (transfer full): an attachment without a session
 */
McpCliAttachment *
mcp_cli_attachment_new (McpCliConnection *connection, const char *server)
{
  McpCliAttachment *self = g_new0 (McpCliAttachment, 1);

  self->connection = g_object_ref (connection);
  self->path = build_path (server);
  return self;
}

/**
 * mcp_cli_attachment_free:
 * @self: (transfer full): an attachment; the session stays
 */
void
mcp_cli_attachment_free (McpCliAttachment *self)
{
  g_object_unref (self->connection);
  g_clear_pointer (&self->session, mcp_cli_session_free);
  g_free (self->path);
  g_free (self->id);
  g_free (self->revision);
  g_free (self);
}

/**
 * mcp_cli_attachment_get_connection:
 * @self: an attachment
 *
 * Returns: (transfer none): the connection to the daemon
 */
McpCliConnection *
mcp_cli_attachment_get_connection (McpCliAttachment *self)
{
  return self->connection;
}

/**
 * mcp_cli_attachment_get_soup:
 * @self: an attachment
 *
 * Returns: (transfer none): what sends the messages that are made here
 */
SoupSession *
mcp_cli_attachment_get_soup (McpCliAttachment *self)
{
  return mcp_cli_connection_get_soup (self->connection);
}

/**
 * mcp_cli_attachment_get_session:
 * @self: an attachment
 *
 * Returns: (transfer none) (nullable): the session; %NULL until one was made
 */
McpCliSession *
mcp_cli_attachment_get_session (McpCliAttachment *self)
{
  return self->session;
}

/**
 * mcp_cli_attachment_take_session:
 * @self: an attachment
 * @session: (transfer full): the session that is used from now on
 */
void
mcp_cli_attachment_take_session (McpCliAttachment *self, McpCliSession *session)
{
  g_clear_pointer (&self->session, mcp_cli_session_free);
  self->session = session;
}

/**
 * mcp_cli_attachment_get_id:
 * @self: an attachment
 *
 * Returns: (nullable): the Mcp-Session-Id; %NULL if the client has sent no initialize
 */
const char *
mcp_cli_attachment_get_id (McpCliAttachment *self)
{
  return self->id;
}

/**
 * mcp_cli_attachment_get_generation:
 * @self: an attachment
 *
 * Returns: a number that tells one daemon that had the attachment from the next
 */
guint
mcp_cli_attachment_get_generation (McpCliAttachment *self)
{
  return self->generation;
}

/**
 * mcp_cli_attachment_begin_generation:
 * @self: an attachment
 *
 * Another daemon has it now: streams of the earlier one are gone.
 */
void
mcp_cli_attachment_begin_generation (McpCliAttachment *self)
{
  self->generation++;
}

/**
 * mcp_cli_attachment_learn:
 * @self: an attachment
 * @id: (nullable): the Mcp-Session-Id that came with the answer
 * @answer: to an initialize
 *
 * Keeps what the headers of later messages must say.
 */
void
mcp_cli_attachment_learn (McpCliAttachment *self, const char *id, GBytes *answer)
{
  McpJsonSlice root, result;

  g_free (self->id);
  self->id = g_strdup (id);
  g_clear_pointer (&self->revision, g_free);
  if (mcp_cli_json_parse_bytes (answer, &root, NULL) &&
      mcp_json_find_typed (root, "result", MCP_JSON_OBJECT, &result))
    self->revision = mcp_cli_json_dup_member (result, "protocolVersion");
}

static void
add_id (McpCliAttachment *self, SoupMessageHeaders *headers)
{
  if (self->id != NULL)
    soup_message_headers_replace (headers, MCP_HEADER_SESSION_ID, self->id);
  if (self->revision != NULL)
    mcp_cli_connection_replace_header (headers, MCP_HEADER_PROTOCOL, self->revision);
}

/**
 * mcp_cli_attachment_new_post:
 * @self: an attachment with a session
 * @text: a message of the client
 * @with_id: whether the message belongs to the attachment, not to the session as a whole
 *
 * Returns: (transfer full): a request that carries the message
 */
SoupMessage *
mcp_cli_attachment_new_post (McpCliAttachment *self, GBytes *text, gboolean with_id)
{
  SoupMessage *message =
      mcp_cli_connection_new_message (self->connection, "POST", self->path, self->session, NULL);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_set_request_body_from_bytes (message, "application/json", text);
  soup_message_headers_replace (headers, "Accept", "application/json, text/event-stream");
  /* Without the flag, libsoup opens a connection for each message and keeps them all for a while.
   */
  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT);
  if (with_id)
    add_id (self, headers);
  return message;
}

/**
 * mcp_cli_attachment_new_get:
 * @self: an attachment with an id
 * @last_event_id: (nullable): the event after which the stream continues
 *
 * Returns: (transfer full): a request for a stream
 */
SoupMessage *
mcp_cli_attachment_new_get (McpCliAttachment *self, const char *last_event_id)
{
  SoupMessage *message =
      mcp_cli_connection_new_message (self->connection, "GET", self->path, self->session, NULL);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_replace (headers, "Accept", "text/event-stream");
  add_id (self, headers);
  if (last_event_id != NULL)
    soup_message_headers_replace (headers, "Last-Event-ID", last_event_id);
  return message;
}

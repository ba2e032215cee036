/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's events, over its restarts: when the stream breaks, the stream looks for the daemon
 * and asks for the events after the last one that came.
 */
#include "cli/daemon/mcp-cli-event-stream.h"

#include "cli/daemon/mcp-cli-exchange.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-names.h"

/* Short: what happens until then is missed. */
#define RETRY_MS 50

struct _McpCliEventStream
{
  GObject parent_instance;

  McpCliConnection *connection; /* (owned) */
  char *path;
  McpCliSession session; /* (owned): without an id: all sessions */
  McpCliEventStreamFuncs funcs;
  gpointer user_data;

  McpCliExchange *exchange; /* (owned) (nullable) */
  char *last_id;            /* (nullable) */
  guint retry_id;
  gboolean interrupted;
  gboolean ended;
};

G_DEFINE_FINAL_TYPE (McpCliEventStream, mcp_cli_event_stream, G_TYPE_OBJECT)

static void open_stream (McpCliEventStream *self);

static void
mcp_cli_event_stream_finalize (GObject *object)
{
  McpCliEventStream *self = MCP_CLI_EVENT_STREAM (object);

  mcp_cli_event_stream_stop (self);
  g_clear_object (&self->connection);
  g_free (self->session.id);
  g_free (self->session.token);
  g_free (self->last_id);
  g_free (self->path);

  G_OBJECT_CLASS (mcp_cli_event_stream_parent_class)->finalize (object);
}

static void
mcp_cli_event_stream_class_init (McpCliEventStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_cli_event_stream_finalize;
}

static void
mcp_cli_event_stream_init (McpCliEventStream *self)
{
}

/**
 * mcp_cli_event_stream_new:
 * @connection: to the daemon
 * @session: (nullable): the session of the events; %NULL: all sessions
 * @funcs: all members must be set
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a stream that is not open
 */
McpCliEventStream *
mcp_cli_event_stream_new (McpCliConnection *connection,
                          const McpCliSession *session,
                          const McpCliEventStreamFuncs *funcs,
                          gpointer user_data)
{
  McpCliEventStream *self = g_object_new (MCP_TYPE_CLI_EVENT_STREAM, NULL);

  self->connection = g_object_ref (connection);
  self->funcs = *funcs;
  self->user_data = user_data;
  if (session != NULL)
    {
      self->session.id = g_strdup (session->id);
      self->session.token = g_strdup (session->token);
      self->path = g_strdup_printf ("/session/%s/events", session->id);
    }
  else
    {
      self->path = g_strdup ("/events");
    }
  return self;
}

static void
end (McpCliEventStream *self, const GError *error)
{
  if (self->ended)
    return;
  self->ended = TRUE;
  self->funcs.ended (error, self->user_data);
}

static gboolean
retry_cb (gpointer user_data)
{
  McpCliEventStream *self = user_data;

  if (!mcp_cli_connection_reopen (self->connection, NULL))
    return G_SOURCE_CONTINUE;
  self->retry_id = 0;
  open_stream (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_daemon (McpCliEventStream *self)
{
  if (self->ended)
    return;
  if (!self->interrupted)
    {
      self->interrupted = TRUE;
      self->funcs.interrupted (self->user_data);
    }
  if (!self->ended)
    self->retry_id = g_timeout_add (RETRY_MS, retry_cb, self);
}

/* The last event of a session; when the daemon ends, the session has not. */
static gboolean
is_last (const char *type, GBytes *data)
{
  g_autofree char *reason = NULL;
  McpJsonSlice root;

  if (g_strcmp0 (type, "closed") != 0)
    return FALSE;
  if (mcp_cli_json_parse_bytes (data, &root, NULL))
    reason = mcp_cli_json_dup_member (root, "reason");
  return g_strcmp0 (reason, MCP_REASON_SHUTDOWN) != 0;
}

static void
take_event (McpCliEventStream *self, const char *type, GBytes *data)
{
  self->funcs.event (type, data, self->user_data);
  if (is_last (type, data))
    end (self, NULL);
}

static void
sent_cb (McpCliExchange *exchange, gpointer user_data)
{
}

static void
message_cb (McpCliExchange *exchange, GBytes *text, gpointer user_data)
{
  take_event (user_data, NULL, text);
}

static void
event_cb (McpCliExchange *exchange, const char *type, GBytes *data, gpointer user_data)
{
  take_event (user_data, type, data);
}

static void
began_cb (McpCliExchange *exchange, gpointer user_data)
{
  McpCliEventStream *self = user_data;

  if (!self->interrupted)
    return;
  self->interrupted = FALSE;
  self->funcs.resumed (self->user_data);
}

static void
note_last_id (McpCliEventStream *self)
{
  const char *id = mcp_cli_exchange_get_last_id (self->exchange);

  if (id == NULL)
    return;
  g_free (self->last_id);
  self->last_id = g_strdup (id);
}

static void
ended_cb (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data)
{
  g_autoptr (McpCliEventStream) self = g_object_ref (user_data);
  g_autoptr (McpCliExchange) ended = NULL;
  g_autoptr (GError) error = NULL;

  note_last_id (self);
  ended = g_steal_pointer (&self->exchange);
  if (outcome != MCP_CLI_OUTCOME_REFUSED)
    {
      wait_for_daemon (self);
      return;
    }
  mcp_cli_connection_set_error (&error, mcp_cli_exchange_get_status (ended),
                                mcp_cli_exchange_get_refusal (ended));
  end (self, error);
}

static void
open_stream (McpCliEventStream *self)
{
  static const McpCliExchangeFuncs funcs = { sent_cb, message_cb, ended_cb, event_cb, began_cb };
  SoupMessage *message = mcp_cli_connection_new_message (
      self->connection, "GET", self->path, self->session.id != NULL ? &self->session : NULL, NULL);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_replace (headers, "Accept", "text/event-stream");
  if (self->last_id != NULL)
    soup_message_headers_replace (headers, "Last-Event-ID", self->last_id);
  self->exchange = mcp_cli_exchange_new (message, &funcs, self);
  mcp_cli_exchange_start (self->exchange, mcp_cli_connection_get_soup (self->connection));
}

/**
 * mcp_cli_event_stream_want_kept:
 * @self: a stream that was not started
 *
 * The stream begins with the events that the daemon has kept of the session.
 */
void
mcp_cli_event_stream_want_kept (McpCliEventStream *self)
{
  g_free (self->last_id);
  self->last_id = g_strdup ("0");
}

/**
 * mcp_cli_event_stream_start:
 * @self: a stream
 *
 * Opens the stream.
 */
void
mcp_cli_event_stream_start (McpCliEventStream *self)
{
  open_stream (self);
}

/**
 * mcp_cli_event_stream_stop:
 * @self: a stream
 *
 * Closes the stream; no function is called any more.
 */
void
mcp_cli_event_stream_stop (McpCliEventStream *self)
{
  self->ended = TRUE;
  g_clear_handle_id (&self->retry_id, g_source_remove);
  if (self->exchange != NULL)
    mcp_cli_exchange_cancel (self->exchange);
  g_clear_object (&self->exchange);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's events, over its restarts: where the stream breaks, the daemon is looked for again
 * and asked for what came after the last event seen.
 */
#include "cli/daemon/mcp-cli-event-stream.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "protocol/mcp-sse-parser.h"

#include <string.h>

#define MAX_EVENT_BYTES (16 * 1024 * 1024)
#define READ_BYTES      (64 * 1024)
#define RETRY_MS        250

struct _McpCliEventStream
{
  GObject parent_instance;

  McpCliConnection *connection; /* (owned) */
  char *path;
  McpCliSession session; /* (owned): without an id, all of them */
  McpCliEventStreamFuncs funcs;
  gpointer user_data;

  GCancellable *cancellable; /* (owned) */
  SoupMessage *message;      /* (owned) (nullable) */
  GInputStream *body;        /* (owned) (nullable) */
  McpSseParser *parser;      /* (owned) (nullable) */
  char *last_id;             /* (nullable) */
  guint retry_id;
  gboolean interrupted;
  gboolean ended;
};

G_DEFINE_FINAL_TYPE (McpCliEventStream, mcp_cli_event_stream, G_TYPE_OBJECT)

static void connect_to_stream (McpCliEventStream *self);
static void read_more (McpCliEventStream *self);

static void
mcp_cli_event_stream_finalize (GObject *object)
{
  McpCliEventStream *self = MCP_CLI_EVENT_STREAM (object);

  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_clear_pointer (&self->parser, mcp_sse_parser_free);
  g_clear_object (&self->body);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
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
  self->cancellable = g_cancellable_new ();
}

/**
 * mcp_cli_event_stream_new:
 * @connection: to the daemon
 * @session: (nullable): whose events; %NULL: those of all sessions
 * @funcs: what to tell; its members must be set
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a stream that has not begun
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
  connect_to_stream (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_daemon (McpCliEventStream *self)
{
  if (self->parser != NULL && mcp_sse_parser_get_last_id (self->parser) != NULL)
    {
      g_free (self->last_id);
      self->last_id = g_strdup (mcp_sse_parser_get_last_id (self->parser));
    }
  g_clear_pointer (&self->parser, mcp_sse_parser_free);
  g_clear_object (&self->body);
  g_clear_object (&self->message);
  if (self->ended || g_cancellable_is_cancelled (self->cancellable))
    return;

  if (!self->interrupted)
    {
      self->interrupted = TRUE;
      self->funcs.interrupted (self->user_data);
    }
  self->retry_id = g_timeout_add (RETRY_MS, retry_cb, self);
}

/* Its session has ended; at the daemon's end it has not. */
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

static gboolean
take_bytes (McpCliEventStream *self, GBytes *chunk, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (chunk, &length);

  while (length > 0 && !self->ended)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (McpSseEvent) event =
          mcp_sse_parser_next (self->parser, &data, &length, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (event == NULL)
        continue;
      self->funcs.event (event->type, event->data, self->user_data);
      if (is_last (event->type, event->data))
        end (self, NULL);
    }
  return TRUE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCliEventStream) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);

  if (chunk == NULL || g_bytes_get_size (chunk) == 0)
    {
      wait_for_daemon (self);
      return;
    }
  if (!take_bytes (self, chunk, &error))
    end (self, error);
  if (!self->ended)
    read_more (self);
}

static void
read_more (McpCliEventStream *self)
{
  g_input_stream_read_bytes_async (self->body, READ_BYTES, G_PRIORITY_DEFAULT, self->cancellable,
                                   read_cb, g_object_ref (self));
}

static void
refused_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCliEventStream) self = user_data;
  g_autoptr (GBytes) body =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  g_autoptr (GError) error = NULL;

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  mcp_cli_connection_set_error (&error, soup_message_get_status (self->message),
                                body != NULL ? body : none);
  end (self, error);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCliEventStream) self = user_data;

  self->body = soup_session_send_finish (SOUP_SESSION (source), result, NULL);
  if (self->body == NULL)
    {
      wait_for_daemon (self);
      return;
    }
  if (!SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (self->message)))
    {
      g_input_stream_read_bytes_async (self->body, READ_BYTES, G_PRIORITY_DEFAULT,
                                       self->cancellable, refused_cb, g_object_ref (self));
      return;
    }

  self->parser = mcp_sse_parser_new (MAX_EVENT_BYTES);
  if (self->interrupted)
    {
      self->interrupted = FALSE;
      self->funcs.resumed (self->user_data);
    }
  read_more (self);
}

static void
connect_to_stream (McpCliEventStream *self)
{
  SoupMessageHeaders *headers;

  self->message = mcp_cli_connection_new_message (
      self->connection, "GET", self->path, self->session.id != NULL ? &self->session : NULL, NULL);
  headers = soup_message_get_request_headers (self->message);
  soup_message_headers_replace (headers, "Accept", "text/event-stream");
  if (self->last_id != NULL)
    soup_message_headers_replace (headers, "Last-Event-ID", self->last_id);
  soup_session_send_async (mcp_cli_connection_get_soup (self->connection), self->message,
                           G_PRIORITY_DEFAULT, self->cancellable, sent_cb, g_object_ref (self));
}

/**
 * mcp_cli_event_stream_want_kept:
 * @self: a stream that was not started
 *
 * Begins with what the daemon has kept of the session, not with what comes from now on.
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
 * Begins to read; what comes is told on the main context.
 */
void
mcp_cli_event_stream_start (McpCliEventStream *self)
{
  connect_to_stream (self);
}

/**
 * mcp_cli_event_stream_stop:
 * @self: a stream
 *
 * Ends it; nothing is told any more.
 */
void
mcp_cli_event_stream_stop (McpCliEventStream *self)
{
  self->ended = TRUE;
  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
}

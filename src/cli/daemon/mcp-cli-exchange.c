/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One request to the daemon and its answer, which is a JSON text or a stream of events. It is the
 * only reader of event streams in the command.
 */
#include "cli/daemon/mcp-cli-exchange.h"

#include "protocol/mcp-sse-parser.h"

#include <string.h>

#define MAX_MESSAGE_BYTES (256 * 1024 * 1024)
#define READ_BYTES        (64 * 1024)

struct _McpCliExchange
{
  GObject parent_instance;

  SoupMessage *message; /* (owned) */
  McpCliExchangeFuncs funcs;
  gpointer user_data;
  GCancellable *cancellable; /* (owned) */
  GInputStream *body;        /* (owned) (nullable) */
  McpSseParser *parser;      /* (owned) (nullable): the answer is a stream */
  GByteArray *text;          /* (owned): an answer that is not a stream, as far as it came */
  GBytes *refusal;           /* (owned) (nullable) */
  gboolean sent;
  gboolean ended;
};

G_DEFINE_FINAL_TYPE (McpCliExchange, mcp_cli_exchange, G_TYPE_OBJECT)

static void read_more (McpCliExchange *self);

static void
mcp_cli_exchange_finalize (GObject *object)
{
  McpCliExchange *self = MCP_CLI_EXCHANGE (object);

  g_clear_pointer (&self->parser, mcp_sse_parser_free);
  g_clear_pointer (&self->refusal, g_bytes_unref);
  g_byte_array_unref (self->text);
  g_clear_object (&self->body);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->message);

  G_OBJECT_CLASS (mcp_cli_exchange_parent_class)->finalize (object);
}

static void
mcp_cli_exchange_class_init (McpCliExchangeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_cli_exchange_finalize;
}

static void
mcp_cli_exchange_init (McpCliExchange *self)
{
  self->cancellable = g_cancellable_new ();
  self->text = g_byte_array_new ();
}

static void
note_sent (McpCliExchange *self)
{
  if (self->sent)
    return;
  self->sent = TRUE;
  if (!self->ended)
    self->funcs.sent (self, self->user_data);
}

static void
wrote_body_cb (SoupMessage *message, gpointer user_data)
{
  note_sent (user_data);
}

/*
 * libsoup repeats a request by itself if a connection that was used before ends without an answer.
 * This signal comes before libsoup sends the request again.
 */
static void
restarted_cb (SoupMessage *message, gpointer user_data)
{
  McpCliExchange *self = user_data;

  g_cancellable_cancel (self->cancellable);
}

/**
 * mcp_cli_exchange_forbid_repeat:
 * @self: an exchange that has not begun
 *
 * Makes libsoup send the request once only, because it may have had an effect; if the connection
 * ends, the exchange is broken.
 */
void
mcp_cli_exchange_forbid_repeat (McpCliExchange *self)
{
  g_signal_connect_object (self->message, "restarted", G_CALLBACK (restarted_cb), self, 0);
}

/**
 * mcp_cli_exchange_new:
 * @message: (transfer full): the request
 * @funcs: called on the main context
 * @user_data: for @funcs
 *
 * Returns: (transfer full): an exchange that has not begun
 */
McpCliExchange *
mcp_cli_exchange_new (SoupMessage *message, const McpCliExchangeFuncs *funcs, gpointer user_data)
{
  McpCliExchange *self = g_object_new (MCP_TYPE_CLI_EXCHANGE, NULL);

  self->message = message;
  self->funcs = *funcs;
  self->user_data = user_data;
  g_signal_connect_object (message, "wrote-body", G_CALLBACK (wrote_body_cb), self, 0);
  return self;
}

static void
end (McpCliExchange *self, McpCliOutcome outcome)
{
  if (self->ended)
    return;
  note_sent (self);
  self->ended = TRUE;
  /* Read to its end, it gives its connection to the next message. */
  if (self->body != NULL)
    g_input_stream_close (self->body, NULL, NULL);
  self->funcs.ended (self, outcome, self->user_data);
}

/* A body that is not a stream, at its end. */
static void
end_text (McpCliExchange *self)
{
  g_autoptr (GBytes) text = g_bytes_new (self->text->data, self->text->len);

  if (!SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (self->message)))
    {
      self->refusal = g_steal_pointer (&text);
      end (self, MCP_CLI_OUTCOME_REFUSED);
      return;
    }
  if (g_bytes_get_size (text) > 0)
    self->funcs.message (self, text, self->user_data);
  end (self, MCP_CLI_OUTCOME_DONE);
}

/* Returns: whether the stream is one */
static gboolean
take_events (McpCliExchange *self, GBytes *chunk)
{
  gsize length;
  const char *data = g_bytes_get_data (chunk, &length);

  while (length > 0 && !self->ended)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (McpSseEvent) event = mcp_sse_parser_next (self->parser, &data, &length, &error);

      if (error != NULL)
        return FALSE;
      if (event == NULL)
        continue;
      if (event->type == NULL || strcmp (event->type, "message") == 0)
        self->funcs.message (self, event->data, self->user_data);
      else if (self->funcs.event != NULL)
        self->funcs.event (self, event->type, event->data, self->user_data);
    }
  return TRUE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCliExchange) self = user_data;
  g_autoptr (GBytes) chunk =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);

  if (self->ended)
    return;
  if (chunk == NULL)
    end (self, MCP_CLI_OUTCOME_BROKEN);
  else if (g_bytes_get_size (chunk) == 0 && self->parser == NULL)
    end_text (self);
  else if (g_bytes_get_size (chunk) == 0)
    end (self, MCP_CLI_OUTCOME_DONE);
  else if (self->parser == NULL)
    g_byte_array_append (self->text, g_bytes_get_data (chunk, NULL),
                         (guint) g_bytes_get_size (chunk));
  else if (!take_events (self, chunk))
    end (self, MCP_CLI_OUTCOME_BROKEN);

  if (!self->ended)
    read_more (self);
}

static void
read_more (McpCliExchange *self)
{
  g_input_stream_read_bytes_async (self->body, READ_BYTES, G_PRIORITY_DEFAULT, self->cancellable,
                                   read_cb, g_object_ref (self));
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCliExchange) self = user_data;
  g_autoptr (GError) error = NULL;
  const char *type;

  self->body = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->ended)
    return;
  if (self->body == NULL)
    {
      gboolean nobody_there = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
                              g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

      end (self, nobody_there ? MCP_CLI_OUTCOME_UNREACHABLE : MCP_CLI_OUTCOME_BROKEN);
      return;
    }

  type = soup_message_headers_get_content_type (soup_message_get_response_headers (self->message),
                                                NULL);
  if (g_strcmp0 (type, "text/event-stream") == 0)
    {
      self->parser = mcp_sse_parser_new (MAX_MESSAGE_BYTES);
      if (self->funcs.began != NULL)
        self->funcs.began (self, self->user_data);
    }
  if (!self->ended)
    read_more (self);
}

/**
 * mcp_cli_exchange_start:
 * @self: an exchange
 * @soup: what sends the request
 */
void
mcp_cli_exchange_start (McpCliExchange *self, SoupSession *soup)
{
  soup_session_send_async (soup, self->message, G_PRIORITY_DEFAULT, self->cancellable, sent_cb,
                           g_object_ref (self));
}

/**
 * mcp_cli_exchange_cancel:
 * @self: an exchange
 *
 * Closes the connection; no function is called any more.
 */
void
mcp_cli_exchange_cancel (McpCliExchange *self)
{
  if (self->ended)
    return;
  self->ended = TRUE;
  g_cancellable_cancel (self->cancellable);
}

/**
 * mcp_cli_exchange_get_status:
 * @self: an exchange
 *
 * Returns: the HTTP status of the answer; 0 if there is none yet
 */
guint
mcp_cli_exchange_get_status (McpCliExchange *self)
{
  return soup_message_get_status (self->message);
}

/**
 * mcp_cli_exchange_get_header:
 * @self: an exchange
 * @name: of a header field
 *
 * Returns: (nullable): the field, of the answer
 */
const char *
mcp_cli_exchange_get_header (McpCliExchange *self, const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (self->message), name);
}

/**
 * mcp_cli_exchange_get_refusal:
 * @self: an exchange that was refused
 *
 * Returns: (transfer none) (nullable): the answer's body
 */
GBytes *
mcp_cli_exchange_get_refusal (McpCliExchange *self)
{
  return self->refusal;
}

/**
 * mcp_cli_exchange_get_last_id:
 * @self: an exchange
 *
 * Returns: (nullable): the id of the last event of its stream
 */
const char *
mcp_cli_exchange_get_last_id (McpCliExchange *self)
{
  return self->parser != NULL ? mcp_sse_parser_get_last_id (self->parser) : NULL;
}

/**
 * mcp_cli_exchange_get_retry_ms:
 * @self: an exchange
 *
 * Returns: the time after which the stream asks to be opened again; negative if it names none
 */
gint64
mcp_cli_exchange_get_retry_ms (McpCliExchange *self)
{
  return self->parser != NULL ? mcp_sse_parser_get_retry_ms (self->parser) : -1;
}

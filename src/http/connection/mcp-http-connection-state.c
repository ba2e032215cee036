/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The states of one connection, and what each way from one to the next does:
 *
 *   HEAD -> BODY -> EXCHANGE -> FLUSH -> HEAD …
 *                     |            `---> LINGER -> CLOSED
 *                     `-> STREAM ------> LINGER
 *
 * Nothing here reads a request or writes an answer.
 */
#include "mcp-http-connection-state-private.h"

#include "http/wire/mcp-http-raw-error.h"

#include <sys/socket.h>

/* How long, and for how many bytes, to wait for a client that is still sending too large a body. */
#define LINGER_BODY_US    (10 * G_USEC_PER_SEC)
#define LINGER_BODY_BYTES (128 * 1024 * 1024)
/* How often to ask whether a peer that sends no more is still there. */
#define ASK_FIRST_US      (10 * G_TIME_SPAN_MILLISECOND)
#define ASK_LAST_US       G_USEC_PER_SEC

G_DEFINE_FINAL_TYPE (McpHttpConnection, mcp_http_connection, G_TYPE_OBJECT)

/**
 * mcp_http_connection_state_update:
 * @self: the connection
 *
 * Has the poller watch for what the present state needs; to be called after each change of it.
 */
void
mcp_http_connection_state_update (McpHttpConnection *self)
{
  McpHttpReady wanted = 0;
  gint64 deadline_us = self->deadline_us;

  if (self->state == MCP_HTTP_CONNECTION_STATE_CLOSED)
    return;

  if (!self->wire.eof && !self->input_paused && self->state != MCP_HTTP_CONNECTION_STATE_FLUSH)
    wanted |= MCP_HTTP_READY_IN;
  if (!self->wire.eof && !self->half_closed)
    wanted |= MCP_HTTP_READY_RDHUP;
  if (mcp_http_wire_get_queued (&self->wire) > 0 || self->rest != NULL || self->wants_write ||
      self->writable_func != NULL)
    wanted |= MCP_HTTP_READY_OUT;
  mcp_http_poller_watch_set_wanted (self->watch, wanted);

  if (self->ask_us != 0 && (deadline_us == 0 || self->ask_us < deadline_us))
    deadline_us = self->ask_us;
  mcp_http_poller_watch_set_deadline (self->watch, deadline_us);
}

/**
 * mcp_http_connection_state_set_idle:
 * @self: the connection
 * @idle: whether it waits for another request
 *
 * Tells the owner, when that changed.
 */
void
mcp_http_connection_state_set_idle (McpHttpConnection *self, gboolean idle)
{
  if (self->idle == idle)
    return;

  self->idle = idle;
  self->setup->hooks->idle_changed (self, idle, self->setup->owner);
}

/**
 * mcp_http_connection_state_end_answer:
 * @self: the connection
 *
 * Forgets an answer that is sent, or cannot be sent any more, and tells whoever gave the answer.
 */
void
mcp_http_connection_state_end_answer (McpHttpConnection *self)
{
  McpHttpSentFunc sent = g_steal_pointer (&self->sent);

  g_clear_pointer (&self->rest, g_bytes_unref);
  self->is_stream_due = FALSE;
  if (sent != NULL)
    sent (self->sent_data);
}

/**
 * mcp_http_connection_state_drop_reader:
 * @self: a connection that reads no further request
 *
 * Gives back what reading took; there may be very many event streams.
 */
void
mcp_http_connection_state_drop_reader (McpHttpConnection *self)
{
  if (self->reader != NULL)
    mcp_http_reader_clear (self->reader);
  g_clear_pointer (&self->reader, g_free);
}

/**
 * mcp_http_connection_state_close:
 * @self: the connection
 *
 * As mcp_http_connection_close().
 */
void
mcp_http_connection_state_close (McpHttpConnection *self)
{
  McpExchangeStream *exchange = self->exchange;

  if (self->state == MCP_HTTP_CONNECTION_STATE_CLOSED)
    return;

  self->state = MCP_HTTP_CONNECTION_STATE_CLOSED;
  mcp_http_connection_state_set_idle (self, FALSE);
  g_clear_pointer (&self->watch, mcp_http_poller_watch_free);
  mcp_http_wire_clear (&self->wire);
  mcp_http_connection_state_drop_reader (self);
  self->writable_func = NULL;
  if (exchange != NULL)
    mcp_exchange_stream_wake (exchange);
  mcp_http_connection_state_end_answer (self);

  self->setup->hooks->closed (self, self->setup->owner);
}

/**
 * mcp_http_connection_state_lose:
 * @self: the connection
 *
 * As mcp_http_connection_lose().
 */
void
mcp_http_connection_state_lose (McpHttpConnection *self)
{
  gboolean open = self->state == MCP_HTTP_CONNECTION_STATE_STREAM ||
                  (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE && !self->exchange_over);

  mcp_http_connection_state_close (self);
  /* Whom the end concerned may have let go of the connection meanwhile. */
  if (open && self->gone_func != NULL)
    self->gone_func (self, self->gone_data);
}

/**
 * mcp_http_connection_state_linger:
 * @self: the connection
 * @n_bytes: to drop at most
 * @time_us: to wait at most
 *
 * Sends what is queued and nothing more, drops what the client still sends, then closes. The
 * kernel resets a socket that is closed with unread bytes, and the client would lose the answer.
 */
void
mcp_http_connection_state_linger (McpHttpConnection *self, gsize n_bytes, gint64 time_us)
{
  self->state = MCP_HTTP_CONNECTION_STATE_LINGER;
  self->n_discard = n_bytes;
  self->deadline_us = g_get_monotonic_time () + time_us;
  self->ask_us = 0;
  self->input_paused = FALSE;
  mcp_http_connection_state_drop_reader (self);
  mcp_http_wire_drop_input (&self->wire);

  if (mcp_http_wire_flush (&self->wire) && !self->wire.broken)
    {
      shutdown (self->wire.fd, SHUT_WR);
      self->shut = TRUE;
    }
  if (self->wire.broken || (self->shut && self->wire.eof))
    mcp_http_connection_state_close (self);
  else
    mcp_http_connection_state_update (self);
}

static void
refuse_and_linger (McpHttpConnection *self,
                   const McpHttpReject *reject,
                   gsize n_bytes,
                   gint64 time_us)
{
  gboolean is_head = self->reader != NULL && g_strcmp0 (self->reader->head.method, "HEAD") == 0;
  g_autoptr (GBytes) answer = mcp_http_raw_error_new (reject->status, reject->message, is_head);

  g_debug ("A request is answered %u: %s", reject->status, reject->message);
  if (self->wire.counters != NULL)
    mcp_http_counters_answered (self->wire.counters, reject->status);
  mcp_http_connection_state_set_idle (self, FALSE);
  mcp_http_wire_queue (&self->wire, g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
  mcp_http_connection_state_linger (self, n_bytes, time_us);
}

/**
 * mcp_http_connection_state_refuse:
 * @self: the connection
 * @reject: status and reason
 *
 * Answers a request with an error. Where the next request begins is in doubt, so the connection
 * ends.
 */
void
mcp_http_connection_state_refuse (McpHttpConnection *self, const McpHttpReject *reject)
{
  if (reject->status == 413)
    refuse_and_linger (self, reject, LINGER_BODY_BYTES, LINGER_BODY_US);
  else
    refuse_and_linger (self, reject, MCP_HTTP_LINGER_BYTES, MCP_HTTP_LINGER_US);
}

/* For TCP, a FIN alone does not tell whether the peer closed or only sends no more. */
static void
ask_for_peer (McpHttpConnection *self)
{
  if (mcp_peer_check_is_gone (self->setup->peer_check, self->wire.fd))
    {
      mcp_http_connection_state_lose (self);
      return;
    }

  self->ask_us = g_get_monotonic_time () + self->ask_interval_us;
  self->ask_interval_us = MIN (self->ask_interval_us * 4, ASK_LAST_US);
  mcp_http_connection_state_update (self);
}

/**
 * mcp_http_connection_state_check_peer:
 * @self: the connection
 * @now_us: monotonic time
 *
 * Asks for a peer that sends no more, where it is time to, and closes when the peer is gone.
 */
void
mcp_http_connection_state_check_peer (McpHttpConnection *self, gint64 now_us)
{
  if (self->ask_us != 0 && self->ask_us <= now_us)
    ask_for_peer (self);
  else
    mcp_http_connection_state_update (self);
}

/**
 * mcp_http_connection_state_note_half_close:
 * @self: a connection with an exchange or a stream
 *
 * The peer sends no more. A peer that is gone looks the same over TCP, so the connection asks the
 * kernel, now and at growing intervals. The kernel reports the full close of a Unix socket.
 */
void
mcp_http_connection_state_note_half_close (McpHttpConnection *self)
{
  self->half_closed = TRUE;
  self->ask_interval_us = ASK_FIRST_US;

  if (self->port == 0)
    mcp_http_connection_state_update (self);
  else
    ask_for_peer (self);
}

/**
 * mcp_http_connection_state_pause_input:
 * @self: a connection with an exchange or a stream
 *
 * Leaves in the socket what the client sends. A FIN behind unread bytes is not reported, so the
 * connection asks the kernel for the peer in this case, too.
 */
void
mcp_http_connection_state_pause_input (McpHttpConnection *self)
{
  self->input_paused = TRUE;
  self->ask_interval_us = ASK_LAST_US;
  if (self->port != 0 && self->ask_us == 0)
    self->ask_us = g_get_monotonic_time () + ASK_LAST_US;
  mcp_http_connection_state_update (self);
}

static void
mcp_http_connection_finalize (GObject *object)
{
  McpHttpConnection *self = MCP_HTTP_CONNECTION (object);

  mcp_http_connection_state_drop_reader (self);
  mcp_peer_process_unref (self->process);

  G_OBJECT_CLASS (mcp_http_connection_parent_class)->finalize (object);
}

static void
mcp_http_connection_class_init (McpHttpConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_http_connection_finalize;
}

static void
mcp_http_connection_init (McpHttpConnection *self)
{
  self->link.data = self;
}

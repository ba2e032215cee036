/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One accepted socket, from its first byte to its close.
 *
 *   HEAD -> BODY -> EXCHANGE -> FLUSH -> HEAD …
 *                     |            `---> LINGER -> CLOSED
 *                     `-> STREAM ------> LINGER
 *
 * The server behind us gets one exchange at a time, on a stream of memory, and
 * never sees the socket. While it has one, nothing is read here: a client that
 * sends on and on is held back by its own socket.
 */
#include "mcp-http-connection-private.h"

#include "common/mcp-process.h"
#include "http/wire/mcp-http-raw-error.h"

#include <sys/socket.h>

/* One read. */
#define READ_BYTES        (32 * 1024)
/* The same for a client that is still sending too large a body. */
#define LINGER_BODY_US    (10 * G_USEC_PER_SEC)
#define LINGER_BODY_BYTES (128 * 1024 * 1024)
/* How often to ask whether a peer that sends no more is still there. */
#define ASK_FIRST_US      (10 * G_TIME_SPAN_MILLISECOND)
#define ASK_LAST_US       G_USEC_PER_SEC

enum
{
  SIGNAL_PEER_GONE,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpHttpConnection, mcp_http_connection, G_TYPE_OBJECT)

/**
 * mcp_http_connection_update:
 * @self: the connection
 *
 * Has the poller watch for what the present state needs; to be called after each change of it.
 */
void
mcp_http_connection_update (McpHttpConnection *self)
{
  McpHttpReady wanted = 0;
  gint64 deadline_us = self->deadline_us;

  if (self->state == MCP_HTTP_CONNECTION_STATE_CLOSED)
    return;

  if (!self->wire.eof && !self->input_paused && self->state != MCP_HTTP_CONNECTION_STATE_FLUSH)
    wanted |= MCP_HTTP_READY_IN;
  if (!self->wire.eof && !self->half_closed)
    wanted |= MCP_HTTP_READY_RDHUP;
  if (mcp_http_wire_get_queued (&self->wire) > 0 || self->wants_write ||
      self->writable_func != NULL)
    wanted |= MCP_HTTP_READY_OUT;
  mcp_http_poller_watch_set_wanted (self->watch, wanted);

  if (self->ask_us != 0 && (deadline_us == 0 || self->ask_us < deadline_us))
    deadline_us = self->ask_us;
  mcp_http_poller_watch_set_deadline (self->watch, deadline_us);
}

/**
 * mcp_http_connection_set_idle:
 * @self: the connection
 * @idle: whether it waits for another request
 *
 * Tells the owner, when that changed.
 */
void
mcp_http_connection_set_idle (McpHttpConnection *self, gboolean idle)
{
  if (self->idle == idle)
    return;

  self->idle = idle;
  self->setup.hooks->idle_changed (self, idle, self->setup.owner);
}

/**
 * mcp_http_connection_close:
 * @self: the connection
 *
 * Closes the socket at once, whatever it is used for. `peer-gone` is not
 * emitted. The object lives on while somebody holds it.
 */
void
mcp_http_connection_close (McpHttpConnection *self)
{
  McpExchangeStream *exchange = self->exchange;

  if (self->state == MCP_HTTP_CONNECTION_STATE_CLOSED)
    return;

  self->state = MCP_HTTP_CONNECTION_STATE_CLOSED;
  mcp_http_connection_set_idle (self, FALSE);
  g_clear_pointer (&self->watch, mcp_http_poller_watch_free);
  if (self->socket != NULL)
    {
      g_socket_close (self->socket, NULL);
      self->wire.fd = -1;
    }
  mcp_http_wire_clear (&self->wire);
  mcp_http_reader_clear (&self->reader);
  self->writable_func = NULL;
  if (exchange != NULL)
    mcp_exchange_stream_wake (exchange);

  self->setup.hooks->closed (self, self->setup.owner);
}

/**
 * mcp_http_connection_lose:
 * @self: the connection
 *
 * The peer is gone: closes, and tells those who have an exchange or a stream open. Not
 * from within the server behind us.
 */
void
mcp_http_connection_lose (McpHttpConnection *self)
{
  gboolean open = self->state == MCP_HTTP_CONNECTION_STATE_STREAM ||
                  (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE && !self->exchange_over);

  mcp_http_connection_close (self);
  if (open)
    g_signal_emit (self, signals[SIGNAL_PEER_GONE], 0);
}

/**
 * mcp_http_connection_linger:
 * @self: the connection
 * @n_bytes: to drop at most
 * @time_us: to wait at most
 *
 * Says no more than what is queued, and drops what the client still sends, so that it gets
 * to read what was said: a socket that is closed with unread bytes is reset. Then closes.
 */
void
mcp_http_connection_linger (McpHttpConnection *self, gsize n_bytes, gint64 time_us)
{
  self->state = MCP_HTTP_CONNECTION_STATE_LINGER;
  self->n_discard = n_bytes;
  self->deadline_us = g_get_monotonic_time () + time_us;
  self->ask_us = 0;
  self->input_paused = FALSE;
  mcp_http_reader_clear (&self->reader);
  mcp_http_wire_drop_input (&self->wire);

  if (mcp_http_wire_flush (&self->wire) && !self->wire.broken)
    {
      shutdown (self->wire.fd, SHUT_WR);
      self->shut = TRUE;
    }
  if (self->wire.broken || (self->shut && self->wire.eof))
    mcp_http_connection_close (self);
  else
    mcp_http_connection_update (self);
}

static void
refuse_and_linger (McpHttpConnection *self,
                   const McpHttpReject *reject,
                   gsize n_bytes,
                   gint64 time_us)
{
  gboolean is_head = g_strcmp0 (self->reader.head.method, "HEAD") == 0;
  g_autoptr (GBytes) answer = mcp_http_raw_error_new (reject->status, reject->message, is_head);

  g_debug ("A request is answered %u: %s", reject->status, reject->message);
  if (self->setup.counters != NULL)
    mcp_http_counters_answered (self->setup.counters, reject->status);
  mcp_http_connection_set_idle (self, FALSE);
  mcp_http_wire_queue (&self->wire, g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
  mcp_http_connection_linger (self, n_bytes, time_us);
}

/**
 * mcp_http_connection_refuse:
 * @self: the connection
 * @reject: status and reason
 *
 * Answers a request with an error of ours. The framing of what follows it is in
 * doubt, so that the connection ends.
 */
void
mcp_http_connection_refuse (McpHttpConnection *self, const McpHttpReject *reject)
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
  if (mcp_peer_check_is_gone (self->setup.peer_check, self->wire.fd))
    {
      mcp_http_connection_lose (self);
      return;
    }

  self->ask_us = g_get_monotonic_time () + self->ask_interval_us;
  self->ask_interval_us = MIN (self->ask_interval_us * 4, ASK_LAST_US);
  mcp_http_connection_update (self);
}

/**
 * mcp_http_connection_note_half_close:
 * @self: a connection with an exchange or a stream
 *
 * The peer sends no more, which a closed one does not either: finds out, now and
 * again and again. A full close of a Unix socket is reported as such, so that
 * only TCP needs to ask.
 */
void
mcp_http_connection_note_half_close (McpHttpConnection *self)
{
  self->half_closed = TRUE;
  self->ask_interval_us = ASK_FIRST_US;

  if (self->setup.port == 0)
    mcp_http_connection_update (self);
  else
    ask_for_peer (self);
}

/**
 * mcp_http_connection_pause_input:
 * @self: a connection with an exchange or a stream
 *
 * Leaves in the socket what the client sends. A FIN behind bytes that nobody
 * reads does not arrive, so that this is a time to ask for the peer too.
 */
void
mcp_http_connection_pause_input (McpHttpConnection *self)
{
  self->input_paused = TRUE;
  self->ask_interval_us = ASK_LAST_US;
  if (self->setup.port != 0 && self->ask_us == 0)
    self->ask_us = g_get_monotonic_time () + ASK_LAST_US;
  mcp_http_connection_update (self);
}

static void
on_deferred (McpHttpConnection *self)
{
  if (self->wire.broken)
    mcp_http_connection_lose (self);
  else if (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE && self->exchange_over &&
           self->exchange_complete)
    mcp_http_connection_flush_exchange (self);
  else if (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE && self->exchange_over)
    mcp_http_connection_close (self);
}

/* Drops what comes, up to a bound. */
static void
discard_input (McpHttpConnection *self)
{
  char buffer[READ_BYTES];
  gsize n_read = (gsize) mcp_http_wire_read (&self->wire, buffer, sizeof buffer);

  self->n_discard -= MIN (self->n_discard, n_read);
  if (self->state == MCP_HTTP_CONNECTION_STATE_LINGER)
    {
      if (self->n_discard == 0 || self->wire.broken || (self->wire.eof && self->shut))
        mcp_http_connection_close (self);
      else
        mcp_http_connection_update (self);
      return;
    }

  if (self->wire.broken)
    {
      mcp_http_connection_lose (self);
      return;
    }
  /* The event stream of a client that sends on and on goes on; its own sending stops. */
  if (self->wire.eof && !self->half_closed)
    mcp_http_connection_note_half_close (self);
  else if (self->n_discard == 0)
    mcp_http_connection_pause_input (self);
  else
    mcp_http_connection_update (self);
}

static void
on_readable (McpHttpConnection *self)
{
  char buffer[READ_BYTES];
  gsize n_read;

  switch (self->state)
    {
    case MCP_HTTP_CONNECTION_STATE_HEAD:
    case MCP_HTTP_CONNECTION_STATE_BODY:
      n_read = (gsize) mcp_http_wire_read (&self->wire, buffer, sizeof buffer);
      if (self->wire.broken)
        {
          mcp_http_connection_close (self);
          return;
        }
      mcp_http_wire_unread (&self->wire, buffer, n_read);
      if (n_read > 0 || self->wire.eof)
        mcp_http_connection_process_input (self);
      break;
    case MCP_HTTP_CONNECTION_STATE_EXCHANGE:
      mcp_http_connection_pause_input (self);
      break;
    case MCP_HTTP_CONNECTION_STATE_STREAM:
    case MCP_HTTP_CONNECTION_STATE_LINGER:
      discard_input (self);
      break;
    case MCP_HTTP_CONNECTION_STATE_FLUSH:
    case MCP_HTTP_CONNECTION_STATE_CLOSED:
      break;
    }
}

static void
on_writable (McpHttpConnection *self)
{
  McpHttpWritableFunc writable_func = self->writable_func;

  switch (self->state)
    {
    case MCP_HTTP_CONNECTION_STATE_EXCHANGE:
      self->wants_write = FALSE;
      mcp_http_wire_flush (&self->wire);
      mcp_http_connection_update (self);
      if (self->exchange != NULL)
        mcp_exchange_stream_wake (self->exchange);
      break;
    case MCP_HTTP_CONNECTION_STATE_FLUSH:
      mcp_http_connection_flush_exchange (self);
      break;
    case MCP_HTTP_CONNECTION_STATE_STREAM:
      self->writable_func = NULL;
      mcp_http_connection_update (self);
      if (writable_func != NULL)
        writable_func (self, self->writable_data);
      break;
    case MCP_HTTP_CONNECTION_STATE_LINGER:
      mcp_http_connection_linger (self, self->n_discard,
                                  self->deadline_us - g_get_monotonic_time ());
      break;
    case MCP_HTTP_CONNECTION_STATE_HEAD:
    case MCP_HTTP_CONNECTION_STATE_BODY:
      mcp_http_wire_flush (&self->wire);
      mcp_http_connection_update (self);
      break;
    case MCP_HTTP_CONNECTION_STATE_CLOSED:
      break;
    }
}

static void
on_timeout (McpHttpConnection *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->deadline_us == 0 || self->deadline_us > now)
    {
      if (self->ask_us != 0 && self->ask_us <= now)
        ask_for_peer (self);
      else
        mcp_http_connection_update (self);
      return;
    }

  self->deadline_us = 0;
  if (self->state == MCP_HTTP_CONNECTION_STATE_HEAD && mcp_http_wire_has_input (&self->wire))
    mcp_http_connection_refuse (
        self, &(McpHttpReject){ 408, "The request's head did not arrive in time" });
  else if (self->state == MCP_HTTP_CONNECTION_STATE_BODY)
    mcp_http_connection_refuse (
        self, &(McpHttpReject){ 408, "The request's body did not arrive in time" });
  else if (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE)
    mcp_http_connection_lose (self);
  else
    mcp_http_connection_close (self);
}

static void
on_ready (McpHttpReady ready, gpointer user_data)
{
  g_autoptr (McpHttpConnection) self = g_object_ref (user_data);

  if (ready & MCP_HTTP_READY_HUP)
    {
      mcp_http_connection_lose (self);
      return;
    }
  if (ready & MCP_HTTP_READY_DEFERRED)
    on_deferred (self);
  if (ready & MCP_HTTP_READY_OUT)
    on_writable (self);
  if (ready & MCP_HTTP_READY_IN)
    on_readable (self);
  if ((ready & MCP_HTTP_READY_RDHUP) && !self->half_closed &&
      (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE ||
       self->state == MCP_HTTP_CONNECTION_STATE_STREAM))
    mcp_http_connection_note_half_close (self);
  if (ready & MCP_HTTP_READY_TIMEOUT)
    on_timeout (self);
}

static McpHttpConnection *
connection_new (int fd, const McpHttpConnectionSetup *setup)
{
  McpHttpConnection *self = g_object_new (MCP_TYPE_HTTP_CONNECTION, NULL);

  self->setup = *setup;
  mcp_http_wire_init (&self->wire, fd);
  self->wire.counters = setup->counters;
  self->watch = mcp_http_poller_watch (setup->poller, fd, MCP_HTTP_READY_IN | MCP_HTTP_READY_RDHUP,
                                       on_ready, self);
  return self;
}

/**
 * mcp_http_connection_new:
 * @fd: (transfer full): an accepted, non-blocking socket whose peer was admitted
 * @setup: copied; what it points to outlives the socket
 *
 * Begins to wait for a request.
 *
 * Returns: (transfer full): the connection
 */
McpHttpConnection *
mcp_http_connection_new (int fd, const McpHttpConnectionSetup *setup)
{
  McpHttpConnection *self = connection_new (fd, setup);

  self->deadline_us = mcp_http_seconds_from_now (setup->limits->head_seconds);
  mcp_http_connection_update (self);
  return self;
}

/**
 * mcp_http_connection_new_refused:
 * @fd: (transfer full): an accepted, non-blocking socket
 * @setup: copied; what it points to outlives the socket
 * @status: an HTTP status
 * @message: why, a constant string
 *
 * Answers a client that does not come in, without looking at its request, and
 * closes. That may have happened before this returns; the hook was called then.
 *
 * Returns: (transfer full): the connection
 */
McpHttpConnection *
mcp_http_connection_new_refused (int fd,
                                 const McpHttpConnectionSetup *setup,
                                 guint status,
                                 const char *message)
{
  McpHttpConnection *self = connection_new (fd, setup);

  refuse_and_linger (self, &(McpHttpReject){ status, message }, MCP_HTTP_LINGER_BYTES,
                     MCP_HTTP_LINGER_US);
  return self;
}

/**
 * mcp_http_connection_drain:
 * @self: the connection
 *
 * Takes no further request: closes when waiting for one, else after the current answer. An
 * event stream goes on.
 */
void
mcp_http_connection_drain (McpHttpConnection *self)
{
  self->draining = TRUE;
  if (self->state == MCP_HTTP_CONNECTION_STATE_HEAD)
    mcp_http_connection_close (self);
}

/**
 * mcp_http_connection_is_draining:
 * @self: the connection
 *
 * Returns: whether no further request will be taken
 */
gboolean
mcp_http_connection_is_draining (McpHttpConnection *self)
{
  return self->draining;
}

/**
 * mcp_http_connection_get_link:
 * @self: the connection
 *
 * Returns: (transfer none): a list element with the connection as its data, for the owner's use
 */
GList *
mcp_http_connection_get_link (McpHttpConnection *self)
{
  return &self->link;
}

/**
 * mcp_http_connection_get_wire:
 * @self: the connection
 *
 * Returns: (transfer none): its socket with its buffers
 */
McpHttpWire *
mcp_http_connection_get_wire (McpHttpConnection *self)
{
  return &self->wire;
}

/**
 * mcp_http_connection_is_unix:
 * @self: the connection
 *
 * Returns: whether it came by the Unix socket
 */
gboolean
mcp_http_connection_is_unix (McpHttpConnection *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_CONNECTION (self), FALSE);

  return self->setup.port == 0;
}

/**
 * mcp_http_connection_get_peer:
 * @self: the connection
 *
 * Returns: (transfer none): what is known of the peer, to which more may be added
 */
McpSocketPeer *
mcp_http_connection_get_peer (McpHttpConnection *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_CONNECTION (self), NULL);

  return &self->setup.peer;
}

/**
 * mcp_http_connection_get_pid:
 * @self: the connection
 *
 * Tells which process connected. It may have ended since, and its number be another's. For a TCP
 * peer it is looked for in /proc the first time: ask when the answer is needed.
 *
 * Returns: the process id; 0: not known
 */
pid_t
mcp_http_connection_get_pid (McpHttpConnection *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_CONNECTION (self), 0);

  if (self->setup.peer.inode != 0)
    {
      self->setup.peer.pid = mcp_process_find_socket (self->setup.peer.inode);
      self->setup.peer.inode = 0;
    }
  return self->setup.peer.pid;
}

static void
mcp_http_connection_finalize (GObject *object)
{
  McpHttpConnection *self = MCP_HTTP_CONNECTION (object);

  g_clear_object (&self->socket);
  mcp_http_reader_clear (&self->reader);

  G_OBJECT_CLASS (mcp_http_connection_parent_class)->finalize (object);
}

static void
mcp_http_connection_class_init (McpHttpConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_http_connection_finalize;

  signals[SIGNAL_PEER_GONE] = g_signal_new ("peer-gone", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mcp_http_connection_init (McpHttpConnection *self)
{
  self->link.data = self;
}

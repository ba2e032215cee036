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

#include "mcp-exchange-stream.h"
#include "mcp-http-answer.h"
#include "mcp-http-reader.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* One read. */
#define READ_BYTES         (32 * 1024)
/* A client that takes none of its answer for that long is not coming back for it. */
#define STALL_SECONDS      60
/* So that a client reads our answer before its socket is reset for what it sent and we did not
 * read. */
#define LINGER_US          G_USEC_PER_SEC
#define LINGER_BYTES       (256 * 1024)
#define LINGER_BODY_US     (10 * G_USEC_PER_SEC)
#define LINGER_BODY_BYTES  (128 * 1024 * 1024)
/* What is read and dropped of a client that sends while it gets an event stream. */
#define STREAM_INPUT_BYTES (64 * 1024)
/* A kernel buffer that an event stream can fill: more only makes a slow reader lag later. */
#define STREAM_SEND_BUFFER (64 * 1024)
/* How often to ask whether a peer that sends no more is still there. */
#define ASK_FIRST_US       (10 * G_TIME_SPAN_MILLISECOND)
#define ASK_LAST_US        G_USEC_PER_SEC

typedef enum
{
  STATE_HEAD,     /* waiting for a request, or reading its head */
  STATE_BODY,     /* reading its body */
  STATE_EXCHANGE, /* the server behind us has it */
  STATE_FLUSH,    /* the end of the answer waits for room in the socket */
  STATE_STREAM,   /* the answer goes on for ever, written by another */
  STATE_LINGER,   /* all is said; what the client still sends is dropped */
  STATE_CLOSED,
} State;

struct _McpHttpConnection
{
  GObject parent_instance;

  McpHttpConnectionSetup setup;
  McpHttpWatch *watch; /* (owned) (nullable): NULL when closed */
  McpHttpWire wire;
  GSocket *socket; /* (owned) (nullable): holds the descriptor while streaming */
  GList link;      /* for the owner */

  State state;
  gboolean idle;      /* as last told to the owner */
  gboolean draining;  /* no further request */
  gint64 deadline_us; /* of the state; 0: none */
  McpHttpReader reader;

  McpExchangeStream *exchange; /* (unowned) (nullable) */
  gboolean exchange_over;
  gboolean exchange_complete;
  gboolean keep_alive;
  gboolean input_paused;
  gboolean wants_write;

  gboolean half_closed; /* the peer sends no more, but may still be there */
  gint64 ask_us;        /* when to ask for it; 0: not */
  gint64 ask_interval_us;

  gsize n_discard; /* what may still be dropped in STREAM and LINGER */
  gboolean shut;   /* our side, in LINGER */
  McpHttpWritableFunc writable_func;
  gpointer writable_data;
};

enum
{
  SIGNAL_PEER_GONE,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpHttpConnection, mcp_http_connection, G_TYPE_OBJECT)

static G_DEFINE_QUARK (mcp - http - connection, mcp_http_connection_address);

static void
update_watch (McpHttpConnection *self)
{
  McpHttpReady wanted = 0;
  gint64 deadline_us = self->deadline_us;

  if (self->state == STATE_CLOSED)
    return;

  if (!self->wire.eof && !self->input_paused && self->state != STATE_FLUSH)
    wanted |= MCP_HTTP_READY_IN;
  if (!self->wire.eof && !self->half_closed)
    wanted |= MCP_HTTP_READY_RDHUP;
  if (mcp_http_wire_get_queued (&self->wire) > 0 || self->wants_write ||
      self->writable_func != NULL)
    wanted |= MCP_HTTP_READY_OUT;
  mcp_http_watch_set_wanted (self->watch, wanted);

  if (self->ask_us != 0 && (deadline_us == 0 || self->ask_us < deadline_us))
    deadline_us = self->ask_us;
  mcp_http_watch_set_deadline (self->watch, deadline_us);
}

static void
set_idle (McpHttpConnection *self, gboolean idle)
{
  if (self->idle == idle)
    return;

  self->idle = idle;
  self->setup.hooks->idle_changed (self, idle, self->setup.owner);
}

/* Closes the socket; the object lives on while somebody holds it. */
static void
close_now (McpHttpConnection *self)
{
  McpExchangeStream *exchange = self->exchange;

  if (self->state == STATE_CLOSED)
    return;

  self->state = STATE_CLOSED;
  set_idle (self, FALSE);
  g_clear_pointer (&self->watch, mcp_http_watch_free);
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

static void
peer_gone (McpHttpConnection *self)
{
  gboolean open =
      self->state == STATE_STREAM || (self->state == STATE_EXCHANGE && !self->exchange_over);

  close_now (self);
  if (open)
    g_signal_emit (self, signals[SIGNAL_PEER_GONE], 0);
}

/* Says no more, and drops what the client still sends, so that it gets to read what was said. */
static void
linger (McpHttpConnection *self, gsize n_bytes, gint64 time_us)
{
  self->state = STATE_LINGER;
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
    close_now (self);
  else
    update_watch (self);
}

static void
refuse_slowly (McpHttpConnection *self, const McpHttpReject *reject, gsize n_bytes, gint64 time_us)
{
  gboolean is_head = g_strcmp0 (self->reader.head.method, "HEAD") == 0;
  g_autoptr (GBytes) answer = mcp_http_answer_new (reject->status, reject->message, is_head);

  g_debug ("A request is answered %u: %s", reject->status, reject->message);
  set_idle (self, FALSE);
  mcp_http_wire_queue (&self->wire, g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
  linger (self, n_bytes, time_us);
}

/* After a refusal the framing of what follows is in doubt: the connection ends. */
static void
refuse (McpHttpConnection *self, const McpHttpReject *reject)
{
  if (reject->status == 413)
    refuse_slowly (self, reject, LINGER_BODY_BYTES, LINGER_BODY_US);
  else
    refuse_slowly (self, reject, LINGER_BYTES, LINGER_US);
}

/* For TCP, a FIN alone does not tell whether the peer closed or only sends no more. */
static void
ask_for_peer (McpHttpConnection *self)
{
  if (!mcp_peer_check_is_held (self->setup.peer_check, self->wire.fd))
    {
      peer_gone (self);
      return;
    }

  self->ask_us = g_get_monotonic_time () + self->ask_interval_us;
  self->ask_interval_us = MIN (self->ask_interval_us * 4, ASK_LAST_US);
  update_watch (self);
}

/* A full close of a Unix socket is reported as such, so that only TCP needs to ask. */
static void
note_half_close (McpHttpConnection *self)
{
  self->half_closed = TRUE;
  self->ask_interval_us = ASK_FIRST_US;

  if (self->setup.port == 0)
    update_watch (self);
  else
    ask_for_peer (self);
}

/* A FIN behind bytes that nobody reads does not arrive, so that this is a time to ask too. */
static void
pause_input (McpHttpConnection *self)
{
  self->input_paused = TRUE;
  self->ask_interval_us = ASK_LAST_US;
  if (self->setup.port != 0 && self->ask_us == 0)
    self->ask_us = g_get_monotonic_time () + ASK_LAST_US;
  update_watch (self);
}

static GSocketAddress *
build_address (McpHttpConnection *self)
{
  struct sockaddr_storage native = { 0 };
  socklen_t length = sizeof native;
  GSocketAddress *address = NULL;

  if (self->setup.port != 0 &&
      getpeername (self->wire.fd, (struct sockaddr *) &native, &length) == 0)
    address = g_socket_address_new_from_native (&native, length);
  if (address == NULL)
    address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);

  g_object_set_qdata_full (G_OBJECT (address), mcp_http_connection_address_quark (),
                           g_object_ref (self), g_object_unref);
  return address;
}

static void
begin_exchange (McpHttpConnection *self)
{
  gboolean is_head = strcmp (self->reader.head.method, "HEAD") == 0;
  gboolean close = self->reader.head.wants_close;
  g_autoptr (GSocketAddress) address = build_address (self);
  g_autoptr (GBytes) head = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (McpExchangeStream) stream = NULL;

  mcp_http_reader_take_request (&self->reader, &head, &body);
  stream = mcp_exchange_stream_new (self, head, body, is_head, close);

  self->state = STATE_EXCHANGE;
  self->deadline_us = 0;
  self->exchange = stream;
  self->exchange_over = self->exchange_complete = self->keep_alive = FALSE;
  /* Input is left on until something comes: most clients wait for the answer. */
  self->input_paused = FALSE;
  if (self->wire.eof || self->half_closed)
    note_half_close (self);
  else if (mcp_http_wire_has_input (&self->wire))
    pause_input (self);
  else
    update_watch (self);

  if (self->state == STATE_EXCHANGE)
    self->setup.hooks->exchange (self, G_IO_STREAM (stream), address, self->setup.owner);
}

static gint64
seconds_from_now (guint seconds)
{
  return g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
}

static void
begin_body (McpHttpConnection *self)
{
  static const char proceed[] = "HTTP/1.1 100 Continue\r\n\r\n";

  self->state = STATE_BODY;
  self->deadline_us = seconds_from_now (self->setup.limits->body_seconds);

  /* RFC 9110 section 10.1.1: left out when the body is on its way already */
  if (self->reader.head.expects_continue && self->reader.body.n_decoded == 0)
    {
      mcp_http_wire_queue (&self->wire, proceed, strlen (proceed));
      mcp_http_wire_flush (&self->wire);
    }
}

/* Something arrived, the end of all input perhaps. */
static void
process_input (McpHttpConnection *self)
{
  McpHttpReject reject = { 0 };
  McpHttpReadState read = mcp_http_reader_read (&self->reader, &self->wire, self->setup.limits,
                                                self->setup.port, &reject);

  if (read == MCP_HTTP_READ_NOTHING && self->wire.eof)
    {
      close_now (self);
      return;
    }
  if (read != MCP_HTTP_READ_NOTHING && self->idle)
    {
      set_idle (self, FALSE);
      self->deadline_us = seconds_from_now (self->setup.limits->head_seconds);
    }

  if (read == MCP_HTTP_READ_COMPLETE)
    begin_exchange (self);
  else if (read == MCP_HTTP_READ_REFUSED)
    refuse (self, &reject);
  else if (self->wire.eof)
    refuse (self, &(McpHttpReject){ 400, "The request ended early" });
  else
    {
      if (read == MCP_HTTP_READ_BODY && self->state == STATE_HEAD)
        begin_body (self);
      update_watch (self);
    }
}

/* The answer is out: the next request, or the end. */
static void
finish_exchange (McpHttpConnection *self)
{
  self->deadline_us = 0;
  self->ask_us = 0;
  self->exchange_over = FALSE;
  if (!self->keep_alive || self->draining)
    {
      linger (self, LINGER_BYTES, LINGER_US);
      return;
    }

  self->state = STATE_HEAD;
  self->input_paused = FALSE;
  if (mcp_http_wire_has_input (&self->wire) || self->wire.eof)
    {
      self->deadline_us = seconds_from_now (self->setup.limits->head_seconds);
      process_input (self);
    }
  else
    {
      self->deadline_us = seconds_from_now (self->setup.limits->keep_alive_seconds);
      set_idle (self, TRUE);
      update_watch (self);
    }
}

static guint
stall_seconds (McpHttpConnection *self)
{
  return self->setup.stall_seconds != 0 ? self->setup.stall_seconds : STALL_SECONDS;
}

static void
flush_exchange (McpHttpConnection *self)
{
  gsize n_queued = mcp_http_wire_get_queued (&self->wire);
  gboolean flushed = mcp_http_wire_flush (&self->wire);

  if (self->wire.broken)
    {
      close_now (self);
      return;
    }
  if (flushed)
    {
      finish_exchange (self);
      return;
    }

  if (self->state != STATE_FLUSH || mcp_http_wire_get_queued (&self->wire) < n_queued)
    self->deadline_us = seconds_from_now (stall_seconds (self));
  self->state = STATE_FLUSH;
  update_watch (self);
}

static void
on_deferred (McpHttpConnection *self)
{
  if (self->wire.broken)
    peer_gone (self);
  else if (self->state == STATE_EXCHANGE && self->exchange_over && self->exchange_complete)
    flush_exchange (self);
  else if (self->state == STATE_EXCHANGE && self->exchange_over)
    close_now (self);
}

/* Drops what comes, up to a bound. */
static void
discard_input (McpHttpConnection *self)
{
  char buffer[READ_BYTES];
  gsize n_read = (gsize) mcp_http_wire_read (&self->wire, buffer, sizeof buffer);

  self->n_discard -= MIN (self->n_discard, n_read);
  if (self->state == STATE_LINGER)
    {
      if (self->n_discard == 0 || self->wire.broken || (self->wire.eof && self->shut))
        close_now (self);
      else
        update_watch (self);
      return;
    }

  if (self->wire.broken)
    {
      peer_gone (self);
      return;
    }
  /* The event stream of a client that sends on and on goes on; its own sending stops. */
  if (self->wire.eof && !self->half_closed)
    note_half_close (self);
  else if (self->n_discard == 0)
    pause_input (self);
  else
    update_watch (self);
}

static void
on_readable (McpHttpConnection *self)
{
  char buffer[READ_BYTES];
  gsize n_read;

  switch (self->state)
    {
    case STATE_HEAD:
    case STATE_BODY:
      n_read = (gsize) mcp_http_wire_read (&self->wire, buffer, sizeof buffer);
      if (self->wire.broken)
        {
          close_now (self);
          return;
        }
      mcp_http_wire_unread (&self->wire, buffer, n_read);
      if (n_read > 0 || self->wire.eof)
        process_input (self);
      break;
    case STATE_EXCHANGE:
      pause_input (self);
      break;
    case STATE_STREAM:
    case STATE_LINGER:
      discard_input (self);
      break;
    case STATE_FLUSH:
    case STATE_CLOSED:
      break;
    }
}

static void
on_writable (McpHttpConnection *self)
{
  McpHttpWritableFunc writable_func = self->writable_func;

  switch (self->state)
    {
    case STATE_EXCHANGE:
      self->wants_write = FALSE;
      update_watch (self);
      if (self->exchange != NULL)
        mcp_exchange_stream_wake (self->exchange);
      break;
    case STATE_FLUSH:
      flush_exchange (self);
      break;
    case STATE_STREAM:
      self->writable_func = NULL;
      update_watch (self);
      if (writable_func != NULL)
        writable_func (self, self->writable_data);
      break;
    case STATE_LINGER:
      linger (self, self->n_discard, self->deadline_us - g_get_monotonic_time ());
      break;
    case STATE_HEAD:
    case STATE_BODY:
      mcp_http_wire_flush (&self->wire);
      update_watch (self);
      break;
    case STATE_CLOSED:
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
        update_watch (self);
      return;
    }

  self->deadline_us = 0;
  if (self->state == STATE_HEAD && mcp_http_wire_has_input (&self->wire))
    refuse (self, &(McpHttpReject){ 408, "The request's head did not arrive in time" });
  else if (self->state == STATE_BODY)
    refuse (self, &(McpHttpReject){ 408, "The request's body did not arrive in time" });
  else if (self->state == STATE_EXCHANGE)
    peer_gone (self);
  else
    close_now (self);
}

static void
on_ready (McpHttpReady ready, gpointer user_data)
{
  g_autoptr (McpHttpConnection) self = g_object_ref (user_data);

  if (ready & MCP_HTTP_READY_HUP)
    {
      peer_gone (self);
      return;
    }
  if (ready & MCP_HTTP_READY_DEFERRED)
    on_deferred (self);
  if (ready & MCP_HTTP_READY_OUT)
    on_writable (self);
  if (ready & MCP_HTTP_READY_IN)
    on_readable (self);
  if ((ready & MCP_HTTP_READY_RDHUP) && !self->half_closed &&
      (self->state == STATE_EXCHANGE || self->state == STATE_STREAM))
    note_half_close (self);
  if (ready & MCP_HTTP_READY_TIMEOUT)
    on_timeout (self);
}

static McpHttpConnection *
connection_new (int fd, const McpHttpConnectionSetup *setup)
{
  McpHttpConnection *self = g_object_new (MCP_TYPE_HTTP_CONNECTION, NULL);

  self->setup = *setup;
  mcp_http_wire_init (&self->wire, fd);
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

  self->deadline_us = seconds_from_now (setup->limits->head_seconds);
  update_watch (self);
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

  refuse_slowly (self, &(McpHttpReject){ status, message }, LINGER_BYTES, LINGER_US);
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
  if (self->state == STATE_HEAD)
    close_now (self);
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
 * mcp_http_connection_close:
 * @self: the connection
 *
 * Closes the socket at once, whatever it is used for. `peer-gone` is not emitted.
 */
void
mcp_http_connection_close (McpHttpConnection *self)
{
  close_now (self);
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
 * mcp_http_connection_want_write:
 * @self: the connection
 *
 * Has the exchange woken when there is room in the socket.
 *
 * Returns: whether it is worth waiting; not when the connection is broken
 */
gboolean
mcp_http_connection_want_write (McpHttpConnection *self)
{
  if (self->wire.broken || self->state != STATE_EXCHANGE)
    return FALSE;

  self->wants_write = TRUE;
  if (self->deadline_us == 0)
    self->deadline_us = seconds_from_now (stall_seconds (self));
  update_watch (self);
  return TRUE;
}

/**
 * mcp_http_connection_wrote:
 * @self: the connection
 * @progress: whether anything went out
 *
 * Called after the exchange wrote: begins the time anew for which its reader may stall, and
 * has a broken connection dealt with from the main loop.
 */
void
mcp_http_connection_wrote (McpHttpConnection *self, gboolean progress)
{
  if (self->watch != NULL && self->wire.broken)
    mcp_http_watch_defer (self->watch);
  else if (progress)
    self->deadline_us = 0;
}

/**
 * mcp_http_connection_exchange_ended:
 * @self: the connection
 * @complete: whether the answer is
 * @keep_alive: whether another request may follow
 *
 * Called when the exchange's stream is closed. What follows happens from the
 * main loop, since this is called from within the server behind us.
 */
void
mcp_http_connection_exchange_ended (McpHttpConnection *self, gboolean complete, gboolean keep_alive)
{
  self->exchange = NULL;
  if (self->state != STATE_EXCHANGE)
    return;

  self->exchange_over = TRUE;
  self->exchange_complete = complete;
  self->keep_alive = keep_alive;
  mcp_http_watch_defer (self->watch);
}

/**
 * mcp_http_connection_from_address:
 * @peer: the remote address of a #SoupServerMessage
 *
 * Finds the connection that carries a message. It lives as long as the address.
 *
 * Returns: (transfer none) (nullable): the connection; %NULL: the message came another way
 */
McpHttpConnection *
mcp_http_connection_from_address (GSocketAddress *peer)
{
  g_return_val_if_fail (G_IS_SOCKET_ADDRESS (peer), NULL);

  return g_object_get_qdata (G_OBJECT (peer), mcp_http_connection_address_quark ());
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
 * mcp_http_connection_get_pid:
 * @self: the connection
 *
 * Tells which process connected. It may have ended since, and its number be another's.
 *
 * Returns: the process id; 0: not known, as for any TCP peer
 */
pid_t
mcp_http_connection_get_pid (McpHttpConnection *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_CONNECTION (self), 0);

  return self->setup.pid;
}

/* Finds peers that vanished without a word; not TCP_USER_TIMEOUT, which cuts off slow readers. */
static void
set_stream_options (int fd, gboolean is_unix)
{
  const int send_buffer = STREAM_SEND_BUFFER, on = 1, idle_s = 60, interval_s = 15, probes = 4;

  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  if (is_unix)
    return;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

/**
 * mcp_http_connection_begin_stream:
 * @self: the connection, of an exchange that was stolen from its server after the head
 *   of the answer went out
 *
 * Makes the rest of the answer the caller's: it writes to the socket, without
 * blocking, for as long as it likes. There are no deadlines any more; the
 * connection goes on watching for the peer's disappearance, reads and drops
 * what the peer sends, and counts as one. Closing or dropping the exchange's
 * stream means nothing from now on.
 *
 * The socket is not to be used after `peer-gone` or mcp_http_connection_end_stream().
 *
 * Returns: (transfer none) (nullable): the socket, non-blocking; %NULL: the connection
 *   is closed already
 */
GSocket *
mcp_http_connection_begin_stream (McpHttpConnection *self)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (MCP_IS_HTTP_CONNECTION (self), NULL);
  g_return_val_if_fail (self->state == STATE_EXCHANGE || self->state == STATE_CLOSED, NULL);

  if (self->state == STATE_CLOSED)
    return NULL;

  if (!mcp_http_wire_flush (&self->wire) ||
      (self->socket = g_socket_new_from_fd (self->wire.fd, &error)) == NULL)
    {
      g_debug ("A stream cannot begin: %s", error != NULL ? error->message : "no room");
      close_now (self);
      return NULL;
    }

  g_socket_set_blocking (self->socket, FALSE);
  set_stream_options (self->wire.fd, self->setup.port == 0);
  if (self->exchange != NULL)
    mcp_exchange_stream_detach (g_steal_pointer (&self->exchange));
  self->state = STATE_STREAM;
  self->exchange_over = FALSE;
  self->wants_write = FALSE;
  self->deadline_us = 0;
  self->n_discard = STREAM_INPUT_BYTES;
  self->input_paused = FALSE;
  if (!self->half_closed)
    self->ask_us = 0;
  mcp_http_wire_drop_input (&self->wire);
  update_watch (self);

  return self->socket;
}

/**
 * mcp_http_connection_watch_writable:
 * @self: a connection between begin_stream and end_stream
 * @callback: (scope async) (nullable): called once, from the main loop; %NULL: not any more
 * @user_data: for @callback
 *
 * Waits for room in the socket. Replaces an earlier waiting; never called
 * after `peer-gone` or mcp_http_connection_end_stream().
 */
void
mcp_http_connection_watch_writable (McpHttpConnection *self,
                                    McpHttpWritableFunc callback,
                                    gpointer user_data)
{
  g_return_if_fail (MCP_IS_HTTP_CONNECTION (self));

  if (self->state != STATE_STREAM)
    return;

  self->writable_func = callback;
  self->writable_data = user_data;
  update_watch (self);
}

/**
 * mcp_http_connection_end_stream:
 * @self: the connection
 *
 * Ends a stream: what was written still goes out, then the connection closes. Nothing
 * happens when there is no stream.
 */
void
mcp_http_connection_end_stream (McpHttpConnection *self)
{
  g_return_if_fail (MCP_IS_HTTP_CONNECTION (self));

  if (self->state != STATE_STREAM)
    return;

  self->writable_func = NULL;
  linger (self, LINGER_BYTES, LINGER_US);
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

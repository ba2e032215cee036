/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Event streams: the SSE code writes to the socket, and the connection only watches it.
 */
#include "http/connection/mcp-http-connection-stream.h"

#include "mcp-http-connection-state-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* How much is read and dropped from a client that sends while it gets an event stream. */
#define STREAM_INPUT_BYTES (64 * 1024)
/* The kernel's buffer of an event stream: a larger one only makes a slow reader lag later. */
#define STREAM_SEND_BUFFER (64 * 1024)

/* Finds peers that vanished without closing. TCP_USER_TIMEOUT would also cut off slow readers. */
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
 * mcp_http_connection_stream_begin:
 * @self: a connection whose request is being answered, after the head of the answer is in the
 *   socket
 *
 * Lends the socket to the caller, who writes the rest of the answer without blocking, for as long
 * as needed. No deadline holds from now on. The connection still sees the peer close, drops what
 * the peer sends, and counts as one. Closing the exchange's stream has no effect from now on.
 *
 * The socket is not to be used after #McpHttpPeerGoneFunc or mcp_http_connection_stream_end().
 *
 * Returns: the socket, non-blocking; it stays the connection's. -1: the connection is closed
 *   already
 */
int
mcp_http_connection_stream_begin (McpHttpConnection *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_CONNECTION (self), -1);
  g_return_val_if_fail (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE ||
                            self->state == MCP_HTTP_CONNECTION_STATE_CLOSED,
                        -1);

  if (self->state == MCP_HTTP_CONNECTION_STATE_CLOSED)
    return -1;

  if (!mcp_http_wire_flush (&self->wire))
    {
      g_debug ("A stream cannot begin: no room");
      mcp_http_connection_state_close (self);
      return -1;
    }

  set_stream_options (self->wire.fd, self->port == 0);
  if (self->exchange != NULL)
    mcp_exchange_stream_detach (g_steal_pointer (&self->exchange));
  self->state = MCP_HTTP_CONNECTION_STATE_STREAM;
  self->exchange_over = FALSE;
  self->wants_write = FALSE;
  self->deadline_us = 0;
  self->n_discard = STREAM_INPUT_BYTES;
  self->input_paused = FALSE;
  if (!self->half_closed)
    self->ask_us = 0;
  mcp_http_connection_state_drop_reader (self);
  mcp_http_wire_drop_input (&self->wire);
  mcp_http_connection_state_update (self);

  return self->wire.fd;
}

/**
 * mcp_http_connection_stream_watch_writable:
 * @self: a connection between mcp_http_connection_stream_begin() and
 *   mcp_http_connection_stream_end()
 * @callback: (scope async) (nullable): called once, from the main loop; %NULL: not any more
 * @user_data: for @callback
 *
 * Waits for room in the socket. Replaces an earlier callback. @callback is never called after
 * #McpHttpPeerGoneFunc or mcp_http_connection_stream_end().
 */
void
mcp_http_connection_stream_watch_writable (McpHttpConnection *self,
                                           McpHttpWritableFunc callback,
                                           gpointer user_data)
{
  g_return_if_fail (MCP_IS_HTTP_CONNECTION (self));

  if (self->state != MCP_HTTP_CONNECTION_STATE_STREAM)
    return;

  self->writable_func = callback;
  self->writable_data = user_data;
  mcp_http_connection_state_update (self);
}

/**
 * mcp_http_connection_stream_count_sent:
 * @self: a connection between mcp_http_connection_stream_begin() and
 *   mcp_http_connection_stream_end()
 * @n_bytes: how many bytes the caller sent
 *
 * Counts what the caller wrote to the socket.
 */
void
mcp_http_connection_stream_count_sent (McpHttpConnection *self, gsize n_bytes)
{
  if (self->wire.counters != NULL)
    self->wire.counters->bytes_out += n_bytes;
}

/**
 * mcp_http_connection_stream_end:
 * @self: the connection
 *
 * Ends a stream: what was written still goes out, then the connection closes. Nothing
 * happens when there is no stream.
 */
void
mcp_http_connection_stream_end (McpHttpConnection *self)
{
  g_return_if_fail (MCP_IS_HTTP_CONNECTION (self));

  if (self->state != MCP_HTTP_CONNECTION_STATE_STREAM)
    return;

  self->writable_func = NULL;
  mcp_http_connection_state_linger (self, MCP_HTTP_LINGER_BYTES, MCP_HTTP_LINGER_US);
}

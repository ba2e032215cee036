/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A connection's way through one request: reading it, handing it to the server
 * behind us, getting the answer out, and on to the next.
 */
#include "mcp-http-connection-private.h"

#include <string.h>
#include <sys/socket.h>

/* A client that takes none of its answer for that long is not coming back for it. */
#define STALL_SECONDS 60

static G_DEFINE_QUARK (mcp_http_connection, mcp_http_connection_address);

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

  self->state = MCP_HTTP_CONNECTION_STATE_EXCHANGE;
  self->deadline_us = 0;
  self->exchange = stream;
  self->exchange_over = self->exchange_complete = self->keep_alive = FALSE;
  /* Input is left on until something comes: most clients wait for the answer. */
  self->input_paused = FALSE;
  if (self->wire.eof || self->half_closed)
    mcp_http_connection_note_half_close (self);
  else if (mcp_http_wire_has_input (&self->wire))
    mcp_http_connection_pause_input (self);
  else
    mcp_http_connection_update (self);

  if (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE)
    self->setup.hooks->exchange (self, G_IO_STREAM (stream), address, self->setup.owner);
}

static void
begin_body (McpHttpConnection *self)
{
  static const char proceed[] = "HTTP/1.1 100 Continue\r\n\r\n";

  self->state = MCP_HTTP_CONNECTION_STATE_BODY;
  self->deadline_us = mcp_http_seconds_from_now (self->setup.limits->body_seconds);

  /* RFC 9110 section 10.1.1: left out when the body is on its way already */
  if (self->reader.head.expects_continue && self->reader.body.n_decoded == 0)
    {
      mcp_http_wire_queue (&self->wire, proceed, strlen (proceed));
      mcp_http_wire_flush (&self->wire);
    }
}

/**
 * mcp_http_connection_process_input:
 * @self: a connection that reads a request
 *
 * Something arrived, the end of all input perhaps.
 */
void
mcp_http_connection_process_input (McpHttpConnection *self)
{
  McpHttpReject reject = { 0 };
  McpHttpReadState read = mcp_http_reader_read (&self->reader, &self->wire, self->setup.limits,
                                                self->setup.port, &reject);

  if (read == MCP_HTTP_READ_NOTHING && self->wire.eof)
    {
      mcp_http_connection_close (self);
      return;
    }
  if (read != MCP_HTTP_READ_NOTHING && self->idle)
    {
      mcp_http_connection_set_idle (self, FALSE);
      self->deadline_us = mcp_http_seconds_from_now (self->setup.limits->head_seconds);
    }

  if (read == MCP_HTTP_READ_COMPLETE)
    begin_exchange (self);
  else if (read == MCP_HTTP_READ_REFUSED)
    mcp_http_connection_refuse (self, &reject);
  else if (self->wire.eof)
    mcp_http_connection_refuse (self, &(McpHttpReject){ 400, "The request ended early" });
  else
    {
      if (read == MCP_HTTP_READ_BODY && self->state == MCP_HTTP_CONNECTION_STATE_HEAD)
        begin_body (self);
      mcp_http_connection_update (self);
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
      mcp_http_connection_linger (self, MCP_HTTP_LINGER_BYTES, MCP_HTTP_LINGER_US);
      return;
    }

  self->state = MCP_HTTP_CONNECTION_STATE_HEAD;
  self->input_paused = FALSE;
  if (mcp_http_wire_has_input (&self->wire) || self->wire.eof)
    {
      self->deadline_us = mcp_http_seconds_from_now (self->setup.limits->head_seconds);
      mcp_http_connection_process_input (self);
    }
  else
    {
      self->deadline_us = mcp_http_seconds_from_now (self->setup.limits->keep_alive_seconds);
      mcp_http_connection_set_idle (self, TRUE);
      mcp_http_connection_update (self);
    }
}

static guint
stall_seconds (McpHttpConnection *self)
{
  return self->setup.stall_seconds != 0 ? self->setup.stall_seconds : STALL_SECONDS;
}

/**
 * mcp_http_connection_flush_exchange:
 * @self: a connection whose answer is complete
 *
 * Sends what is left of the answer, as far as there is room; when all is out,
 * goes on to the next request or to the end.
 */
void
mcp_http_connection_flush_exchange (McpHttpConnection *self)
{
  gsize n_queued = mcp_http_wire_get_queued (&self->wire);
  gboolean flushed = mcp_http_wire_flush (&self->wire);

  if (self->wire.broken)
    {
      mcp_http_connection_close (self);
      return;
    }
  if (flushed)
    {
      finish_exchange (self);
      return;
    }

  if (self->state != MCP_HTTP_CONNECTION_STATE_FLUSH ||
      mcp_http_wire_get_queued (&self->wire) < n_queued)
    self->deadline_us = mcp_http_seconds_from_now (stall_seconds (self));
  self->state = MCP_HTTP_CONNECTION_STATE_FLUSH;
  mcp_http_connection_update (self);
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
  if (self->wire.broken || self->state != MCP_HTTP_CONNECTION_STATE_EXCHANGE)
    return FALSE;

  self->wants_write = TRUE;
  if (self->deadline_us == 0)
    self->deadline_us = mcp_http_seconds_from_now (stall_seconds (self));
  mcp_http_connection_update (self);
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
    mcp_http_poller_watch_defer (self->watch);
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
  if (self->state != MCP_HTTP_CONNECTION_STATE_EXCHANGE)
    return;

  self->exchange_over = TRUE;
  self->exchange_complete = complete;
  self->keep_alive = keep_alive;
  mcp_http_poller_watch_defer (self->watch);
}

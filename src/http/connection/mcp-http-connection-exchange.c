/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A connection's way through one request: reading the request, handing it over, sending the
 * answer, and on to the next request.
 */
#include "mcp-http-connection-exchange-private.h"

#include "http/connection/mcp-http-connection-exchange.h"
#include "mcp-http-connection-state-private.h"

#include <string.h>
#include <sys/socket.h>

/* A client that reads nothing of its answer for so long is taken for dead. */
#define STALL_SECONDS 60

/* A client that sends many requests at once must not keep others waiting, nor fill the stack. */
#define MAX_AT_ONCE 16

/* An answer that was given while the request was handed over. */
static void
answer_at_once (McpHttpConnection *self)
{
  if (self->state != MCP_HTTP_CONNECTION_STATE_EXCHANGE || self->exchange != NULL)
    return;
  if (self->is_stream_due)
    mcp_http_connection_state_end_answer (self);
  else if (self->exchange_over && self->n_at_once++ < MAX_AT_ONCE)
    mcp_http_connection_exchange_flush (self);
  else if (self->exchange_over)
    mcp_http_poller_watch_defer (self->watch);
}

static void
begin_exchange (McpHttpConnection *self)
{
  g_auto (McpRequestHead) head = { 0 };
  g_autoptr (GBytes) body = NULL;

  mcp_http_reader_take_request (self->reader, &head, &body);
  self->is_head_method = strcmp (head.method, "HEAD") == 0;
  self->wants_close = head.wants_close;

  self->state = MCP_HTTP_CONNECTION_STATE_EXCHANGE;
  self->deadline_us = 0;
  self->exchange_over = self->exchange_complete = self->keep_alive = FALSE;
  /* The poller goes on watching for input until some comes: most clients send none before the
   * answer. */
  self->input_paused = FALSE;
  if (self->wire.eof || self->half_closed)
    mcp_http_connection_state_note_half_close (self);
  else if (mcp_http_wire_has_input (&self->wire))
    mcp_http_connection_state_pause_input (self);
  else
    mcp_http_connection_state_update (self);

  if (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE)
    {
      self->is_handing_over = TRUE;
      self->setup->hooks->request (self, &head, body, self->setup->owner);
      self->is_handing_over = FALSE;
      answer_at_once (self);
    }
}

static void
begin_body (McpHttpConnection *self)
{
  static const char proceed[] = "HTTP/1.1 100 Continue\r\n\r\n";

  self->state = MCP_HTTP_CONNECTION_STATE_BODY;
  self->deadline_us =
      mcp_http_connection_state_seconds_from_now (self->setup->limits->body_seconds);

  /* RFC 9110 section 10.1.1: left out when the body is on its way already */
  if (self->reader->head.expects_continue && self->reader->body.n_decoded == 0)
    {
      mcp_http_wire_queue (&self->wire, proceed, strlen (proceed));
      mcp_http_wire_flush (&self->wire);
    }
}

/**
 * mcp_http_connection_exchange_process_input:
 * @self: a connection that reads a request
 *
 * Something arrived, the end of all input perhaps.
 */
void
mcp_http_connection_exchange_process_input (McpHttpConnection *self)
{
  McpHttpReject reject = { 0 };
  McpHttpReadState read =
      mcp_http_reader_read (self->reader, &self->wire, self->setup->limits, self->port, &reject);

  if (read == MCP_HTTP_READ_NOTHING && self->wire.eof)
    {
      mcp_http_connection_state_close (self);
      return;
    }
  if (read != MCP_HTTP_READ_NOTHING && self->idle)
    {
      mcp_http_connection_state_set_idle (self, FALSE);
      self->deadline_us =
          mcp_http_connection_state_seconds_from_now (self->setup->limits->head_seconds);
    }

  if (read == MCP_HTTP_READ_COMPLETE)
    begin_exchange (self);
  else if (read == MCP_HTTP_READ_REFUSED)
    mcp_http_connection_state_refuse (self, &reject);
  else if (self->wire.eof)
    mcp_http_connection_state_refuse (self, &(McpHttpReject){ 400, "The request ended early" });
  else
    {
      if (read == MCP_HTTP_READ_BODY && self->state == MCP_HTTP_CONNECTION_STATE_HEAD)
        begin_body (self);
      mcp_http_connection_state_update (self);
    }
}

/* The answer is out: the next request, or the end. */
static void
finish_exchange (McpHttpConnection *self)
{
  self->deadline_us = 0;
  self->ask_us = 0;
  self->exchange_over = FALSE;
  mcp_http_connection_state_end_answer (self);
  if (!self->keep_alive || self->draining)
    {
      mcp_http_connection_state_linger (self, MCP_HTTP_LINGER_BYTES, MCP_HTTP_LINGER_US);
      return;
    }

  self->state = MCP_HTTP_CONNECTION_STATE_HEAD;
  self->input_paused = FALSE;
  if (mcp_http_wire_has_input (&self->wire) || self->wire.eof)
    {
      self->deadline_us =
          mcp_http_connection_state_seconds_from_now (self->setup->limits->head_seconds);
      mcp_http_connection_exchange_process_input (self);
    }
  else
    {
      self->deadline_us =
          mcp_http_connection_state_seconds_from_now (self->setup->limits->keep_alive_seconds);
      mcp_http_connection_state_set_idle (self, TRUE);
      mcp_http_connection_state_update (self);
    }
}

static guint
stall_seconds (McpHttpConnection *self)
{
  return self->setup->stall_seconds != 0 ? self->setup->stall_seconds : STALL_SECONDS;
}

static gsize
count_unsent (McpHttpConnection *self)
{
  gsize n_rest = self->rest != NULL ? g_bytes_get_size (self->rest) - self->rest_start : 0;

  return mcp_http_wire_get_queued (&self->wire) + n_rest;
}

/* What is queued and the body behind it go out in one system call. Returns: whether all is out */
static gboolean
send_unsent (McpHttpConnection *self)
{
  const char *body;
  gsize size;
  gssize n_sent;

  if (self->rest == NULL)
    return mcp_http_wire_flush (&self->wire);
  body = g_bytes_get_data (self->rest, &size);
  n_sent = mcp_http_wire_send (&self->wire, body + self->rest_start, size - self->rest_start);
  if (n_sent > 0)
    self->rest_start += (gsize) n_sent;
  if (self->rest_start == size)
    g_clear_pointer (&self->rest, g_bytes_unref);
  return self->rest == NULL && mcp_http_wire_get_queued (&self->wire) == 0;
}

/**
 * mcp_http_connection_exchange_flush:
 * @self: a connection whose answer is complete
 *
 * Sends what is left of the answer, as far as there is room; when all is out,
 * goes on to the next request or to the end.
 */
void
mcp_http_connection_exchange_flush (McpHttpConnection *self)
{
  gsize n_unsent = count_unsent (self);
  gboolean flushed = send_unsent (self);

  if (self->wire.broken)
    {
      mcp_http_connection_state_close (self);
      return;
    }
  if (flushed)
    {
      finish_exchange (self);
      return;
    }

  if (self->state != MCP_HTTP_CONNECTION_STATE_FLUSH || count_unsent (self) < n_unsent)
    self->deadline_us = mcp_http_connection_state_seconds_from_now (stall_seconds (self));
  self->state = MCP_HTTP_CONNECTION_STATE_FLUSH;
  mcp_http_connection_state_update (self);
}

static gboolean
wait_for_room (gpointer owner)
{
  McpHttpConnection *self = owner;

  if (self->wire.broken || self->state != MCP_HTTP_CONNECTION_STATE_EXCHANGE)
    return FALSE;

  self->wants_write = TRUE;
  if (self->deadline_us == 0)
    self->deadline_us = mcp_http_connection_state_seconds_from_now (stall_seconds (self));
  mcp_http_connection_state_update (self);
  return TRUE;
}

/* The time for which the client may stall begins again with each byte that it takes. */
static void
wrote (gpointer owner, gboolean progress)
{
  McpHttpConnection *self = owner;

  if (self->watch != NULL && self->wire.broken)
    mcp_http_poller_watch_defer (self->watch);
  else if (progress)
    self->deadline_us = 0;
}

/* libsoup calls this, so what follows has to wait for the main loop. */
static void
ended (gpointer owner, gboolean complete, gboolean keep_alive)
{
  McpHttpConnection *self = owner;

  self->exchange = NULL;
  if (self->state != MCP_HTTP_CONNECTION_STATE_EXCHANGE)
    return;

  self->exchange_over = TRUE;
  self->exchange_complete = complete;
  self->keep_alive = keep_alive;
  mcp_http_poller_watch_defer (self->watch);
}

/**
 * mcp_http_connection_exchange_open:
 * @self: a connection that just handed over a request
 * @head: the request's head in canonical form
 * @body: the request's body, decoded
 *
 * Makes a stream for libsoup: the request can be read from it, and the answer is written to it.
 * Closing the stream ends the exchange. The caller closes the stream in the end.
 *
 * Returns: (transfer full): the stream
 */
GIOStream *
mcp_http_connection_exchange_open (McpHttpConnection *self, GBytes *head, GBytes *body)
{
  static const McpExchangeFuncs funcs = {
    .wait_for_room = wait_for_room,
    .wrote = wrote,
    .ended = ended,
  };
  const McpExchangeRequest request = {
    .head = head,
    .body = body,
    .is_head_method = self->is_head_method,
    .close = self->wants_close || self->draining,
  };

  g_return_val_if_fail (MCP_IS_HTTP_CONNECTION (self), NULL);
  g_return_val_if_fail (self->exchange == NULL, NULL);

  self->exchange = mcp_exchange_stream_new (&self->wire, &request, &funcs, self);
  return G_IO_STREAM (self->exchange);
}

/* RFC 9112 section 9.6; @head: (transfer full) */
static void
queue_head (McpHttpConnection *self, GString *head)
{
  if (!self->keep_alive)
    g_string_append (head, "Connection: close\r\n");
  g_string_append (head, "\r\n");
  mcp_http_wire_take (&self->wire, head);
}

/* Whoever gives an answer later may be anywhere: another request waits for the main loop. */
static void
answer_later (McpHttpConnection *self)
{
  if (mcp_http_wire_has_input (&self->wire) || self->wire.eof || !self->keep_alive)
    mcp_http_poller_watch_defer (self->watch);
  else
    mcp_http_connection_exchange_flush (self);
}

/**
 * mcp_http_connection_exchange_reply:
 * @self: a connection whose request is being answered, without a stream for libsoup
 * @head: (transfer full): the status line and the header fields; the field Connection and the empty
 *   line are added
 * @body: (nullable): the body, left out where the request is a HEAD
 * @sent: called once, when the answer is in the socket or the connection closed
 * @user_data: for @sent
 *
 * Answers the request. Sends at once what the socket takes. @sent may be called before this
 * returns.
 */
void
mcp_http_connection_exchange_reply (McpHttpConnection *self,
                                    GString *head,
                                    GBytes *body,
                                    McpHttpSentFunc sent,
                                    gpointer user_data)
{
  g_autoptr (McpHttpConnection) guard = g_object_ref (self);

  if (self->state != MCP_HTTP_CONNECTION_STATE_EXCHANGE)
    {
      g_string_free (head, TRUE);
      sent (user_data);
      return;
    }
  g_return_if_fail (self->exchange == NULL && self->sent == NULL);

  self->keep_alive = !self->wants_close && !self->draining;
  self->exchange_over = self->exchange_complete = TRUE;
  self->sent = sent;
  self->sent_data = user_data;
  queue_head (self, head);
  if (body != NULL && !self->is_head_method && g_bytes_get_size (body) > 0)
    self->rest = g_bytes_ref (body);
  self->rest_start = 0;
  if (!self->is_handing_over)
    answer_later (self);
}

/**
 * mcp_http_connection_exchange_stream:
 * @self: a connection whose request is being answered, without a stream for libsoup
 * @head: (transfer full): the status line and the header fields; the field Connection and the empty
 *   line are added
 * @sent: called once, from the main loop, when the head may be sent by
 *   mcp_http_connection_stream_begin(), or the connection closed
 * @user_data: for @sent
 *
 * Answers the request with the head of an event stream.
 */
void
mcp_http_connection_exchange_stream (McpHttpConnection *self,
                                     GString *head,
                                     McpHttpSentFunc sent,
                                     gpointer user_data)
{
  g_return_if_fail (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE && self->sent == NULL);

  self->keep_alive = FALSE;
  self->sent = sent;
  self->sent_data = user_data;
  self->is_stream_due = TRUE;
  queue_head (self, head);
  if (!self->is_handing_over)
    mcp_http_poller_watch_defer (self->watch);
}

/**
 * mcp_http_connection_exchange_forget:
 * @self: a connection
 *
 * Nobody wants to know any more when the present answer is sent.
 */
void
mcp_http_connection_exchange_forget (McpHttpConnection *self)
{
  self->sent = NULL;
  self->is_stream_due = FALSE;
}

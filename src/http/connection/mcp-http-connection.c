/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One accepted socket, from its first byte to its close: what the poller reports of it, and what
 * its owner and the routes may ask. mcp-http-connection-state.c has the states.
 *
 * One request at a time is handed over, and nobody else sees the socket. While the request is
 * being answered, nothing is read here: the kernel holds back a client that keeps sending.
 */
#include "http/connection/mcp-http-connection.h"

#include "mcp-http-connection-exchange-private.h"
#include "mcp-http-connection-setup-private.h"
#include "mcp-http-connection-state-private.h"

/* One read. */
#define READ_BYTES (32 * 1024)

static void
on_deferred (McpHttpConnection *self)
{
  self->n_at_once = 0;
  if (self->wire.broken)
    mcp_http_connection_state_lose (self);
  else if (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE && self->is_stream_due)
    mcp_http_connection_state_end_answer (self);
  else if (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE && self->exchange_over &&
           self->exchange_complete)
    mcp_http_connection_exchange_flush (self);
  else if (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE && self->exchange_over)
    mcp_http_connection_state_close (self);
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
        mcp_http_connection_state_close (self);
      else
        mcp_http_connection_state_update (self);
      return;
    }

  if (self->wire.broken)
    {
      mcp_http_connection_state_lose (self);
      return;
    }
  /* A client that keeps sending is held back by its own socket; its event stream goes on. */
  if (self->wire.eof && !self->half_closed)
    mcp_http_connection_state_note_half_close (self);
  else if (self->n_discard == 0)
    mcp_http_connection_state_pause_input (self);
  else
    mcp_http_connection_state_update (self);
}

static gboolean
awaits_request (McpHttpConnection *self)
{
  return self->state == MCP_HTTP_CONNECTION_STATE_HEAD ||
         self->state == MCP_HTTP_CONNECTION_STATE_BODY;
}

/* Returns: whether there was something to read */
static gboolean
read_request (McpHttpConnection *self)
{
  char buffer[READ_BYTES];
  gsize n_read = (gsize) mcp_http_wire_read (&self->wire, buffer, sizeof buffer);

  if (self->wire.broken)
    {
      mcp_http_connection_state_close (self);
      return FALSE;
    }
  mcp_http_wire_lend (&self->wire, buffer, n_read);
  if (n_read > 0 || self->wire.eof)
    mcp_http_connection_exchange_process_input (self);
  mcp_http_wire_keep_lent (&self->wire);
  return n_read > 0;
}

static void
on_readable (McpHttpConnection *self)
{
  self->n_at_once = 0;
  switch (self->state)
    {
    case MCP_HTTP_CONNECTION_STATE_HEAD:
    case MCP_HTTP_CONNECTION_STATE_BODY:
      read_request (self);
      break;
    case MCP_HTTP_CONNECTION_STATE_EXCHANGE:
      mcp_http_connection_state_pause_input (self);
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
      mcp_http_connection_state_update (self);
      if (self->exchange != NULL)
        mcp_exchange_stream_wake (self->exchange);
      break;
    case MCP_HTTP_CONNECTION_STATE_FLUSH:
      mcp_http_connection_exchange_flush (self);
      break;
    case MCP_HTTP_CONNECTION_STATE_STREAM:
      self->writable_func = NULL;
      mcp_http_connection_state_update (self);
      if (writable_func != NULL)
        writable_func (self, self->writable_data);
      break;
    case MCP_HTTP_CONNECTION_STATE_LINGER:
      mcp_http_connection_state_linger (self, self->n_discard,
                                        self->deadline_us - g_get_monotonic_time ());
      break;
    case MCP_HTTP_CONNECTION_STATE_HEAD:
    case MCP_HTTP_CONNECTION_STATE_BODY:
      mcp_http_wire_flush (&self->wire);
      mcp_http_connection_state_update (self);
      break;
    case MCP_HTTP_CONNECTION_STATE_CLOSED:
      break;
    }
}

/* A daemon that is late has not looked into the socket yet: what lies there came in time. */
static void
read_what_came (McpHttpConnection *self)
{
  self->n_at_once = 0;
  while (awaits_request (self) && read_request (self))
    ;
}

static void
on_timeout (McpHttpConnection *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->deadline_us != 0 && self->deadline_us <= now)
    read_what_came (self);
  if (self->deadline_us == 0 || self->deadline_us > now)
    {
      mcp_http_connection_state_check_peer (self, now);
      return;
    }

  self->deadline_us = 0;
  if (self->state == MCP_HTTP_CONNECTION_STATE_HEAD && mcp_http_wire_has_input (&self->wire))
    mcp_http_connection_state_refuse (
        self, &(McpHttpReject){ 408, "The request's head did not arrive in time" });
  else if (self->state == MCP_HTTP_CONNECTION_STATE_BODY)
    mcp_http_connection_state_refuse (
        self, &(McpHttpReject){ 408, "The request's body did not arrive in time" });
  else if (self->state == MCP_HTTP_CONNECTION_STATE_EXCHANGE)
    mcp_http_connection_state_lose (self);
  else
    mcp_http_connection_state_close (self);
}

static void
on_ready (McpHttpReady ready, gpointer user_data)
{
  g_autoptr (McpHttpConnection) self = g_object_ref (user_data);

  if (ready & MCP_HTTP_READY_HUP)
    {
      mcp_http_connection_state_lose (self);
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
    mcp_http_connection_state_note_half_close (self);
  if (ready & MCP_HTTP_READY_TIMEOUT)
    on_timeout (self);
}

static McpHttpConnection *
connection_new (int fd, const McpHttpConnectionSetup *setup, const McpHttpConnectionOrigin *origin)
{
  McpHttpConnection *self = g_object_new (MCP_TYPE_HTTP_CONNECTION, NULL);

  self->setup = setup;
  self->port = origin->port;
  self->process = mcp_peer_process_new (&origin->peer, setup->search);
  self->reader = g_new0 (McpHttpReader, 1);
  mcp_http_wire_init (&self->wire, fd);
  self->wire.counters = setup->counters;
  self->watch = mcp_http_poller_watch (setup->poller, fd, MCP_HTTP_READY_IN | MCP_HTTP_READY_RDHUP,
                                       on_ready, self);
  return self;
}

/**
 * mcp_http_connection_new:
 * @fd: (transfer full): an accepted, non-blocking socket whose peer was admitted
 * @setup: outlives the socket
 * @origin: where the client comes from
 *
 * Begins to wait for a request.
 *
 * Returns: (transfer full): the connection
 */
McpHttpConnection *
mcp_http_connection_new (int fd,
                         const McpHttpConnectionSetup *setup,
                         const McpHttpConnectionOrigin *origin)
{
  McpHttpConnection *self = connection_new (fd, setup, origin);

  self->deadline_us = mcp_http_connection_state_seconds_from_now (setup->limits->head_seconds);
  mcp_http_connection_state_update (self);
  return self;
}

/**
 * mcp_http_connection_new_refused:
 * @fd: (transfer full): an accepted, non-blocking socket
 * @setup: outlives the socket
 * @origin: where the client comes from
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
                                 const McpHttpConnectionOrigin *origin,
                                 guint status,
                                 const char *message)
{
  McpHttpConnection *self = connection_new (fd, setup, origin);

  mcp_http_connection_state_refuse (self, &(McpHttpReject){ status, message });
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
    mcp_http_connection_state_close (self);
  else if (self->exchange != NULL)
    mcp_exchange_stream_close_after (self->exchange);
}

/**
 * mcp_http_connection_close:
 * @self: the connection
 *
 * Closes the socket at once, whatever it is used for. Nobody is told by #McpHttpPeerGoneFunc. The
 * object lives on while somebody holds it.
 */
void
mcp_http_connection_close (McpHttpConnection *self)
{
  mcp_http_connection_state_close (self);
}

/**
 * mcp_http_connection_lose:
 * @self: the connection
 *
 * Closes the socket at once, and tells by #McpHttpPeerGoneFunc where an exchange or a stream is
 * open. Not to be called from within libsoup.
 */
void
mcp_http_connection_lose (McpHttpConnection *self)
{
  mcp_http_connection_state_lose (self);
}

/**
 * mcp_http_connection_set_gone:
 * @self: the connection
 * @callback: (scope forever): what to call if the peer is gone
 * @user_data: for @callback
 *
 * Whoever uses the connection sets this until mcp_http_connection_clear_gone(); the last one who
 * does is told.
 */
void
mcp_http_connection_set_gone (McpHttpConnection *self,
                              McpHttpPeerGoneFunc callback,
                              gpointer user_data)
{
  g_return_if_fail (MCP_IS_HTTP_CONNECTION (self));

  self->gone_func = callback;
  self->gone_data = user_data;
}

/**
 * mcp_http_connection_clear_gone:
 * @self: the connection
 * @user_data: as given to mcp_http_connection_set_gone()
 *
 * Ends what was set with @user_data. Nothing happens where somebody else uses the connection by
 * now.
 */
void
mcp_http_connection_clear_gone (McpHttpConnection *self, gpointer user_data)
{
  g_return_if_fail (MCP_IS_HTTP_CONNECTION (self));

  if (self->gone_data == user_data)
    self->gone_func = NULL;
}

/**
 * mcp_http_connection_cut:
 * @self: the connection
 *
 * Gives up the connection, whatever it is used for: nothing is read or written any more, and the
 * socket is closed from the main loop, as by mcp_http_connection_lose(). May be called from within
 * libsoup.
 */
void
mcp_http_connection_cut (McpHttpConnection *self)
{
  g_return_if_fail (MCP_IS_HTTP_CONNECTION (self));

  if (self->watch == NULL)
    return;

  self->wire.broken = TRUE;
  mcp_http_poller_watch_defer (self->watch);
}

/**
 * mcp_http_connection_is_closed:
 * @self: the connection
 *
 * Returns: whether the socket is closed
 */
gboolean
mcp_http_connection_is_closed (McpHttpConnection *self)
{
  return self->state == MCP_HTTP_CONNECTION_STATE_CLOSED;
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
 * mcp_http_connection_is_unix:
 * @self: the connection
 *
 * Returns: whether it came by the Unix socket
 */
gboolean
mcp_http_connection_is_unix (McpHttpConnection *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_CONNECTION (self), FALSE);

  return self->port == 0;
}

/**
 * mcp_http_connection_get_process:
 * @self: the connection
 *
 * Returns: (transfer none): the process that connected, for whoever may ask for it, also when the
 *   connection is no more
 */
McpPeerProcess *
mcp_http_connection_get_process (McpHttpConnection *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_CONNECTION (self), NULL);

  return self->process;
}

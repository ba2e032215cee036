/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/wire/mcp-http-wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Copying is the sender's work, and on loopback the receiver's queue as well: a quick reader could
 * have all of a long answer copied in one call, in which nobody else is served. */
#define MAX_SEND_BYTES (512 * 1024)

/**
 * mcp_http_wire_init:
 * @self: (out caller-allocates): the wire
 * @fd: a connected, non-blocking socket; becomes the wire's
 *
 * Begins with empty buffers.
 */
void
mcp_http_wire_init (McpHttpWire *self, int fd)
{
  *self = (McpHttpWire){ .fd = fd };
}

static void
drop_output (McpHttpWire *self)
{
  if (self->out != NULL)
    g_string_free (g_steal_pointer (&self->out), TRUE);
  self->out_start = 0;
}

/**
 * mcp_http_wire_clear:
 * @self: a wire, or one cleared before
 *
 * Closes the socket and drops what the buffers hold.
 */
void
mcp_http_wire_clear (McpHttpWire *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  mcp_http_wire_drop_input (self);
  drop_output (self);
  self->broken = TRUE;
}

static gboolean
is_transient (int error_number)
{
  return error_number == EAGAIN || error_number == EINTR;
}

/**
 * mcp_http_wire_read:
 * @self: the wire
 * @buffer: (out caller-allocates) (array length=size): where the bytes go
 * @size: of @buffer, in bytes, not 0
 *
 * Reads from the socket itself, past the buffer of unused bytes. Does not block.
 *
 * Returns: the number of bytes; 0: none now, or `eof` or `broken` is set
 */
gssize
mcp_http_wire_read (McpHttpWire *self, char *buffer, gsize size)
{
  gssize n_read;

  if (self->eof || self->broken)
    return 0;

  n_read = recv (self->fd, buffer, size, MSG_DONTWAIT);
  if (n_read == 0)
    self->eof = TRUE;
  else if (n_read < 0 && !is_transient (errno))
    self->broken = TRUE;
  else if (n_read > 0 && self->counters != NULL)
    self->counters->bytes_in += (guint64) n_read;

  return MAX (n_read, 0);
}

/* Keeps bytes for later, behind those kept before. */
static void
keep (McpHttpWire *self, const char *data, gsize length)
{
  if (length == 0)
    return;
  if (self->in == NULL)
    self->in = g_byte_array_new ();

  /* Moves the bytes only when that frees half of the buffer, so that many small requests cost no
   * more than a few. */
  if (self->in_start > self->in->len / 2)
    {
      g_byte_array_remove_range (self->in, 0, (guint) self->in_start);
      self->in_start = 0;
    }
  g_byte_array_append (self->in, (const guint8 *) data, (guint) length);
}

/**
 * mcp_http_wire_lend:
 * @self: the wire
 * @data: (scope call): what was read; valid until mcp_http_wire_keep_lent()
 * @length: how much
 *
 * Adds to the unused bytes. Most requests come in one piece, and are not copied then.
 */
void
mcp_http_wire_lend (McpHttpWire *self, const char *data, gsize length)
{
  if (self->in != NULL)
    {
      keep (self, data, length);
      return;
    }
  self->lent = data;
  self->n_lent = length;
}

/**
 * mcp_http_wire_keep_lent:
 * @self: the wire
 *
 * Keeps what is left of the bytes of mcp_http_wire_lend(), which may end after this.
 */
void
mcp_http_wire_keep_lent (McpHttpWire *self)
{
  keep (self, self->lent, self->n_lent);
  self->lent = NULL;
  self->n_lent = 0;
}

/**
 * mcp_http_wire_peek:
 * @self: the wire
 * @length: (out): how many
 *
 * Shows the unused bytes; valid until the next call on the wire.
 *
 * Returns: (transfer none) (nullable): the first; %NULL: there are none
 */
const char *
mcp_http_wire_peek (McpHttpWire *self, gsize *length)
{
  *length = self->in != NULL ? self->in->len - self->in_start : self->n_lent;
  if (self->n_lent > 0)
    return self->lent;

  return *length > 0 ? (const char *) self->in->data + self->in_start : NULL;
}

/**
 * mcp_http_wire_consume:
 * @self: the wire
 * @length: at most what mcp_http_wire_peek() showed
 *
 * Drops bytes from the front of the unused ones.
 */
void
mcp_http_wire_consume (McpHttpWire *self, gsize length)
{
  if (length == 0)
    return;
  if (self->n_lent > 0)
    {
      self->lent += length;
      self->n_lent -= length;
      return;
    }

  self->in_start += length;
  if (self->in_start >= self->in->len)
    mcp_http_wire_drop_input (self);
}

/**
 * mcp_http_wire_has_input:
 * @self: the wire
 *
 * Returns: whether there are unused bytes
 */
gboolean
mcp_http_wire_has_input (McpHttpWire *self)
{
  return self->in != NULL || self->n_lent > 0;
}

/**
 * mcp_http_wire_drop_input:
 * @self: the wire
 *
 * Drops all unused bytes.
 */
void
mcp_http_wire_drop_input (McpHttpWire *self)
{
  g_clear_pointer (&self->in, g_byte_array_unref);
  self->in_start = 0;
  self->lent = NULL;
  self->n_lent = 0;
}

/**
 * mcp_http_wire_get_queued:
 * @self: the wire
 *
 * Returns: how many bytes wait for room in the socket
 */
gsize
mcp_http_wire_get_queued (McpHttpWire *self)
{
  return self->out != NULL ? self->out->len - self->out_start : 0;
}

/**
 * mcp_http_wire_queue:
 * @self: the wire
 * @data: bytes
 * @length: how many
 *
 * Adds to what goes out next, without sending yet.
 */
void
mcp_http_wire_queue (McpHttpWire *self, gconstpointer data, gsize length)
{
  if (length == 0 || self->broken)
    return;
  if (self->out == NULL)
    self->out = g_string_sized_new (length);

  g_string_append_len (self->out, data, (gssize) length);
}

/**
 * mcp_http_wire_take:
 * @self: the wire
 * @data: (transfer full): bytes
 *
 * As mcp_http_wire_queue(), in most cases without a copy.
 */
void
mcp_http_wire_take (McpHttpWire *self, GString *data)
{
  if (self->out == NULL && !self->broken)
    {
      self->out = data;
      return;
    }
  mcp_http_wire_queue (self, data->str, data->len);
  g_string_free (data, TRUE);
}

/**
 * mcp_http_wire_send:
 * @self: the wire
 * @data: bytes
 * @length: how many
 *
 * Sends what is queued and then @data, in one system call and at most 512 KiB. Does not block, and
 * keeps nothing of @data.
 *
 * Returns: how many bytes of @data went out; 0: no room now; -1: the connection is broken
 */
gssize
mcp_http_wire_send (McpHttpWire *self, gconstpointer data, gsize length)
{
  gsize n_queued = mcp_http_wire_get_queued (self);
  gsize n_first = MIN (n_queued, MAX_SEND_BYTES);
  struct iovec parts[2] = { { n_queued > 0 ? self->out->str + self->out_start : NULL, n_first },
                            { (gpointer) data, MIN (length, MAX_SEND_BYTES - n_first) } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
  gssize n_sent;

  if (self->broken)
    return -1;

  n_sent = sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n_sent < 0 && is_transient (errno))
    return 0;
  if (n_sent < 0)
    {
      self->broken = TRUE;
      return -1;
    }
  if (self->counters != NULL)
    self->counters->bytes_out += (guint64) n_sent;
  if ((gsize) n_sent < n_queued)
    {
      self->out_start += (gsize) n_sent;
      return 0;
    }

  drop_output (self);
  return n_sent - (gssize) n_queued;
}

/**
 * mcp_http_wire_flush:
 * @self: the wire
 *
 * Sends what is queued, as far as there is room and at most 512 KiB.
 *
 * Returns: whether nothing is left
 */
gboolean
mcp_http_wire_flush (McpHttpWire *self)
{
  if (mcp_http_wire_get_queued (self) > 0)
    mcp_http_wire_send (self, "", 0);

  return mcp_http_wire_get_queued (self) == 0;
}

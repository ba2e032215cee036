/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The text of an event stream (WHATWG HTML, section 9.2.6), gathered so that
 * many events cost one system call. Small events are copied into one text; an
 * event that is large goes out from the bytes that all its readers share.
 */
#include "http/sse/mcp-sse-batch.h"

#include "common/mcp-decimal.h"
#include "common/mcp-json.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* A text stops growing here; with the frame that crosses the mark it stays below 64 KiB. */
#define FULL_BYTES  (47 * 1024)
/* From here on a copy costs more than one more element of the gathered write. */
#define LARGE_BYTES (16 * 1024)

static const char frame_end[] = "\n\n";

/**
 * mcp_sse_batch_init:
 * @self: uninitialised memory
 *
 * Makes an empty batch.
 */
void
mcp_sse_batch_init (McpSseBatch *self)
{
  *self = (McpSseBatch){ .text = g_string_new (NULL) };
}

/**
 * mcp_sse_batch_clear:
 * @self: a batch
 *
 * Frees what the batch holds.
 */
void
mcp_sse_batch_clear (McpSseBatch *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  *self = (McpSseBatch){ NULL };
}

/**
 * mcp_sse_batch_reset:
 * @self: a batch
 *
 * Empties the batch and keeps its memory.
 */
void
mcp_sse_batch_reset (McpSseBatch *self)
{
  g_string_truncate (self->text, 0);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->n_tail = 0;
}

/**
 * mcp_sse_batch_is_empty:
 * @self: a batch
 *
 * Returns: whether there is nothing to send
 */
gboolean
mcp_sse_batch_is_empty (const McpSseBatch *self)
{
  return self->text->len == 0 && self->body == NULL;
}

/**
 * mcp_sse_batch_is_full:
 * @self: a batch
 *
 * Returns: whether nothing more may be appended before it is sent
 */
gboolean
mcp_sse_batch_is_full (const McpSseBatch *self)
{
  return self->body != NULL || self->text->len >= FULL_BYTES;
}

/**
 * mcp_sse_batch_get_size:
 * @self: a batch
 *
 * Returns: how many bytes it comes to
 */
gsize
mcp_sse_batch_get_size (const McpSseBatch *self)
{
  return self->text->len + (self->body == NULL ? 0 : g_bytes_get_size (self->body)) + self->n_tail;
}

/**
 * mcp_sse_batch_to_bytes:
 * @self: a batch
 *
 * Returns: (transfer full): what would be sent, in one piece
 */
GBytes *
mcp_sse_batch_to_bytes (const McpSseBatch *self)
{
  GString *bytes = g_string_sized_new (mcp_sse_batch_get_size (self) + 1);

  g_string_append_len (bytes, self->text->str, (gssize) self->text->len);
  if (self->body != NULL)
    g_string_append_len (bytes, g_bytes_get_data (self->body, NULL),
                         (gssize) g_bytes_get_size (self->body));
  g_string_append_len (bytes, frame_end, (gssize) self->n_tail);

  return g_string_free_to_bytes (bytes);
}

/*
 * JSON has line ends only between its tokens, where a space means the same;
 * in a frame a line end would begin another field.
 */
static void
blank_line_ends (char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] == '\n' || text[i] == '\r')
      text[i] = ' ';
}

static gboolean
has_line_end (const char *text, gsize length)
{
  return memchr (text, '\n', length) != NULL || memchr (text, '\r', length) != NULL;
}

static GBytes *
ref_without_line_ends (GBytes *json)
{
  gsize length;
  const char *data = g_bytes_get_data (json, &length);
  char *copy;

  if (!has_line_end (data, length))
    return g_bytes_ref (json);

  copy = g_memdup2 (data, length);
  blank_line_ends (copy, length);
  return g_bytes_new_take (copy, length);
}

/**
 * mcp_sse_batch_append_event:
 * @self: a batch that is not full
 * @id: the event's id; 0: none
 * @name: (nullable): the event's name; %NULL: none, readers take it for "message"
 * @json: a JSON value in UTF-8; line ends between its tokens are allowed
 *
 * Appends one event.
 */
void
mcp_sse_batch_append_event (McpSseBatch *self, guint64 id, const char *name, GBytes *json)
{
  gsize length;
  const char *data = g_bytes_get_data (json, &length);

  g_return_if_fail (self->body == NULL);

  if (name != NULL)
    {
      g_string_append (self->text, "event: ");
      g_string_append (self->text, name);
      g_string_append_c (self->text, '\n');
    }
  if (id > 0)
    {
      g_string_append (self->text, "id: ");
      mcp_decimal_append_uint (self->text, id);
      g_string_append_c (self->text, '\n');
    }

  g_string_append (self->text, "data: ");
  if (length >= LARGE_BYTES)
    {
      self->body = ref_without_line_ends (json);
      self->n_tail = sizeof frame_end - 1;
      return;
    }

  g_string_append_len (self->text, data, (gssize) length);
  if (has_line_end (data, length))
    blank_line_ends (self->text->str + self->text->len - length, length);
  g_string_append_len (self->text, frame_end, sizeof frame_end - 1);
}

/**
 * mcp_sse_batch_append_frame:
 * @self: a batch that is not full
 * @frame: whole events, as mcp_sse_batch_append_event() writes them
 *
 * Appends events that were formatted before, once for all their readers.
 */
void
mcp_sse_batch_append_frame (McpSseBatch *self, GBytes *frame)
{
  gsize length;
  const char *data = g_bytes_get_data (frame, &length);

  g_return_if_fail (self->body == NULL);

  if (length >= LARGE_BYTES)
    self->body = g_bytes_ref (frame);
  else
    g_string_append_len (self->text, data, (gssize) length);
}

/**
 * mcp_sse_batch_append_lagged:
 * @self: a batch that is not full
 * @missed: how many events the reader will never see
 *
 * Appends the event that says so.
 */
void
mcp_sse_batch_append_lagged (McpSseBatch *self, guint64 missed)
{
  g_string_append (self->text, "event: lagged\ndata: {\"missed\": ");
  mcp_decimal_append_uint (self->text, missed);
  g_string_append_c (self->text, '}');
  g_string_append_len (self->text, frame_end, sizeof frame_end - 1);
}

/**
 * mcp_sse_batch_append_closed:
 * @self: a batch
 * @reason: why; UTF-8
 *
 * Appends the last event of a stream.
 */
void
mcp_sse_batch_append_closed (McpSseBatch *self, const char *reason)
{
  g_string_append (self->text, "event: closed\ndata: {\"reason\":");
  mcp_json_append_string (self->text, reason);
  g_string_append_c (self->text, '}');
  g_string_append_len (self->text, frame_end, sizeof frame_end - 1);
}

/**
 * mcp_sse_batch_append_comment:
 * @self: a batch that is not full
 *
 * Appends a comment, which readers skip; it keeps proxies and time-outs at bay.
 */
void
mcp_sse_batch_append_comment (McpSseBatch *self)
{
  g_string_append (self->text, ": keep-alive\n\n");
}

static void
add_part (struct iovec *parts, gsize *n_parts, gsize *skip, gconstpointer data, gsize length)
{
  gsize skipped = MIN (*skip, length);

  *skip -= skipped;
  if (skipped == length)
    return;

  parts[*n_parts].iov_base = (char *) data + skipped;
  parts[*n_parts].iov_len = length - skipped;
  (*n_parts)++;
}

/**
 * mcp_sse_batch_send:
 * @self: a batch
 * @offset: bytes of it that were sent before
 * @socket: where to; never waited for
 * @error: return location
 *
 * Sends what the socket takes, in one system call.
 *
 * Errors: those of #GIOErrorEnum; the peer is gone then.
 *
 * Returns: how many bytes were taken, 0 when the socket takes none now; -1 with @error set
 */
gssize
mcp_sse_batch_send (const McpSseBatch *self, gsize offset, int socket, GError **error)
{
  struct iovec parts[3];
  struct msghdr message = { .msg_iov = parts };
  gsize n_parts = 0;
  gssize sent;

  add_part (parts, &n_parts, &offset, self->text->str, self->text->len);
  if (self->body != NULL)
    add_part (parts, &n_parts, &offset, g_bytes_get_data (self->body, NULL),
              g_bytes_get_size (self->body));
  add_part (parts, &n_parts, &offset, frame_end, self->n_tail);
  message.msg_iovlen = n_parts;

  /* Not g_socket_send_message(): it asks the socket for time-outs and looks for events first. */
  do
    sent = sendmsg (socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);

  if (sent < 0)
    {
      int code = errno;

      if (code == EAGAIN || code == ENOBUFS)
        return 0;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Writing to the reader: %s",
                   g_strerror (code));
    }

  return sent;
}

/**
 * mcp_sse_batch_copy_rest:
 * @self: a batch
 * @offset: bytes of it that were sent
 * @rest: (out caller-allocates): an uninitialised batch
 *
 * Makes a batch of what was not sent; only the small frames are copied.
 */
void
mcp_sse_batch_copy_rest (const McpSseBatch *self, gsize offset, McpSseBatch *rest)
{
  gsize skipped = MIN (offset, self->text->len);

  *rest = (McpSseBatch){ .text = g_string_new_len (self->text->str + skipped,
                                                   (gssize) (self->text->len - skipped)) };
  offset -= skipped;
  if (self->body == NULL)
    return;

  skipped = MIN (offset, g_bytes_get_size (self->body));
  rest->body =
      g_bytes_new_from_bytes (self->body, skipped, g_bytes_get_size (self->body) - skipped);
  rest->n_tail = self->n_tail - (offset - skipped);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Cuts a stream of bytes into lines: MCP's stdio transport has one JSON-RPC
 * message a line. What a peer can make it hold is one line of the cap's length
 * and what was pushed since.
 */
#include "protocol/mcp-line-framer.h"

#include "common/mcp-error.h"

#include <string.h>

/* Up to this size an emptied buffer is kept for the next lines. */
#define KEEP_BYTES (64 * 1024)

struct _McpLineFramer
{
  gsize max_bytes;
  GByteArray *buffer; /* from start on: bytes not given out yet */
  gsize start;
  gsize searched; /* bytes from start on that hold no line end */
  gboolean failed;
};

/**
 * mcp_line_framer_new:
 * @max_bytes: the longest line, its end not counted
 *
 * Returns: (transfer full): a framer for one stream
 */
McpLineFramer *
mcp_line_framer_new (gsize max_bytes)
{
  McpLineFramer *self = g_new0 (McpLineFramer, 1);

  self->max_bytes = max_bytes;
  self->buffer = g_byte_array_new ();
  return self;
}

/**
 * mcp_line_framer_free:
 * @self: (transfer full): a framer
 */
void
mcp_line_framer_free (McpLineFramer *self)
{
  g_byte_array_unref (self->buffer);
  g_free (self);
}

/* Moves the rest to the front; a buffer that long lines made large is given back. */
static void
drop_consumed (McpLineFramer *self)
{
  gsize rest = self->buffer->len - self->start;

  if (self->buffer->len > KEEP_BYTES)
    {
      GByteArray *kept = g_byte_array_new ();

      g_byte_array_append (kept, self->buffer->data + self->start, (guint) rest);
      g_byte_array_unref (self->buffer);
      self->buffer = kept;
    }
  else
    {
      g_byte_array_remove_range (self->buffer, 0, (guint) self->start);
    }
  self->start = 0;
}

/* A huge line that is most of the buffer takes it along, and is never held twice. */
static GBytes *
steal_line (McpLineFramer *self, gsize length)
{
  GByteArray *kept = g_byte_array_new ();
  guint8 *line;

  g_byte_array_append (kept, self->buffer->data + self->start,
                       (guint) (self->buffer->len - self->start));
  line = g_byte_array_steal (self->buffer, NULL);
  g_byte_array_unref (self->buffer);
  self->buffer = kept;
  self->start = 0;
  return g_bytes_new_take (g_realloc (line, length), length);
}

/* At the line's first byte; behind it and its end is where the rest starts. */
static GBytes *
take_line (McpLineFramer *self, gsize length, gsize length_with_end)
{
  gsize first = self->start;

  self->start += length_with_end;
  self->searched = 0;
  if (first == 0 && length > KEEP_BYTES && self->buffer->len - self->start <= length)
    return steal_line (self, length);
  return g_bytes_new (self->buffer->data + first, length);
}

/**
 * mcp_line_framer_push:
 * @self: a framer
 * @data: (array length=length): the next bytes of the stream
 * @length: of @data
 *
 * Adds bytes. After a line was too long, they are dropped. The caller takes all
 * lines by mcp_line_framer_next(), until it gives none, before it pushes more.
 */
void
mcp_line_framer_push (McpLineFramer *self, const char *data, gsize length)
{
  if (self->failed || length == 0)
    return;
  g_byte_array_append (self->buffer, (const guint8 *) data, (guint) length);
}

static gboolean
fail_too_long (McpLineFramer *self, GError **error)
{
  self->failed = TRUE;
  self->start = self->buffer->len;
  drop_consumed (self);
  g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
               "A line is longer than %" G_GSIZE_FORMAT " bytes", self->max_bytes);
  return FALSE;
}

/* Where the line that starts the rest ends; NULL: not in what was pushed. */
static const guint8 *
find_line_end (McpLineFramer *self)
{
  gsize from = self->start + self->searched;

  if (from >= self->buffer->len)
    return NULL;
  return memchr (self->buffer->data + from, '\n', self->buffer->len - from);
}

/**
 * mcp_line_framer_next:
 * @self: a framer
 * @error: return location
 *
 * Takes the next whole line; its end, "\n" or "\r\n", is not part of it, and empty
 * lines are passed over.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED when a line is longer than the cap; it stays
 * so, since where the next line begins is no longer known.
 *
 * Returns: (transfer full) (nullable): the line, or %NULL with @error unset where
 *   more bytes are needed
 */
GBytes *
mcp_line_framer_next (McpLineFramer *self, GError **error)
{
  while (!self->failed)
    {
      gsize rest = self->buffer->len - self->start;
      const guint8 *end = find_line_end (self);
      gsize whole = end != NULL ? (gsize) (end - self->buffer->data) - self->start : rest;
      gsize length = whole;

      if (end != NULL && length > 0 && end[-1] == '\r')
        length--;
      /* Of an unfinished line the last byte may turn out to be half of its end. */
      if (length > self->max_bytes + (end == NULL ? 1 : 0))
        break;
      if (end == NULL)
        {
          self->searched = rest;
          if (self->start > 0)
            drop_consumed (self);
          return NULL;
        }

      if (length > 0)
        return take_line (self, length, whole + 1);
      self->start += whole + 1;
      self->searched = 0;
    }
  fail_too_long (self, error);
  return NULL;
}

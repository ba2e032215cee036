/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Cuts a stream of bytes into lines: MCP's stdio transport has one JSON-RPC
 * message a line. What a peer can make it hold is one line of the cap's length
 * and what was pushed since.
 */
#include "protocol/mcp-line-framer.h"

#include "common/mcp-error.h"
#include "common/mcp-huge-pages.h"

#include <string.h>

/* Up to this size an emptied buffer is kept for the next lines. */
#define KEEP_BYTES ((gsize) 64 * 1024)
/* Of a new buffer. */
#define MIN_BYTES  ((gsize) 256)
/* From this size on a line will probably be longer by far. */
#define LONG_BYTES ((gsize) 1024 * 1024)

struct _McpLineFramer
{
  gsize max_bytes;
  char *buffer; /* (owned) (nullable) */
  gsize length; /* of what is in the buffer; from start on: bytes not given out yet */
  gsize capacity;
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
  return self;
}

/**
 * mcp_line_framer_free:
 * @self: (transfer full): a framer
 */
void
mcp_line_framer_free (McpLineFramer *self)
{
  g_free (self->buffer);
  g_free (self);
}

static void
set_capacity (McpLineFramer *self, gsize capacity)
{
  self->buffer = g_realloc (self->buffer, capacity);
  self->capacity = capacity;
}

/* What the longest line needs, and what may be read behind it. Memory that nothing was written to
 * costs nothing; a buffer that grows may have to be moved, which takes longer the longer it is. A
 * kernel that counts all memory that was asked for may refuse so much. */
static gboolean
make_long (McpLineFramer *self, gsize needed)
{
  gsize capacity = MAX (MAX (needed, 2 * self->capacity), self->max_bytes + LONG_BYTES);
  char *longer = g_try_realloc (self->buffer, capacity);

  if (longer == NULL)
    return FALSE;
  self->buffer = longer;
  self->capacity = capacity;
  mcp_huge_pages_advise (longer, capacity);
  return TRUE;
}

static void
make_room (McpLineFramer *self, gsize length)
{
  gsize needed = self->length + length;

  if (needed <= self->capacity || (self->length > LONG_BYTES && make_long (self, needed)))
    return;
  set_capacity (self, MAX (MAX (needed, 2 * self->capacity), MIN_BYTES));
}

/* The rest begins another buffer. Returns: (transfer full): the one before */
static char *
renew_buffer (McpLineFramer *self)
{
  char *old = g_steal_pointer (&self->buffer);
  gsize rest = self->length - self->start;

  self->length = self->capacity = 0;
  make_room (self, rest);
  if (rest > 0)
    memcpy (self->buffer, old + self->start, rest);
  self->length = rest;
  self->start = 0;
  return old;
}

/* Moves the rest to the front; a buffer that long lines made large is given back. */
static void
drop_consumed (McpLineFramer *self)
{
  if (self->length > KEEP_BYTES)
    {
      g_free (renew_buffer (self));
      return;
    }
  self->length -= self->start;
  memmove (self->buffer, self->buffer + self->start, self->length);
  self->start = 0;
}

/* A huge line that is most of the buffer takes it along, and is never held twice. */
static GBytes *
steal_line (McpLineFramer *self, gsize length)
{
  return g_bytes_new_take (g_realloc (renew_buffer (self), length), length);
}

/* At the line's first byte; behind it and its end is where the rest starts. */
static GBytes *
take_line (McpLineFramer *self, gsize length, gsize length_with_end)
{
  gsize first = self->start;

  self->start += length_with_end;
  self->searched = 0;
  if (first == 0 && length > KEEP_BYTES && self->length - self->start <= length)
    return steal_line (self, length);
  return g_bytes_new (self->buffer + first, length);
}

/**
 * mcp_line_framer_reserve:
 * @self: a framer
 * @length: how many bytes may come next
 *
 * Makes room for the next bytes of the stream, so that they can be read to where they stay. The
 * caller takes all lines by mcp_line_framer_next(), until it gives none, before it asks for more
 * room.
 *
 * Returns: (array length=length): the room; valid until the next call on the framer
 */
char *
mcp_line_framer_reserve (McpLineFramer *self, gsize length)
{
  make_room (self, length);
  return self->buffer + self->length;
}

/**
 * mcp_line_framer_commit:
 * @self: a framer
 * @length: how many bytes were written to the room that mcp_line_framer_reserve() made; at most as
 *   many as there was room for
 *
 * Adds the bytes. After a line was too long, they are dropped.
 */
void
mcp_line_framer_commit (McpLineFramer *self, gsize length)
{
  if (!self->failed)
    self->length += length;
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
  memcpy (mcp_line_framer_reserve (self, length), data, length);
  mcp_line_framer_commit (self, length);
}

static gboolean
fail_too_long (McpLineFramer *self, GError **error)
{
  self->failed = TRUE;
  self->start = self->length;
  drop_consumed (self);
  g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
               "A line is longer than %" G_GSIZE_FORMAT " bytes", self->max_bytes);
  return FALSE;
}

/* Where the line that starts the rest ends; NULL: not in what was pushed. */
static const char *
find_line_end (McpLineFramer *self)
{
  gsize from = self->start + self->searched;

  if (from >= self->length)
    return NULL;
  return memchr (self->buffer + from, '\n', self->length - from);
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
      gsize rest = self->length - self->start;
      const char *end = find_line_end (self);
      gsize whole = end != NULL ? (gsize) (end - self->buffer) - self->start : rest;
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Message bodies as RFC 9112 sections 6.2 and 7.1 delimit them, read strictly:
 * chunk sizes of hex digits only, line ends of exactly CR LF; extensions and
 * trailers are bounded and dropped. No input or output here.
 */
#include "http/wire/mcp-body-decoder.h"

#include "http/wire/mcp-http-span.h"

#include <string.h>

/* A chunk size that fits 32 bits is far beyond any limit on bodies. */
#define MAX_SIZE_DIGITS     8
/* No known client sends extensions or trailers; they are dropped, up to a bound. */
#define MAX_EXTENSION_BYTES 4096
#define MAX_TRAILER_BYTES   8192
#define MAX_TRAILERS        32

enum
{
  STATE_LENGTH,
  STATE_SIZE,
  STATE_EXTENSION,
  STATE_SIZE_LF,
  STATE_DATA,
  STATE_DATA_CR,
  STATE_DATA_LF,
  STATE_TRAILER,
  STATE_TRAILER_LF,
  STATE_DONE,
  STATE_FAILED,
};

static void
init (McpBodyDecoder *self, guint state, gboolean keep)
{
  memset (self, 0, sizeof *self);
  self->state = state;
  self->keep = keep;
}

/**
 * mcp_body_decoder_init_length:
 * @self: (out caller-allocates): the decoder
 * @length: of the body in bytes; the caller has compared it with its limit
 * @keep: whether to keep the bytes, or only to find the end
 *
 * Begins a body of known length. Memory grows with what arrives, not with what is announced.
 */
void
mcp_body_decoder_init_length (McpBodyDecoder *self, guint64 length, gboolean keep)
{
  init (self, length > 0 ? STATE_LENGTH : STATE_DONE, keep);
  self->remaining = length;
  self->max_bytes = G_MAXSIZE;
}

/**
 * mcp_body_decoder_init_chunked:
 * @self: (out caller-allocates): the decoder
 * @max_bytes: of the decoded body
 * @keep: whether to keep the bytes, or only to find the end
 *
 * Begins a chunked body.
 */
void
mcp_body_decoder_init_chunked (McpBodyDecoder *self, gsize max_bytes, gboolean keep)
{
  init (self, STATE_SIZE, keep);
  self->max_bytes = max_bytes;
}

static McpBodyProgress
fail (McpBodyDecoder *self, McpHttpReject *reject, guint status, const char *message)
{
  self->state = STATE_FAILED;
  mcp_http_reject_set (reject, status, message);
  return MCP_BODY_FAILED;
}

/* Takes what it can of the body or chunk; returns how much. */
static gsize
take_data (McpBodyDecoder *self, const char *data, gsize length)
{
  gsize n = (gsize) MIN ((guint64) length, self->remaining);

  if (self->keep && self->body == NULL)
    self->body = g_byte_array_sized_new ((guint) n);
  if (self->keep)
    g_byte_array_append (self->body, (const guint8 *) data, (guint) n);
  self->n_decoded += n;
  self->remaining -= n;
  if (self->remaining == 0)
    self->state = self->state == STATE_LENGTH ? STATE_DONE : STATE_DATA_CR;

  return n;
}

static McpBodyProgress
feed_size (McpBodyDecoder *self, char c, McpHttpReject *reject)
{
  if (g_ascii_isxdigit (c) && self->n_digits < MAX_SIZE_DIGITS)
    {
      self->n_digits++;
      self->remaining = self->remaining * 16 + (guint64) g_ascii_xdigit_value (c);
    }
  else if (self->n_digits == 0 || (c != '\r' && c != ';'))
    {
      return fail (self, reject, 400, "A chunk's size is malformed");
    }
  else
    {
      if (self->remaining > self->max_bytes - self->n_decoded)
        return fail (self, reject, 413, "The body is too large");
      self->state = c == ';' ? STATE_EXTENSION : STATE_SIZE_LF;
    }

  return MCP_BODY_MORE;
}

static McpBodyProgress
feed_extension (McpBodyDecoder *self, char c, McpHttpReject *reject)
{
  if (c == '\r')
    self->state = STATE_SIZE_LF;
  else if (((guchar) c < 0x20 && c != '\t') || c == 0x7f ||
           ++self->n_extension_bytes > MAX_EXTENSION_BYTES)
    return fail (self, reject, 400, "A chunk's extension is malformed or too long");

  return MCP_BODY_MORE;
}

/* RFC 9112 section 7.1.2: trailers may be discarded; they are checked all the same */
static McpBodyProgress
end_trailer_line (McpBodyDecoder *self, McpHttpReject *reject)
{
  McpHttpField field;

  if (self->trailer == NULL || self->trailer->len == 0)
    {
      self->state = STATE_DONE;
      return MCP_BODY_DONE;
    }
  if (!mcp_http_span_parse_field ((McpHttpSpan){ self->trailer->str, self->trailer->len }, &field))
    return fail (self, reject, 400, "A trailer field is malformed");
  if (++self->n_trailers > MAX_TRAILERS)
    return fail (self, reject, 431, "There are too many trailer fields");

  g_string_truncate (self->trailer, 0);
  self->state = STATE_TRAILER;
  return MCP_BODY_MORE;
}

static McpBodyProgress
feed_trailer (McpBodyDecoder *self, char c, McpHttpReject *reject)
{
  if (c == '\r')
    {
      self->state = STATE_TRAILER_LF;
      return MCP_BODY_MORE;
    }
  if (c == '\n')
    return fail (self, reject, 400, "A trailer line does not end in CR LF");
  if (++self->n_trailer_bytes > MAX_TRAILER_BYTES)
    return fail (self, reject, 431, "The trailer fields are too long");

  if (self->trailer == NULL)
    self->trailer = g_string_new (NULL);
  g_string_append_c (self->trailer, c);
  return MCP_BODY_MORE;
}

/* One byte of the framing around the chunks' data. */
static McpBodyProgress
feed_framing (McpBodyDecoder *self, char c, McpHttpReject *reject)
{
  switch (self->state)
    {
    case STATE_SIZE:
      return feed_size (self, c, reject);
    case STATE_EXTENSION:
      return feed_extension (self, c, reject);
    case STATE_TRAILER:
      return feed_trailer (self, c, reject);
    case STATE_DATA_CR:
      if (c != '\r')
        return fail (self, reject, 400, "A chunk is longer than its size");
      self->state = STATE_DATA_LF;
      return MCP_BODY_MORE;
    default:
      break;
    }

  if (c != '\n')
    return fail (self, reject, 400, "A line of the chunked body does not end in CR LF");
  if (self->state == STATE_TRAILER_LF)
    return end_trailer_line (self, reject);

  if (self->state == STATE_SIZE_LF)
    self->state = self->remaining > 0 ? STATE_DATA : STATE_TRAILER;
  else
    self->state = STATE_SIZE;
  self->n_digits = 0;
  return MCP_BODY_MORE;
}

/**
 * mcp_body_decoder_feed:
 * @self: the decoder
 * @data: bytes from the wire
 * @length: how many
 * @n_used: (out): how many of them belong to the body; the rest is the next request's
 * @reject: (out): why not, when it failed
 *
 * Takes in what arrived, in pieces of any size.
 *
 * Returns: whether the body is complete, or wrong
 */
McpBodyProgress
mcp_body_decoder_feed (McpBodyDecoder *self,
                       const char *data,
                       gsize length,
                       gsize *n_used,
                       McpHttpReject *reject)
{
  *n_used = 0;
  if (self->state == STATE_FAILED)
    return fail (self, reject, 400, "The body is malformed");

  while (*n_used < length && self->state != STATE_DONE)
    {
      if (self->state == STATE_LENGTH || self->state == STATE_DATA)
        *n_used += take_data (self, data + *n_used, length - *n_used);
      else if (feed_framing (self, data[(*n_used)++], reject) == MCP_BODY_FAILED)
        return MCP_BODY_FAILED;
    }

  return self->state == STATE_DONE ? MCP_BODY_DONE : MCP_BODY_MORE;
}

/**
 * mcp_body_decoder_steal_body:
 * @self: a decoder that keeps its bytes
 *
 * Returns: (transfer full): the decoded body
 */
GBytes *
mcp_body_decoder_steal_body (McpBodyDecoder *self)
{
  g_return_val_if_fail (self->keep, NULL);

  self->keep = FALSE;
  if (self->body == NULL)
    return g_bytes_new_static ("", 0);
  return g_byte_array_free_to_bytes (g_steal_pointer (&self->body));
}

/**
 * mcp_body_decoder_clear:
 * @self: a decoder, or zeroes
 *
 * Frees what the decoder holds.
 */
void
mcp_body_decoder_clear (McpBodyDecoder *self)
{
  g_clear_pointer (&self->body, g_byte_array_unref);
  if (self->trailer != NULL)
    g_string_free (self->trailer, TRUE);
  memset (self, 0, sizeof *self);
}

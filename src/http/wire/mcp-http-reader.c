/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/wire/mcp-http-reader.h"

#include <string.h>

/* RFC 9112 section 2.2: an empty line before a request is passed over */
static void
skip_empty_line (McpHttpReader *self, McpHttpWire *wire)
{
  gsize length;
  const char *data = mcp_http_wire_peek (wire, &length);

  if (!self->skipped_line && length >= 2 && memcmp (data, "\r\n", 2) == 0)
    {
      mcp_http_wire_consume (wire, 2);
      self->skipped_line = TRUE;
      self->scanned = 0;
    }
}

static gboolean
begin_body (McpHttpReader *self, gsize max_bytes, McpHttpReject *reject)
{
  self->in_body = TRUE;
  switch (self->head.body_kind)
    {
    case MCP_REQUEST_BODY_NONE:
      mcp_body_decoder_init_length (&self->body, 0, TRUE);
      break;
    case MCP_REQUEST_BODY_LENGTH:
      if (self->head.content_length > max_bytes)
        return mcp_http_reject_set (reject, 413, "The body is too large");
      mcp_body_decoder_init_length (&self->body, self->head.content_length, TRUE);
      break;
    case MCP_REQUEST_BODY_CHUNKED:
      mcp_body_decoder_init_chunked (&self->body, max_bytes, TRUE);
      break;
    }

  return TRUE;
}

static McpHttpReadState
read_head (McpHttpReader *self,
           McpHttpWire *wire,
           const McpLimits *limits,
           guint16 port,
           McpHttpReject *reject)
{
  McpRequestContext context = { .is_unix = port == 0,
                                .port = port,
                                .max_bytes = limits->head_bytes,
                                .max_fields = limits->header_fields };
  const char *data;
  gsize length;
  gssize end;

  skip_empty_line (self, wire);
  data = mcp_http_wire_peek (wire, &length);
  if (data == NULL)
    return MCP_HTTP_READ_NOTHING;

  end = mcp_request_head_find_end (data, length, &self->scanned, context.max_bytes, reject);
  if (end == 0)
    return MCP_HTTP_READ_HEAD;
  if (end < 0 || !mcp_request_head_parse (data, (gsize) end, &context, &self->head, reject) ||
      !begin_body (self, limits->body_bytes, reject))
    return MCP_HTTP_READ_REFUSED;

  self->scanned = 0;
  mcp_http_wire_consume (wire, (gsize) end);
  return MCP_HTTP_READ_BODY;
}

static McpHttpReadState
read_body (McpHttpReader *self, McpHttpWire *wire, McpHttpReject *reject)
{
  gsize length, n_used;
  const char *data = mcp_http_wire_peek (wire, &length);
  McpBodyProgress progress = mcp_body_decoder_feed (&self->body, data, length, &n_used, reject);

  mcp_http_wire_consume (wire, n_used);
  switch (progress)
    {
    case MCP_BODY_MORE:
      return MCP_HTTP_READ_BODY;
    case MCP_BODY_DONE:
      return MCP_HTTP_READ_COMPLETE;
    case MCP_BODY_FAILED:
      break;
    }

  return MCP_HTTP_READ_REFUSED;
}

/**
 * mcp_http_reader_read:
 * @self: the reader
 * @wire: whose unused bytes are taken, as far as they belong to this request
 * @limits: for heads and bodies
 * @port: the TCP port that the request came by; 0: the Unix socket
 * @reject: (out): why not, when the request is refused
 *
 * Takes in what arrived. After a refusal the reader is of no more use; its head then
 * says as much as was understood.
 *
 * Returns: how far the request has come
 */
McpHttpReadState
mcp_http_reader_read (McpHttpReader *self,
                      McpHttpWire *wire,
                      const McpLimits *limits,
                      guint16 port,
                      McpHttpReject *reject)
{
  McpHttpReadState state = MCP_HTTP_READ_BODY;

  if (!self->in_body)
    state = read_head (self, wire, limits, port, reject);
  if (state == MCP_HTTP_READ_BODY)
    state = read_body (self, wire, reject);

  return state;
}

/**
 * mcp_http_reader_take_request:
 * @self: the reader of a complete request
 * @head: (out caller-allocates): the head; mcp_request_head_clear() frees what it holds
 * @body: (out): the body, decoded
 *
 * Gives the request away, and is ready for the next one.
 */
void
mcp_http_reader_take_request (McpHttpReader *self, McpRequestHead *head, GBytes **body)
{
  *body = mcp_body_decoder_steal_body (&self->body);
  *head = self->head;
  self->head = (McpRequestHead){ 0 };
  mcp_http_reader_clear (self);
}

/**
 * mcp_http_reader_clear:
 * @self: a reader
 *
 * Frees what it holds.
 */
void
mcp_http_reader_clear (McpHttpReader *self)
{
  mcp_request_head_clear (&self->head);
  mcp_body_decoder_clear (&self->body);
  memset (self, 0, sizeof *self);
}

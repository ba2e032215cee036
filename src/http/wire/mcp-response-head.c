/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The head of an answer on its way out. libsoup writes nothing of the connection, or only what is
 * true of its own stream. This file writes what is true of the client's connection, and notes how
 * the body will be delimited. Pure functions on bytes that libsoup wrote.
 */
#include "http/wire/mcp-response-head.h"

#include "http/wire/mcp-http-span.h"

#include <string.h>

static void
note_field (const McpHttpField *field, McpResponseHead *head)
{
  McpHttpSpan list = field->value, element;

  if (mcp_http_span_equal_nocase (field->name, "Content-Length"))
    {
      g_autofree char *text = g_strndup (field->value.data, field->value.length);

      head->body_kind = MCP_RESPONSE_BODY_LENGTH;
      head->content_length = g_ascii_strtoull (text, NULL, 10);
    }
  else if (mcp_http_span_equal_nocase (field->name, "Transfer-Encoding"))
    {
      head->body_kind = MCP_RESPONSE_BODY_CHUNKED;
    }
  else if (mcp_http_span_equal_nocase (field->name, "Connection"))
    {
      while (mcp_http_span_next_element (&list, &element))
        if (mcp_http_span_equal_nocase (element, "close"))
          head->closes = TRUE;
    }
}

/**
 * mcp_response_head_rewrite:
 * @data: a response head that libsoup wrote
 * @length: with the empty line at its end
 * @to_head_request: whether it answers a HEAD, and so has no body
 * @close: whether the connection will be closed afterwards in any case
 * @head: (out caller-allocates): what it says
 *
 * Makes the head that the client gets.
 *
 * Returns: (transfer full): the head with its empty line
 */
GString *
mcp_response_head_rewrite (const char *data,
                           gsize length,
                           gboolean to_head_request,
                           gboolean close,
                           McpResponseHead *head)
{
  GString *out = g_string_sized_new (length + 32);
  McpHttpSpan rest = { data, length };
  gboolean first = TRUE;

  *head = (McpResponseHead){ .body_kind = MCP_RESPONSE_BODY_UNTIL_CLOSE, .closes = close };
  while (rest.length > 2)
    {
      const char *end = memchr (rest.data, '\n', rest.length);
      gsize line_length = end != NULL ? (gsize) (end - rest.data) + 1 : rest.length;
      McpHttpSpan line = { rest.data, line_length >= 2 ? line_length - 2 : 0 };
      McpHttpField field = { 0 };
      gboolean dropped = FALSE;

      if (first && line.length >= strlen ("HTTP/1.1 200"))
        head->status = (guint) g_ascii_strtoull (line.data + strlen ("HTTP/1.1 "), NULL, 10);
      else if (mcp_http_span_parse_field (line, &field))
        note_field (&field, head);

      dropped = !first && (mcp_http_span_equal_nocase (field.name, "Connection") ||
                           mcp_http_span_equal_nocase (field.name, "Keep-Alive"));
      if (!dropped)
        g_string_append_len (out, rest.data, (gssize) line_length);
      rest = mcp_http_span_skip (rest, line_length);
      first = FALSE;
    }

  /* RFC 9112 section 6.3 */
  if (to_head_request || head->status < 200 || head->status == 204 || head->status == 304)
    head->body_kind = MCP_RESPONSE_BODY_NONE;
  if (head->body_kind == MCP_RESPONSE_BODY_UNTIL_CLOSE)
    head->closes = TRUE;
  if (head->closes)
    g_string_append (out, "Connection: close\r\n");
  g_string_append (out, "\r\n");

  return out;
}

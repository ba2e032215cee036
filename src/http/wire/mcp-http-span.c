/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The pieces that HTTP/1.1 messages are made of (RFC 9110 section 5.6, RFC 9112 section 5),
 * taken strictly. Pure functions on borrowed bytes.
 */
#include "http/wire/mcp-http-span.h"

#include <string.h>

/* RFC 9110 section 5.6.2, tchar: a bit for each character of ASCII, from the lowest on. Each byte
 * of a name is looked at, so that a table is worth while. */
static const guint64 token_chars[2] = { G_GUINT64_CONSTANT (0x03ff6cfa00000000),
                                        G_GUINT64_CONSTANT (0x57ffffffc7fffffe) };

static gboolean
is_token_char (char c)
{
  guchar place = (guchar) c;

  return place < 0x80 && (token_chars[place / 64] >> (place % 64) & 1) != 0;
}

/**
 * mcp_http_span_is_token:
 * @span: any bytes
 *
 * Returns: whether they are a token (RFC 9110 section 5.6.2)
 */
gboolean
mcp_http_span_is_token (McpHttpSpan span)
{
  for (gsize i = 0; i < span.length; i++)
    if (!is_token_char (span.data[i]))
      return FALSE;

  return span.length > 0;
}

/**
 * mcp_http_span_equal:
 * @span: any bytes
 * @text: a text
 *
 * Returns: whether they are equal
 */
gboolean
mcp_http_span_equal (McpHttpSpan span, const char *text)
{
  return span.length == strlen (text) && memcmp (span.data, text, span.length) == 0;
}

/**
 * mcp_http_span_equal_nocase:
 * @span: any bytes
 * @text: an ASCII text
 *
 * Returns: whether they are equal, but for the case of ASCII letters
 */
gboolean
mcp_http_span_equal_nocase (McpHttpSpan span, const char *text)
{
  return mcp_http_span_same_nocase (span, (McpHttpSpan){ text, strlen (text) });
}

/**
 * mcp_http_span_starts_with_nocase:
 * @span: any bytes
 * @prefix: an ASCII text
 *
 * Returns: whether they begin with @prefix, but for the case of ASCII letters
 */
gboolean
mcp_http_span_starts_with_nocase (McpHttpSpan span, const char *prefix)
{
  gsize length = strlen (prefix);

  return span.length >= length && g_ascii_strncasecmp (span.data, prefix, length) == 0;
}

/**
 * mcp_http_span_skip:
 * @span: at least @n bytes
 * @n: how many
 *
 * Returns: what follows the first @n bytes
 */
McpHttpSpan
mcp_http_span_skip (McpHttpSpan span, gsize n)
{
  g_return_val_if_fail (n <= span.length, span);

  return (McpHttpSpan){ span.data + n, span.length - n };
}

/* RFC 9110 section 5.6.3, OWS */
static McpHttpSpan
trim (McpHttpSpan span)
{
  while (span.length > 0 && (span.data[0] == ' ' || span.data[0] == '\t'))
    span = mcp_http_span_skip (span, 1);
  while (span.length > 0 &&
         (span.data[span.length - 1] == ' ' || span.data[span.length - 1] == '\t'))
    span.length--;

  return span;
}

/**
 * mcp_http_span_next_element:
 * @list: (inout): what is left of a comma-separated list (RFC 9110 section 5.6.1)
 * @element: (out): the next element, not empty
 *
 * Walks through a list without quoted strings; empty elements are passed over.
 *
 * Returns: whether there was an element
 */
gboolean
mcp_http_span_next_element (McpHttpSpan *list, McpHttpSpan *element)
{
  while (list->length > 0)
    {
      const char *comma = memchr (list->data, ',', list->length);
      gsize length = comma != NULL ? (gsize) (comma - list->data) : list->length;

      *element = trim ((McpHttpSpan){ list->data, length });
      *list = mcp_http_span_skip (*list, comma != NULL ? length + 1 : length);
      if (element->length > 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_field_value (McpHttpSpan value)
{
  guchar all = 0;

  for (gsize i = 0; i < value.length; i++)
    {
      guchar c = (guchar) value.data[i];

      if ((c < 0x20 && c != '\t') || c == 0x7f)
        return FALSE;
      all |= c;
    }

  return all < 0x80 || g_utf8_validate (value.data, (gssize) value.length, NULL);
}

/**
 * mcp_http_span_parse_field:
 * @line: a field line without its line end
 * @field: (out): name and value, borrowed from @line
 *
 * Takes a field line apart (RFC 9112 section 5): the name is a token with the colon right
 * behind it, no line folding, no control characters but tabs, text beyond ASCII only as UTF-8.
 *
 * Returns: whether the line is one
 */
gboolean
mcp_http_span_parse_field (McpHttpSpan line, McpHttpField *field)
{
  const char *colon = memchr (line.data, ':', line.length);

  if (colon == NULL)
    return FALSE;

  field->name = (McpHttpSpan){ line.data, (gsize) (colon - line.data) };
  field->value = trim (mcp_http_span_skip (line, field->name.length + 1));
  if (!mcp_http_span_is_token (field->name))
    return FALSE;

  return is_field_value (field->value);
}

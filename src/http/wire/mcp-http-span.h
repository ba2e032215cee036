/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpHttpSpan:
 * @data: first byte; not zero-terminated
 * @length: in bytes
 *
 * Bytes borrowed from a message.
 */
typedef struct
{
  const char *data;
  gsize length;
} McpHttpSpan;

typedef struct
{
  McpHttpSpan name;
  McpHttpSpan value; /* without white space around it */
} McpHttpField;

/**
 * mcp_http_span_same_nocase:
 * @a: any bytes
 * @b: any bytes
 *
 * Returns: whether they are equal, but for the case of ASCII letters
 */
static inline gboolean
mcp_http_span_same_nocase (McpHttpSpan a, McpHttpSpan b)
{
  return a.length == b.length && g_ascii_strncasecmp (a.data, b.data, a.length) == 0;
}

gboolean mcp_http_span_is_token (McpHttpSpan span);
gboolean mcp_http_span_equal (McpHttpSpan span, const char *text);
gboolean mcp_http_span_equal_nocase (McpHttpSpan span, const char *text);
gboolean mcp_http_span_starts_with_nocase (McpHttpSpan span, const char *prefix);
McpHttpSpan mcp_http_span_skip (McpHttpSpan span, gsize n);
gboolean mcp_http_span_next_element (McpHttpSpan *list, McpHttpSpan *element);
gboolean mcp_http_span_parse_field (McpHttpSpan line, McpHttpField *field);

G_END_DECLS

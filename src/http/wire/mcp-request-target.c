/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a request is for: its target (RFC 9112 section 3.2), and whether it names this daemon.
 * The name matters because a foreign web page can make a browser connect here under a name
 * of its own (DNS rebinding). Pure functions.
 */
#include "http/wire/mcp-request-target.h"

#include <string.h>

/* RFC 3986 section 2.1; and bytes that no target may hold raw */
static gboolean
check_bytes (McpHttpSpan target, McpHttpReject *reject)
{
  for (gsize i = 0; i < target.length; i++)
    {
      guchar c = (guchar) target.data[i];

      if (c < 0x21 || c >= 0x7f)
        return mcp_http_reject_set (reject, 400,
                                    "The request target holds a raw byte that must be "
                                    "percent-encoded");
      if (c == '#')
        return mcp_http_reject_set (reject, 400, "The request target holds a fragment");
      if (c == '%' && (target.length - i < 3 || !g_ascii_isxdigit (target.data[i + 1]) ||
                       !g_ascii_isxdigit (target.data[i + 2])))
        return mcp_http_reject_set (reject, 400,
                                    "The request target holds a broken percent-encoding");
    }

  return TRUE;
}

static gboolean
is_dot_segment (const char *segment, gsize length)
{
  return (length == 1 && segment[0] == '.') ||
         (length == 2 && segment[0] == '.' && segment[1] == '.');
}

static gboolean
check_segments (McpHttpSpan path, McpHttpReject *reject)
{
  gsize start = 1;

  for (gsize i = 1; i <= path.length; i++)
    if (i == path.length || path.data[i] == '/')
      {
        if (is_dot_segment (path.data + start, i - start))
          return mcp_http_reject_set (reject, 400, "The path holds a dot segment");
        start = i + 1;
      }

  return TRUE;
}

/* Nothing in the path may change its meaning when it is decoded, so that the path that is routed is
 * the path that was checked. */
static gboolean
check_encoded_path (McpHttpSpan path, McpHttpReject *reject)
{
  g_autoptr (GString) decoded = g_string_sized_new (path.length + 1);

  for (gsize i = 0; i < path.length; i++)
    {
      int c = (guchar) path.data[i];

      if (c == '%')
        {
          c = g_ascii_xdigit_value (path.data[i + 1]) * 16 +
              g_ascii_xdigit_value (path.data[i + 2]);
          i += 2;
          if (c == '/' || c == '\0')
            return mcp_http_reject_set (reject, 400,
                                        "The path holds an encoded slash or zero byte");
        }
      g_string_append_c (decoded, (char) c);
    }

  if (!g_utf8_validate (decoded->str, (gssize) decoded->len, NULL))
    return mcp_http_reject_set (reject, 400, "The path is not UTF-8");

  return check_segments ((McpHttpSpan){ decoded->str, decoded->len }, reject);
}

static gboolean
check_path (McpHttpSpan path, McpHttpReject *reject)
{
  if (memchr (path.data, '%', path.length) != NULL)
    return check_encoded_path (path, reject);

  return check_segments (path, reject);
}

/**
 * mcp_request_target_parse:
 * @target: the request target, not empty
 * @authority: (out): of the absolute form; length 0 for the origin form
 * @path_and_query: (out): the origin form; an absolute one without a path gives "/"
 * @reject: (out): why not
 *
 * Checks a target in origin or absolute form (RFC 9112 sections 3.2.1 and 3.2.2).
 *
 * Returns: whether it is acceptable
 */
gboolean
mcp_request_target_parse (McpHttpSpan target,
                          McpHttpSpan *authority,
                          McpHttpSpan *path_and_query,
                          McpHttpReject *reject)
{
  McpHttpSpan rest = target;
  gsize length = 0;

  if (!check_bytes (target, reject))
    return FALSE;

  *authority = (McpHttpSpan){ target.data, 0 };
  if (mcp_http_span_starts_with_nocase (target, "http://"))
    {
      rest = mcp_http_span_skip (target, strlen ("http://"));
      while (length < rest.length && rest.data[length] != '/' && rest.data[length] != '?')
        length++;
      *authority = (McpHttpSpan){ rest.data, length };
      rest = mcp_http_span_skip (rest, length);
      if (length == 0)
        return mcp_http_reject_set (reject, 400, "The request target names no host");
      if (rest.length == 0)
        rest = (McpHttpSpan){ "/", 1 };
    }

  if (rest.length == 0 || rest.data[0] != '/')
    return mcp_http_reject_set (reject, 400, "The request target is no path");

  *path_and_query = rest;
  length = 0;
  while (length < rest.length && rest.data[length] != '?')
    length++;

  return check_path ((McpHttpSpan){ rest.data, length }, reject);
}

/* Takes a loopback name off the front. */
static gboolean
skip_loopback_name (McpHttpSpan *span)
{
  static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (mcp_http_span_starts_with_nocase (*span, names[i]))
      {
        *span = mcp_http_span_skip (*span, strlen (names[i]));
        return TRUE;
      }

  return FALSE;
}

/* Returns: the port of ":" and a number without leading zeros, and nothing else; 0: anything else
 */
static guint
parse_port (McpHttpSpan span)
{
  guint port = 0;

  if (span.length < 2 || span.length > 6 || span.data[0] != ':' || span.data[1] == '0')
    return 0;
  for (gsize i = 1; i < span.length; i++)
    {
      if (!g_ascii_isdigit (span.data[i]))
        return 0;
      port = port * 10 + (guint) g_ascii_digit_value (span.data[i]);
    }

  return port <= G_MAXUINT16 ? port : 0;
}

/**
 * mcp_request_target_is_own_host:
 * @host: value of the Host field, or an authority
 * @is_unix: whether the request came by the Unix socket, where a port means nothing
 * @port: the TCP port that it came by
 *
 * Returns: whether it is one of the loopback names, without a port or with the daemon's
 */
gboolean
mcp_request_target_is_own_host (McpHttpSpan host, gboolean is_unix, guint16 port)
{
  guint given;

  if (!skip_loopback_name (&host))
    return FALSE;
  if (host.length == 0)
    return TRUE;

  given = parse_port (host);
  return given != 0 && (is_unix || given == port);
}

/**
 * mcp_request_target_is_own_origin:
 * @origin: value of the Origin field
 * @is_unix: whether the request came by the Unix socket, where the daemon has no page
 * @port: the TCP port that it came by
 *
 * Returns: whether it is the origin of a page that this daemon served (RFC 6454 section 6.2)
 */
gboolean
mcp_request_target_is_own_origin (McpHttpSpan origin, gboolean is_unix, guint16 port)
{
  McpHttpSpan rest = origin;

  /* Browsers write scheme and host in lower case. */
  for (gsize i = 0; i < origin.length; i++)
    if (g_ascii_isupper (origin.data[i]))
      return FALSE;
  if (is_unix || !mcp_http_span_starts_with_nocase (origin, "http://"))
    return FALSE;

  rest = mcp_http_span_skip (origin, strlen ("http://"));
  if (!skip_loopback_name (&rest))
    return FALSE;

  /* RFC 6454 section 6.1: the default port is left out */
  return rest.length == 0 ? port == 80 : parse_port (rest) == port;
}

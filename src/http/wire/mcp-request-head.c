/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The strict reading of a request head: request line and field lines of RFC 9112, without any
 * leniency that it allows. Whatever two readers could understand differently is refused, so that
 * an accepted head has one meaning, for libsoup too. Pure functions on bytes.
 */
#include "http/wire/mcp-request-head.h"

#include "common/mcp-names.h"

#include "http/wire/mcp-host-check.h"
#include "http/wire/mcp-request-target.h"

#include <string.h>

/* Values of fields that concern the connection or may occur only once. */
typedef struct
{
  McpHostClaim claim;
  McpHttpSpan content_length;
  McpHttpSpan transfer_encoding;
  McpHttpSpan expect;
} OnceFields;

/* Fields that may occur at most once, by their place in OnceFields. */
static const struct
{
  const char *name;
  gsize offset;
  gboolean passed_on;
} once_fields[] = {
  { "Host", G_STRUCT_OFFSET (OnceFields, claim.host), TRUE },
  { "Origin", G_STRUCT_OFFSET (OnceFields, claim.origin), TRUE },
  { "Sec-Fetch-Site", G_STRUCT_OFFSET (OnceFields, claim.fetch_site), TRUE },
  { "Content-Length", G_STRUCT_OFFSET (OnceFields, content_length), FALSE },
  { "Transfer-Encoding", G_STRUCT_OFFSET (OnceFields, transfer_encoding), FALSE },
  { "Expect", G_STRUCT_OFFSET (OnceFields, expect), FALSE },
};

/* Hop-by-hop (RFC 9110 section 7.6.1), or features of libsoup that the daemon does not use. */
static const char *const dropped_fields[] = {
  "Connection", "HTTP2-Settings", "If-Range", "Keep-Alive", "Range", "TE", "Trailer", "Upgrade",
};

static const char *const known_methods[] = {
  "GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH",
};

/**
 * mcp_request_head_find_end:
 * @data: the bytes that arrived
 * @length: how many
 * @scanned: (inout): how far earlier calls came; 0 at the start of a request
 * @max_bytes: that a head may have
 * @reject: (out): why not
 *
 * Finds the empty line that ends a head. Line ends other than CR LF, and zero
 * bytes, are found on the way, so that nobody waits for the end of what is no HTTP.
 *
 * Returns: length of the head with its end; 0: more is needed; -1: refused
 */
gssize
mcp_request_head_find_end (const char *data,
                           gsize length,
                           gsize *scanned,
                           gsize max_bytes,
                           McpHttpReject *reject)
{
  gsize end = MIN (length, max_bytes);
  gsize i;

  for (i = *scanned; i < end; i++)
    {
      if (data[i] == '\0' || (data[i] == '\n' && (i == 0 || data[i - 1] != '\r')) ||
          (data[i] != '\n' && i > 0 && data[i - 1] == '\r'))
        {
          mcp_http_reject_set (reject, 400, "A line of the request head does not end in CR LF");
          return -1;
        }
      if (data[i] == '\n' && i >= 3 && data[i - 2] == '\n')
        return (gssize) i + 1;
    }

  *scanned = i;
  if (length < max_bytes)
    return 0;

  if (memchr (data, '\n', end) == NULL)
    mcp_http_reject_set (reject, 414, "The request line is too long");
  else
    mcp_http_reject_set (reject, 431, "The request head is too long");
  return -1;
}

/* The next line without its CR LF; the caller knows that there is one. */
static McpHttpSpan
take_line (McpHttpSpan *rest)
{
  const char *end = memchr (rest->data, '\n', rest->length);
  McpHttpSpan line = { rest->data, (gsize) (end - rest->data) - 1 };

  *rest = mcp_http_span_skip (*rest, line.length + 2);
  return line;
}

static gboolean
check_version (McpHttpSpan version, McpRequestHead *head, McpHttpReject *reject)
{
  /* RFC 9112 section 2.3 */
  if (version.length != 8 || memcmp (version.data, "HTTP/", 5) != 0 ||
      !g_ascii_isdigit (version.data[5]) || version.data[6] != '.' ||
      !g_ascii_isdigit (version.data[7]))
    return mcp_http_reject_set (reject, 400, "The request line names no HTTP version");
  if (version.data[5] != '1' || version.data[7] > '1')
    return mcp_http_reject_set (reject, 505, "HTTP/1.1 and HTTP/1.0 are spoken here");

  head->minor_version = (guint) g_ascii_digit_value (version.data[7]);
  return TRUE;
}

/* RFC 9112 section 3: exactly one space between the parts */
static gboolean
parse_request_line (McpHttpSpan line,
                    McpRequestHead *head,
                    McpHttpSpan *authority,
                    McpHttpReject *reject)
{
  const char *first = memchr (line.data, ' ', line.length);
  const char *last = memrchr (line.data, ' ', line.length);
  McpHttpSpan method, target, path;
  gboolean known = FALSE;

  if (first == NULL || last - first < 2)
    return mcp_http_reject_set (reject, 400, "The request line is malformed");

  method = (McpHttpSpan){ line.data, (gsize) (first - line.data) };
  target = (McpHttpSpan){ first + 1, (gsize) (last - first) - 1 };
  if (!mcp_http_span_is_token (method))
    return mcp_http_reject_set (reject, 400, "The request line is malformed");
  if (!check_version (mcp_http_span_skip (line, (gsize) (last - line.data) + 1), head, reject))
    return FALSE;

  /* RFC 9110 section 9.1: methods are case-sensitive, and an unrecognized one is a 501 */
  for (gsize i = 0; i < G_N_ELEMENTS (known_methods); i++)
    known = known || mcp_http_span_equal (method, known_methods[i]);
  if (!known)
    return mcp_http_reject_set (reject, 501, "This method is not implemented");
  if (!mcp_request_target_parse (target, authority, &path, reject))
    return FALSE;

  head->method = g_strndup (method.data, method.length);
  head->target = g_strndup (path.data, path.length);
  return TRUE;
}

static gboolean
is_dropped (McpHttpSpan name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dropped_fields); i++)
    if (mcp_http_span_equal_nocase (name, dropped_fields[i]))
      return TRUE;

  return mcp_http_span_starts_with_nocase (name, "Proxy-");
}

/* Sets the span when it is a field of the once kind; FALSE: it is there a second time. */
static gboolean
note_once_field (const McpHttpField *field, OnceFields *once, gboolean *pass_on)
{
  for (gsize i = 0; i < G_N_ELEMENTS (once_fields); i++)
    {
      McpHttpSpan *span = G_STRUCT_MEMBER_P (once, once_fields[i].offset);

      if (!mcp_http_span_equal_nocase (field->name, once_fields[i].name))
        continue;
      if (span->data != NULL)
        return FALSE;

      *span = field->value;
      *pass_on = once_fields[i].passed_on;
      return TRUE;
    }

  return TRUE;
}

static void
note_connection (McpHttpSpan value, McpRequestHead *head)
{
  McpHttpSpan option;

  while (mcp_http_span_next_element (&value, &option))
    if (mcp_http_span_equal_nocase (option, "close"))
      head->wants_close = TRUE;
}

static gboolean
parse_fields (McpHttpSpan rest,
              guint max_fields,
              McpRequestHead *head,
              OnceFields *once,
              McpHttpReject *reject)
{
  for (guint n_fields = 0; rest.length > 2; n_fields++)
    {
      McpHttpSpan line = take_line (&rest);
      McpHttpField field;
      gboolean pass_on;

      if (n_fields >= max_fields)
        return mcp_http_reject_set (reject, 431, "The request head holds too many fields");
      if (!mcp_http_span_parse_field (line, &field))
        return mcp_http_reject_set (reject, 400, "A field line of the request head is malformed");

      pass_on = !is_dropped (field.name);
      if (!note_once_field (&field, once, &pass_on))
        return mcp_http_reject_set (reject, 400,
                                    "A field that may occur once in a request head is repeated");
      if (mcp_http_span_equal_nocase (field.name, "Connection"))
        note_connection (field.value, head);
      if (pass_on)
        {
          /* No space is added, so that the result is never longer than what was checked. */
          g_string_append_len (head->fields, field.name.data, (gssize) field.name.length);
          g_string_append_c (head->fields, ':');
          g_string_append_len (head->fields, field.value.data, (gssize) field.value.length);
          g_string_append (head->fields, "\r\n");
        }
    }

  return TRUE;
}

/* RFC 9112 section 6: one way to tell the length of a body, or none */
static gboolean
check_framing (const OnceFields *once, McpRequestHead *head, McpHttpReject *reject)
{
  McpHttpSpan length = once->content_length;

  if (once->transfer_encoding.data != NULL)
    {
      if (length.data != NULL || head->minor_version == 0)
        return mcp_http_reject_set (reject, 400,
                                    "Transfer-Encoding with Content-Length or in HTTP/1.0");
      if (!mcp_http_span_equal_nocase (once->transfer_encoding, "chunked"))
        return mcp_http_reject_set (reject, 501, "This transfer coding is not implemented");
      head->body_kind = MCP_REQUEST_BODY_CHUNKED;
      return TRUE;
    }

  if (length.data == NULL)
    return TRUE;
  if (length.length == 0)
    return mcp_http_reject_set (reject, 400, "Content-Length is no number");

  head->body_kind = MCP_REQUEST_BODY_LENGTH;
  for (gsize i = 0; i < length.length; i++)
    {
      if (!g_ascii_isdigit (length.data[i]))
        return mcp_http_reject_set (reject, 400, "Content-Length is no number");
      /* Stays at the top once it is out of range: too large for any limit. */
      if (head->content_length > (G_MAXUINT64 - 9) / 10)
        head->content_length = G_MAXUINT64;
      else
        head->content_length =
            head->content_length * 10 + (guint64) g_ascii_digit_value (length.data[i]);
    }

  return TRUE;
}

static gboolean
check_expectation (const OnceFields *once, McpRequestHead *head, McpHttpReject *reject)
{
  /* RFC 9110 section 10.1.1: an HTTP/1.0 client's is ignored */
  if (once->expect.data == NULL || head->minor_version == 0)
    return TRUE;
  if (!mcp_http_span_equal_nocase (once->expect, "100-continue"))
    return mcp_http_reject_set (reject, 417, "This expectation is not met here");

  head->expects_continue = head->body_kind != MCP_REQUEST_BODY_NONE;
  return TRUE;
}

/* A browser is sent there by the page that a person logged in at. What it brings is worth something
 * once only, to whoever began the login. */
static gboolean
is_return (const McpRequestHead *head)
{
  gsize length = strlen (MCP_CALLBACK_PATH);

  return strcmp (head->method, "GET") == 0 &&
         strncmp (head->target, MCP_CALLBACK_PATH, length) == 0 &&
         (head->target[length] == '?' || head->target[length] == '\0');
}

/**
 * mcp_request_head_parse:
 * @data: a head as mcp_request_head_find_end() delimits it
 * @length: with the empty line at its end
 * @context: what it is judged by
 * @head: (out caller-allocates): the result; mcp_request_head_clear() it when done, in
 *   case of a refusal too: it then holds what was understood before
 * @reject: (out): why not
 *
 * Reads and checks a request head.
 *
 * Returns: whether it is acceptable
 */
gboolean
mcp_request_head_parse (const char *data,
                        gsize length,
                        const McpRequestContext *context,
                        McpRequestHead *head,
                        McpHttpReject *reject)
{
  McpHttpSpan rest = { data, length };
  OnceFields once = { 0 };

  memset (head, 0, sizeof *head);
  g_return_val_if_fail (length >= 4 && memcmp (data + length - 4, "\r\n\r\n", 4) == 0,
                        mcp_http_reject_set (reject, 400, "The request head has no end"));

  head->fields = g_string_sized_new (length);
  if (!parse_request_line (take_line (&rest), head, &once.claim.authority, reject) ||
      !parse_fields (rest, context->max_fields, head, &once, reject))
    return FALSE;
  once.claim.is_return = is_return (head);
  if (!mcp_host_check_accept (&once.claim, context->is_unix, context->port, reject) ||
      !check_framing (&once, head, reject) || !check_expectation (&once, head, reject))
    return FALSE;

  /* RFC 9112 section 9.3 */
  head->wants_close = head->wants_close || head->minor_version == 0;
  return TRUE;
}

/**
 * mcp_request_head_to_bytes:
 * @head: an accepted head
 * @body_length: of the body, decoded
 *
 * Writes the request in the one form that libsoup gets to read.
 *
 * Returns: (transfer full): the head with its empty line
 */
GBytes *
mcp_request_head_to_bytes (const McpRequestHead *head, gsize body_length)
{
  GString *out = g_string_sized_new (head->fields->len + strlen (head->target) + 64);

  g_string_append_printf (out, "%s %s HTTP/1.1\r\n", head->method, head->target);
  g_string_append_len (out, head->fields->str, (gssize) head->fields->len);
  if (head->body_kind != MCP_REQUEST_BODY_NONE)
    g_string_append_printf (out, "Content-Length:%" G_GSIZE_FORMAT "\r\n", body_length);
  g_string_append (out, "\r\n");

  return g_string_free_to_bytes (out);
}

/**
 * mcp_request_head_clear:
 * @head: a head, or zeroes
 *
 * Frees what the head holds.
 */
void
mcp_request_head_clear (McpRequestHead *head)
{
  g_clear_pointer (&head->method, g_free);
  g_clear_pointer (&head->target, g_free);
  if (head->fields != NULL)
    g_string_free (head->fields, TRUE);
  memset (head, 0, sizeof *head);
}

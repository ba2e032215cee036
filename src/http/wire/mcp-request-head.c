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

#define SPAN(text)          \
  {                         \
    text, sizeof (text) - 1 \
  }
#define ONCE(name)        TRUE, G_STRUCT_OFFSET (OnceFields, name)
#define MAY_BE_REPEATED() FALSE, 0

typedef struct
{
  McpHttpSpan name;
  gboolean passed_on;
  gboolean is_once;
  gsize offset; /* in OnceFields */
} SpecialField;

/* Those that may occur at most once; and those that are dropped, being hop-by-hop (RFC 9110
 * section 7.6.1), or features of libsoup that the daemon does not use. */
static const SpecialField special_fields[] = {
  { SPAN ("Host"), TRUE, ONCE (claim.host) },
  { SPAN ("Origin"), TRUE, ONCE (claim.origin) },
  { SPAN ("Sec-Fetch-Site"), TRUE, ONCE (claim.fetch_site) },
  { SPAN ("Content-Length"), FALSE, ONCE (content_length) },
  { SPAN ("Transfer-Encoding"), FALSE, ONCE (transfer_encoding) },
  { SPAN ("Expect"), FALSE, ONCE (expect) },
  { SPAN ("Connection"), FALSE, MAY_BE_REPEATED () },
  { SPAN ("HTTP2-Settings"), FALSE, MAY_BE_REPEATED () },
  { SPAN ("If-Range"), FALSE, MAY_BE_REPEATED () },
  { SPAN ("Keep-Alive"), FALSE, MAY_BE_REPEATED () },
  { SPAN ("Range"), FALSE, MAY_BE_REPEATED () },
  { SPAN ("TE"), FALSE, MAY_BE_REPEATED () },
  { SPAN ("Trailer"), FALSE, MAY_BE_REPEATED () },
  { SPAN ("Upgrade"), FALSE, MAY_BE_REPEATED () },
};

static const char *const known_methods[] = {
  "GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH",
};

/* @start: of what was not looked at before; @end: of the line, without its LF where @is_ended */
static gboolean
is_clean_line (const char *data, gsize start, gsize end, gboolean is_ended)
{
  const char *cr = memchr (data + start, '\r', end - start);

  if (is_ended && (end == 0 || data[end - 1] != '\r'))
    return FALSE;
  if (start < end && start > 0 && data[start - 1] == '\r')
    return FALSE;
  return (cr == NULL || cr == data + end - 1) && memchr (data + start, '\0', end - start) == NULL;
}

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

  for (gsize i = *scanned; i < end; i = *scanned)
    {
      const char *lf = memchr (data + i, '\n', end - i);
      gsize line_end = lf != NULL ? (gsize) (lf - data) : end;

      if (!is_clean_line (data, i, line_end, lf != NULL))
        {
          mcp_http_reject_set (reject, 400, "A line of the request head does not end in CR LF");
          return -1;
        }
      if (lf != NULL && line_end >= 3 && data[line_end - 2] == '\n')
        return (gssize) line_end + 1;
      *scanned = lf != NULL ? line_end + 1 : end;
    }

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
  const char *known = NULL;
  McpHttpSpan method, target, path;

  if (first == NULL || last - first < 2)
    return mcp_http_reject_set (reject, 400, "The request line is malformed");

  method = (McpHttpSpan){ line.data, (gsize) (first - line.data) };
  target = (McpHttpSpan){ first + 1, (gsize) (last - first) - 1 };
  if (!mcp_http_span_is_token (method))
    return mcp_http_reject_set (reject, 400, "The request line is malformed");
  if (!check_version (mcp_http_span_skip (line, (gsize) (last - line.data) + 1), head, reject))
    return FALSE;

  /* RFC 9110 section 9.1: methods are case-sensitive, and an unrecognized one is a 501 */
  for (gsize i = 0; i < G_N_ELEMENTS (known_methods) && known == NULL; i++)
    if (mcp_http_span_equal (method, known_methods[i]))
      known = known_methods[i];
  if (known == NULL)
    return mcp_http_reject_set (reject, 501, "This method is not implemented");
  if (!mcp_request_target_parse (target, authority, &path, reject))
    return FALSE;

  head->method = known;
  head->target = g_strndup (path.data, path.length);
  return TRUE;
}

static const SpecialField *
find_special (McpHttpSpan name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (special_fields); i++)
    if (mcp_http_span_same_nocase (name, special_fields[i].name))
      return &special_fields[i];

  return NULL;
}

static gboolean
is_passed_on (const SpecialField *special, McpHttpSpan name)
{
  return special != NULL ? special->passed_on : !mcp_http_span_starts_with_nocase (name, "Proxy-");
}

/* Sets the span when it is a field of the once kind; FALSE: it is there a second time. */
static gboolean
note_once_field (const SpecialField *special, McpHttpSpan value, OnceFields *once)
{
  McpHttpSpan *span;

  if (special == NULL || !special->is_once)
    return TRUE;
  span = G_STRUCT_MEMBER_P (once, special->offset);
  if (span->data != NULL)
    return FALSE;
  *span = value;
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

static char *
put (char *to, McpHttpSpan span)
{
  memcpy (to, span.data, span.length);
  return to + span.length;
}

/* No space is added, so that the result is never longer than what was checked, for which there is
 * room. */
static void
pass_on (const McpHttpField *field, GString *fields)
{
  char *end = fields->str + fields->len;

  g_return_if_fail (fields->allocated_len - fields->len >
                    field->name.length + field->value.length + 3);

  end = put (end, field->name);
  *end++ = ':';
  end = put (end, field->value);
  end = put (end, (McpHttpSpan) SPAN ("\r\n"));
  *end = '\0';
  fields->len = (gsize) (end - fields->str);
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
      const SpecialField *special;
      McpHttpField field;

      if (n_fields >= max_fields)
        return mcp_http_reject_set (reject, 431, "The request head holds too many fields");
      if (!mcp_http_span_parse_field (line, &field))
        return mcp_http_reject_set (reject, 400, "A field line of the request head is malformed");

      special = find_special (field.name);
      if (!note_once_field (special, field.value, once))
        return mcp_http_reject_set (reject, 400,
                                    "A field that may occur once in a request head is repeated");
      if (special != NULL && mcp_http_span_equal (special->name, "Connection"))
        note_connection (field.value, head);
      if (is_passed_on (special, field.name))
        pass_on (&field, head->fields);
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
  g_clear_pointer (&head->target, g_free);
  if (head->fields != NULL)
    g_string_free (head->fields, TRUE);
  memset (head, 0, sizeof *head);
}

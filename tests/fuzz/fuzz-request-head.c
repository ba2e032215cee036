/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "http/wire/mcp-request-head.h"

#include <libsoup/soup.h>
#include <string.h>

/*
 * The first byte says by which socket the head came, and in pieces of which
 * size. The pieces must not matter; what is accepted is written in a form that
 * is accepted again as the same, is no longer than it was, and that libsoup
 * reads in the same way.
 */

#define MAX_BYTES  4096
#define MAX_FIELDS 64

static gssize
find_end_in_pieces (const char *text, gsize size, gsize piece, McpHttpReject *reject)
{
  gsize scanned = 0;
  gssize end = 0;

  for (gsize length = piece; end == 0; length += piece)
    {
      end = mcp_request_head_find_end (text, MIN (length, size), &scanned, MAX_BYTES, reject);
      if (length >= size)
        break;
    }
  return end;
}

static void
check_soup (GBytes *bytes, const McpRequestHead *head)
{
  SoupMessageHeaders *fields = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autofree char *method = NULL;
  g_autofree char *target = NULL;
  SoupHTTPVersion version;
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  guint status =
      soup_headers_parse_request (text, (int) size - 2, fields, &method, &target, &version);

  g_assert_cmpuint (status, ==, SOUP_STATUS_OK);
  g_assert_cmpstr (method, ==, head->method);
  g_assert_cmpstr (target, ==, head->target);
  g_assert_cmpint (version, ==, SOUP_HTTP_1_1);
  g_assert_nonnull (soup_message_headers_get_one (fields, "Host"));
  g_assert_null (soup_message_headers_get_one (fields, "Transfer-Encoding"));
  g_assert_null (soup_message_headers_get_one (fields, "Connection"));
  g_assert_null (soup_message_headers_get_one (fields, "Range"));
  g_assert_cmpint (soup_message_headers_get_expectations (fields), ==, 0);
  g_assert_cmpint (soup_message_headers_get_encoding (fields), ==,
                   head->body_kind == MCP_REQUEST_BODY_NONE ? SOUP_ENCODING_NONE
                                                            : SOUP_ENCODING_CONTENT_LENGTH);
  soup_message_headers_unref (fields);
}

static void
check_again (const McpRequestHead *head, const McpRequestContext *context, gsize length)
{
  gsize body_length = head->body_kind == MCP_REQUEST_BODY_LENGTH ? (gsize) head->content_length : 7;
  g_autoptr (GBytes) bytes = mcp_request_head_to_bytes (head, body_length);
  g_autoptr (GBytes) again = NULL;
  McpRequestHead head_again;
  McpHttpReject reject;
  gsize size, scanned = 0;
  const char *text = g_bytes_get_data (bytes, &size);

  g_assert_cmpuint (size, <=, length);
  g_assert_cmpint (mcp_request_head_find_end (text, size, &scanned, MAX_BYTES, &reject), ==, size);
  g_assert_true (mcp_request_head_parse (text, size, context, &head_again, &reject));
  again = mcp_request_head_to_bytes (&head_again, body_length);
  g_assert_true (g_bytes_equal (bytes, again));
  check_soup (bytes, head);
  mcp_request_head_clear (&head_again);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data + 1;
  McpRequestContext context = { .max_bytes = MAX_BYTES, .max_fields = MAX_FIELDS };
  McpRequestHead head;
  McpHttpReject reject = { 0 }, reject_pieces = { 0 };
  gsize scanned = 0;
  gssize end;

  if (size < 2)
    return 0;
  context.is_unix = data[0] & 1;
  context.port = context.is_unix ? 0 : 16270;

  end = mcp_request_head_find_end (text, size - 1, &scanned, MAX_BYTES, &reject);
  g_assert_cmpint (find_end_in_pieces (text, size - 1, 1 + data[0] / 2, &reject_pieces), ==, end);
  g_assert_cmpuint (reject.status, ==, reject_pieces.status);
  if (end <= 0)
    {
      g_assert_cmpint (end < 0, ==, reject.status != 0);
      return 0;
    }

  if (mcp_request_head_parse (text, (gsize) end, &context, &head, &reject))
    check_again (&head, &context, (gsize) end);
  else
    g_assert_cmpuint (reject.status, >=, 400);
  mcp_request_head_clear (&head);
  return 0;
}

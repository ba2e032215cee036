/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/wire/mcp-request-head.h"

#include "http/wire/mcp-request-target.h"
#include "http/wire/mcp-response-head.h"

#include <string.h>

#define PORT 16270
#define HOST "Host: localhost:16270\r\n"

static guint
parse (const char *text, gsize length, gboolean is_unix, McpRequestHead *head)
{
  McpRequestContext context = {
    .is_unix = is_unix, .port = is_unix ? 0 : PORT, .max_bytes = 4096, .max_fields = 16
  };
  McpHttpReject reject = { 0 };
  gsize scanned = 0;
  gssize end = mcp_request_head_find_end (text, length, &scanned, context.max_bytes, &reject);

  memset (head, 0, sizeof *head);
  if (end == 0)
    return 0;
  if (end > 0 && mcp_request_head_parse (text, (gsize) end, &context, head, &reject))
    return 200;

  g_assert_nonnull (reject.message);
  g_assert_cmpuint (reject.status, >=, 400);
  return reject.status;
}

typedef struct
{
  const char *text;
  guint status; /* 200: accepted; 0: not complete */
} HeadCase;

/* Each is about one thing; the rest of it is right. */
static const HeadCase head_cases[] = {
  { "GET / HTTP/1.1\r\n" HOST "\r\n", 200 },
  { "GET / HTTP/1.0\r\n" HOST "\r\n", 200 },
  { "POST /mcp HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\n" HOST, 0 },
  { "GET / HTTP/1.1\r\n" HOST "\r", 0 },
  /* request line */
  { "GET / HTTP/1.2\r\n" HOST "\r\n", 505 },
  { "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
  { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505 },
  { "GET / HTTP/1.10\r\n" HOST "\r\n", 400 },
  { "GET / http/1.1\r\n" HOST "\r\n", 400 },
  { "GET / HTTP/1,1\r\n" HOST "\r\n", 400 },
  { "GET /\r\n" HOST "\r\n", 400 },
  { "GET  / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /  HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET\t/ HTTP/1.1\r\n" HOST "\r\n", 400 },
  { " GET / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET / HTTP/1.1 \r\n" HOST "\r\n", 400 },
  { " / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "\r\n\r\n", 400 },
  { "get / HTTP/1.1\r\n" HOST "\r\n", 501 },
  { "TRACE / HTTP/1.1\r\n" HOST "\r\n", 501 },
  { "CONNECT localhost:16270 HTTP/1.1\r\n" HOST "\r\n", 501 },
  { "G(T / HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 400 },
  /* line ends and control characters */
  { "GET / HTTP/1.1\n" HOST "\r\n", 400 },
  { "GET / HTTP/1.1\r\nHost: localhost\n\r\n", 400 },
  { "GET / HTTP/1.1\r\nHost: localhost\r\n\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST "X: a\x01"
    "b\r\n\r\n",
    400 },
  { "GET / HTTP/1.1\r\n" HOST "X: a\x7f\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST "X: a\tb\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\n" HOST "X: \xc3\xa4\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\n" HOST "X: \xe4\r\n\r\n", 400 },
  /* field lines */
  { "GET / HTTP/1.1\r\n" HOST " folded\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST "\tfolded: x\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST "X : a\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST "X Y: a\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST "junk\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST "X:\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\n" HOST "X:a\r\n\r\n", 200 },
  /* targets */
  { "GET /a/b?c=%20&d#e HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /a%2 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /a%zz HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /a?b=%2 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /a%00 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /a%2fb HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /a%2Fb HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /a/../b HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /a/%2e%2E/b HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /a/.. HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /./a HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /... HTTP/1.1\r\n" HOST "\r\n", 200 },
  { "GET /a?b=/../c%2f HTTP/1.1\r\n" HOST "\r\n", 200 },
  { "GET /%ff HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET /%c3%a4 HTTP/1.1\r\n" HOST "\r\n", 200 },
  { "GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET mcp HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET http://localhost:16270/a HTTP/1.1\r\n" HOST "\r\n", 200 },
  { "GET HTTP://LOCALHOST:16270 HTTP/1.1\r\n" HOST "\r\n", 200 },
  { "GET http://localhost/a HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET http://evil.example/a HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET http://x@localhost:16270/a HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET http:///a HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET https://localhost:16270/a HTTP/1.1\r\n" HOST "\r\n", 400 },
  { "GET http://localhost:16270?x HTTP/1.1\r\n" HOST "\r\n", 400 },
  /* hosts */
  { "GET / HTTP/1.1\r\n\r\n", 400 },
  { "GET / HTTP/1.0\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
  { "GET / HTTP/1.1\r\n" HOST "host: evil.example\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\nHost:\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\nhOST: LocalHost:16270\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\nHost: 127.0.0.1:16270\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\nHost: [::1]:16270\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\nHost: localhost:16271\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: localhost:016270\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: localhost:81806\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: localhost:\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: 0.0.0.0:16270\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: 127.0.0.2:16270\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\nHost: localhost, evil.example\r\n\r\n", 403 },
  /* origins */
  { "GET / HTTP/1.1\r\n" HOST "Origin: http://localhost:16270\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\n" HOST "Origin: http://127.0.0.1:16270\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\n" HOST "Origin: http://localhost\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Origin: http://localhost:16271\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Origin: https://localhost:16270\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Origin: http://localhost:16270/\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Origin: http://localhost:16270.evil.example\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Origin: http://evil.example\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Origin: null\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Origin:\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST
    "Origin: http://localhost:16270\r\nOrigin: http://localhost:16270\r\n\r\n",
    400 },
  { "GET / HTTP/1.1\r\n" HOST "Sec-Fetch-Site: same-origin\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\n" HOST "Sec-Fetch-Site: none\r\n\r\n", 200 },
  { "GET / HTTP/1.1\r\n" HOST "Sec-Fetch-Site: same-site\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Sec-Fetch-Site: cross-site\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Sec-Fetch-Site:\r\n\r\n", 403 },
  { "GET / HTTP/1.1\r\n" HOST "Sec-Fetch-Site: none\r\nSec-Fetch-Site: none\r\n\r\n", 400 },
  /* framing */
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 5\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x3\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: 3 3\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 200 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n", 200 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    400 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, chunked\r\n\r\n", 501 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n", 501 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n", 501 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n", 501 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n\r\n", 400 },
  { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \x0b"
    "chunked\r\n\r\n",
    400 },
  { "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 400 },
  /* expectations */
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-Continue\r\n\r\n", 200 },
  { "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 200-ok\r\n\r\n", 417 },
  { "POST / HTTP/1.0\r\n" HOST "Content-Length: 3\r\nExpect: 200-ok\r\n\r\n", 200 },
};

static void
test_cases (void)
{
  g_test_summary ("What two readers could understand differently, or a foreign page could send, is "
                  "refused with the right status");

  for (gsize i = 0; i < G_N_ELEMENTS (head_cases); i++)
    {
      McpRequestHead head;
      guint status = parse (head_cases[i].text, strlen (head_cases[i].text), FALSE, &head);

      if (status != head_cases[i].status)
        g_test_message ("case %" G_GSIZE_FORMAT ": %s", i, head_cases[i].text);
      g_assert_cmpuint (status, ==, head_cases[i].status);
      mcp_request_head_clear (&head);
    }
}

/* RFC 9110 section 5.6.2: each byte beside the letters is in a name, or is refused there. */
static void
test_names (void)
{
  static const char marks[] = "!#$%&'*+-.^_`|~";

  for (guint i = 1; i < 256; i++)
    {
      g_autofree char *text =
          g_strdup_printf ("GET / HTTP/1.1\r\n" HOST "X%cY: a\r\n\r\n", (char) i);
      gboolean is_token = g_ascii_isalnum ((char) i) || strchr (marks, (int) i) != NULL;
      g_auto (McpRequestHead) head = { 0 };
      gboolean is_colon = i == ':';

      g_test_message ("Byte %u", i);
      g_assert_cmpuint (parse (text, strlen (text), FALSE, &head), ==,
                        is_token || is_colon ? 200 : 400);
    }
}

static void
test_zero_byte (void)
{
  static const char text[] = "GET / HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n";
  static const char hello[] = { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01 };
  McpRequestHead head;

  g_test_summary ("A zero byte is refused at once, so that a TLS hello is not waited for");
  g_assert_cmpuint (parse (text, sizeof text - 1, FALSE, &head), ==, 400);
  mcp_request_head_clear (&head);
  g_assert_cmpuint (parse (hello, sizeof hello, FALSE, &head), ==, 400);
  mcp_request_head_clear (&head);
}

static void
test_unix (void)
{
  McpRequestHead head;
  const char *any_port = "GET / HTTP/1.1\r\nHost: localhost:1\r\n\r\n";
  const char *origin = "GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n";
  const char *foreign = "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n";

  g_test_summary ("On the Unix socket a port means nothing, and no web page is our own");
  g_assert_cmpuint (parse (any_port, strlen (any_port), TRUE, &head), ==, 200);
  mcp_request_head_clear (&head);
  g_assert_cmpuint (parse (origin, strlen (origin), TRUE, &head), ==, 403);
  mcp_request_head_clear (&head);
  g_assert_cmpuint (parse (foreign, strlen (foreign), TRUE, &head), ==, 403);
  mcp_request_head_clear (&head);
}

static void
test_canonical (void)
{
  static const char text[] = "POST http://localhost:16270/mcp?a=b HTTP/1.0\r\n"
                             "X-One:   1 \t\r\n" HOST "Range: bytes=0-1\r\n"
                             "Upgrade: websocket\r\nConnection: keep-alive, x\r\n"
                             "Keep-Alive: 5\r\nTE: trailers\r\nTrailer: X\r\n"
                             "Proxy-Authorization: y\r\nproxy-connection: close\r\n"
                             "If-Range: z\r\nHTTP2-Settings: q\r\nExpect: 100-continue\r\n"
                             "Content-Length: 0007\r\nAuthorization: Bearer t\r\n\r\n";
  McpRequestHead head;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *canonical = NULL;

  g_test_summary ("The server behind sees one form, without fields that concern the connection");
  g_assert_cmpuint (parse (text, sizeof text - 1, FALSE, &head), ==, 200);
  g_assert_cmpuint (head.content_length, ==, 7);
  g_assert_true (head.wants_close);
  g_assert_false (head.expects_continue);

  bytes = mcp_request_head_to_bytes (&head, 7);
  canonical = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpstr (canonical, ==,
                   "POST /mcp?a=b HTTP/1.1\r\nX-One:1\r\nHost:localhost:16270\r\n"
                   "Authorization:Bearer t\r\nContent-Length:7\r\n\r\n");
  mcp_request_head_clear (&head);
}

static void
test_numbers (void)
{
  static const char *const lengths[] = { "18446744073709551615", "18446744073709551619",
                                         "99999999999999999999999999999", "9223372036854775808" };

  g_test_summary ("A length beyond all numbers is a large one, not a small one");
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("POST / HTTP/1.1\r\n" HOST "Content-Length: %s\r\n\r\n", lengths[i]);
      McpRequestHead head;

      g_assert_cmpuint (parse (text, strlen (text), FALSE, &head), ==, 200);
      g_assert_cmpuint (head.content_length, >=, G_GUINT64_CONSTANT (1) << 63);
      mcp_request_head_clear (&head);
    }
}

static void
test_connection_options (void)
{
  static const struct
  {
    const char *fields;
    gboolean close;
  } cases[] = {
    { "", FALSE },
    { "Connection: keep-alive\r\n", FALSE },
    { "Connection: Close\r\n", TRUE },
    { "Connection: x,, close ,y\r\n", TRUE },
    { "Connection: x\r\nConnection: close\r\n", TRUE },
    { "Connection: closed\r\n", FALSE },
  };

  g_test_summary ("“Connection: close” is found in any list");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("GET / HTTP/1.1\r\n" HOST "%s\r\n", cases[i].fields);
      McpRequestHead head;

      g_assert_cmpuint (parse (text, strlen (text), FALSE, &head), ==, 200);
      g_assert_cmpint (head.wants_close, ==, cases[i].close);
      mcp_request_head_clear (&head);
    }
}

static void
test_limits (void)
{
  g_autofree char *filling = g_strnfill (5000, 'a');
  g_autofree char *long_line = g_strdup_printf ("GET /%s", filling);
  g_autofree char *long_head = g_strdup_printf ("GET / HTTP/1.1\r\n" HOST "X: %s", filling);
  g_autoptr (GString) fields = g_string_new ("GET / HTTP/1.1\r\n" HOST);
  McpRequestHead head;

  g_test_summary ("A long request line is a 414, a long head or many fields a 431");
  g_assert_cmpuint (parse (long_line, strlen (long_line), FALSE, &head), ==, 414);
  g_assert_cmpuint (parse (long_head, strlen (long_head), FALSE, &head), ==, 431);

  for (guint i = 0; i < 15; i++)
    g_string_append (fields, "X: y\r\n");
  g_string_append (fields, "\r\n");
  g_assert_cmpuint (parse (fields->str, fields->len, FALSE, &head), ==, 200);
  mcp_request_head_clear (&head);

  g_string_insert (fields, (gssize) fields->len - 2, "X: y\r\n");
  g_assert_cmpuint (parse (fields->str, fields->len, FALSE, &head), ==, 431);
  mcp_request_head_clear (&head);
}

static void
test_in_pieces (void)
{
  static const char text[] = "GET / HTTP/1.1\r\n" HOST "\r\nrest";
  McpHttpReject reject;
  gsize scanned = 0;

  g_test_summary ("The end of a head is found however it arrives");
  for (gsize length = 0; length < sizeof text - 5; length++)
    g_assert_cmpint (mcp_request_head_find_end (text, length, &scanned, 4096, &reject), ==, 0);
  g_assert_cmpint (mcp_request_head_find_end (text, sizeof text - 1, &scanned, 4096, &reject), ==,
                   sizeof text - 5);
}

static void
check_response (const char *text,
                gboolean to_head,
                gboolean close,
                const char *expected,
                McpResponseBodyKind kind,
                gboolean closes)
{
  McpResponseHead head;
  g_autoptr (GString) out = mcp_response_head_rewrite (text, strlen (text), to_head, close, &head);

  g_assert_cmpstr (out->str, ==, expected);
  g_assert_cmpint (head.body_kind, ==, kind);
  g_assert_cmpint (head.closes, ==, closes);
}

static void
test_response (void)
{
#define OK_5 "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
  g_test_summary ("The answer's head says truly whether the connection stays");
  check_response (OK_5 "\r\n", FALSE, FALSE, OK_5 "\r\n", MCP_RESPONSE_BODY_LENGTH, FALSE);
  check_response (OK_5 "Connection: keep-alive\r\nKeep-Alive: 3\r\n\r\n", FALSE, FALSE, OK_5 "\r\n",
                  MCP_RESPONSE_BODY_LENGTH, FALSE);
  check_response (OK_5 "Connection: close\r\n\r\n", FALSE, FALSE, OK_5 "Connection: close\r\n\r\n",
                  MCP_RESPONSE_BODY_LENGTH, TRUE);
  check_response (OK_5 "\r\n", FALSE, TRUE, OK_5 "Connection: close\r\n\r\n",
                  MCP_RESPONSE_BODY_LENGTH, TRUE);
  check_response (OK_5 "\r\n", TRUE, FALSE, OK_5 "\r\n", MCP_RESPONSE_BODY_NONE, FALSE);
  check_response ("HTTP/1.1 204 No Content\r\n\r\n", FALSE, FALSE,
                  "HTTP/1.1 204 No Content\r\n\r\n", MCP_RESPONSE_BODY_NONE, FALSE);
  check_response ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", FALSE, FALSE,
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                  MCP_RESPONSE_BODY_CHUNKED, FALSE);
  check_response ("HTTP/1.1 200 OK\r\n\r\n", FALSE, FALSE,
                  "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", MCP_RESPONSE_BODY_UNTIL_CLOSE,
                  TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/request-head/cases", test_cases);
  g_test_add_func ("/http/request-head/bytes-of-names", test_names);
  g_test_add_func ("/http/request-head/zero-byte", test_zero_byte);
  g_test_add_func ("/http/request-head/unix", test_unix);
  g_test_add_func ("/http/request-head/canonical-form", test_canonical);
  g_test_add_func ("/http/request-head/large-lengths", test_numbers);
  g_test_add_func ("/http/request-head/connection-options", test_connection_options);
  g_test_add_func ("/http/request-head/limits", test_limits);
  g_test_add_func ("/http/request-head/in-pieces", test_in_pieces);
  g_test_add_func ("/http/response-head/truth", test_response);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/wire/mcp-body-decoder.h"

#include <string.h>

typedef struct
{
  const char *wire;
  const char *body; /* NULL: refused or not complete */
  guint status;     /* 0: not refused */
  gsize n_left;     /* of the wire, when complete */
} ChunkedCase;

static const ChunkedCase chunked_cases[] = {
  { "0\r\n\r\n", "", 0, 0 },
  { "3\r\nabc\r\n0\r\n\r\n", "abc", 0, 0 },
  { "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET /", "abcde", 0, 5 },
  { "0000000a\r\n0123456789\r\n00000000\r\n\r\n", "0123456789", 0, 0 },
  { "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0, 0 },
  { "3;a=b;c=\"d\"\r\nabc\r\n0;x\r\n\r\n", "abc", 0, 0 },
  { "3\r\nabc\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\nrest", "abc", 0, 4 },
  /* not complete */
  { "", NULL, 0, 0 },
  { "3", NULL, 0, 0 },
  { "3\r\nab", NULL, 0, 0 },
  { "3\r\nabc\r\n", NULL, 0, 0 },
  { "3\r\nabc\r\n0\r\n", NULL, 0, 0 },
  { "3\r\nabc\r\n0\r\nX: y\r\n", NULL, 0, 0 },
  /* sizes */
  { "\r\n", NULL, 400, 0 },
  { "-1\r\n", NULL, 400, 0 },
  { "+3\r\nabc\r\n0\r\n\r\n", NULL, 400, 0 },
  { "0x3\r\nabc\r\n0\r\n\r\n", NULL, 400, 0 },
  { " 3\r\nabc\r\n0\r\n\r\n", NULL, 400, 0 },
  { "3 \r\nabc\r\n0\r\n\r\n", NULL, 400, 0 },
  { "3 ;x\r\nabc\r\n0\r\n\r\n", NULL, 400, 0 },
  { "g\r\n", NULL, 400, 0 },
  { ";x\r\n", NULL, 400, 0 },
  { "000000003\r\nabc\r\n0\r\n\r\n", NULL, 400, 0 },
  { "fffffffffffffffff\r\n", NULL, 400, 0 },
  { "ffffffff\r\n", NULL, 413, 0 },
  { "80000000\r\n", NULL, 413, 0 },
  /* line ends */
  { "3\nabc\r\n0\r\n\r\n", NULL, 400, 0 },
  { "3\rXabc\r\n0\r\n\r\n", NULL, 400, 0 },
  { "3\r\nabc\n0\r\n\r\n", NULL, 400, 0 },
  { "3\r\nabcd\r\n0\r\n\r\n", NULL, 400, 0 },
  { "3\r\nabc0\r\n\r\n", NULL, 400, 0 },
  { "3\r\nabc\rX", NULL, 400, 0 },
  { "3\r\nabc\r\n0\n\n", NULL, 400, 0 },
  { "3\r\nabc\r\n0\r\n\n", NULL, 400, 0 },
  { "3\r\nabc\r\n0\r\n\rX", NULL, 400, 0 },
  { "3;a\nb\r\n", NULL, 400, 0 },
  { "3;a\x01"
    "b\r\n",
    NULL, 400, 0 },
  /* trailers */
  { "0\r\njunk\r\n\r\n", NULL, 400, 0 },
  { "0\r\nX : y\r\n\r\n", NULL, 400, 0 },
  { "0\r\n folded\r\n\r\n", NULL, 400, 0 },
};

static McpBodyProgress
get_outcome (const ChunkedCase *c)
{
  if (c->status != 0)
    return MCP_BODY_FAILED;
  return c->body != NULL ? MCP_BODY_DONE : MCP_BODY_MORE;
}

static void
check_chunked (const ChunkedCase *c, gsize piece)
{
  McpBodyDecoder decoder;
  McpHttpReject reject = { 0 };
  McpBodyProgress progress = MCP_BODY_MORE;
  gsize length = strlen (c->wire), n_total = 0;

  mcp_body_decoder_init_chunked (&decoder, 1000, TRUE);
  while (n_total < length && progress == MCP_BODY_MORE)
    {
      gsize n_used;

      progress = mcp_body_decoder_feed (&decoder, c->wire + n_total, MIN (piece, length - n_total),
                                        &n_used, &reject);
      n_total += n_used;
    }

  g_assert_cmpint (progress, ==, get_outcome (c));
  g_assert_cmpuint (reject.status, ==, c->status);
  if (progress == MCP_BODY_DONE)
    {
      g_autoptr (GBytes) body = mcp_body_decoder_steal_body (&decoder);

      g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), c->body,
                       strlen (c->body));
      g_assert_cmpuint (length - n_total, ==, c->n_left);
    }
  mcp_body_decoder_clear (&decoder);
}

static void
test_chunked (void)
{
  g_test_summary ("Chunked bodies are read strictly, and the same however they arrive");
  for (gsize i = 0; i < G_N_ELEMENTS (chunked_cases); i++)
    for (gsize piece = 1; piece < 40; piece += 3)
      check_chunked (&chunked_cases[i], piece);
}

static void
test_length (void)
{
  McpBodyDecoder decoder;
  McpHttpReject reject;
  gsize n_used;
  g_autoptr (GBytes) body = NULL;

  g_test_summary ("A body of known length ends there, and the rest is left");
  mcp_body_decoder_init_length (&decoder, 5, TRUE);
  g_assert_cmpint (mcp_body_decoder_feed (&decoder, "ab", 2, &n_used, &reject), ==, MCP_BODY_MORE);
  g_assert_cmpuint (n_used, ==, 2);
  g_assert_cmpint (mcp_body_decoder_feed (&decoder, "cdefg", 5, &n_used, &reject), ==,
                   MCP_BODY_DONE);
  g_assert_cmpuint (n_used, ==, 3);
  body = mcp_body_decoder_steal_body (&decoder);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "abcde", 5);
  mcp_body_decoder_clear (&decoder);

  mcp_body_decoder_init_length (&decoder, 0, TRUE);
  g_assert_cmpint (mcp_body_decoder_feed (&decoder, NULL, 0, &n_used, &reject), ==, MCP_BODY_DONE);
  mcp_body_decoder_clear (&decoder);
}

static void
test_limit (void)
{
  McpBodyDecoder decoder;
  McpHttpReject reject;
  gsize n_used;

  g_test_summary ("The limit counts all chunks together, and one byte over it is too much");
  mcp_body_decoder_init_chunked (&decoder, 6, TRUE);
  g_assert_cmpint (
      mcp_body_decoder_feed (&decoder, "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", 21, &n_used, &reject),
      ==, MCP_BODY_DONE);
  mcp_body_decoder_clear (&decoder);

  mcp_body_decoder_init_chunked (&decoder, 6, TRUE);
  g_assert_cmpint (mcp_body_decoder_feed (&decoder, "3\r\nabc\r\n4\r\n", 11, &n_used, &reject), ==,
                   MCP_BODY_FAILED);
  g_assert_cmpuint (reject.status, ==, 413);
  mcp_body_decoder_clear (&decoder);
}

static void
feed_repeated (const char *start, const char *part, guint n_parts, guint status)
{
  McpBodyDecoder decoder;
  McpHttpReject reject = { 0 };
  McpBodyProgress progress;
  gsize n_used;

  mcp_body_decoder_init_chunked (&decoder, 1000, TRUE);
  progress = mcp_body_decoder_feed (&decoder, start, strlen (start), &n_used, &reject);
  for (guint i = 0; i < n_parts && progress == MCP_BODY_MORE; i++)
    progress = mcp_body_decoder_feed (&decoder, part, strlen (part), &n_used, &reject);

  g_assert_cmpint (progress, ==, MCP_BODY_FAILED);
  g_assert_cmpuint (reject.status, ==, status);
  mcp_body_decoder_clear (&decoder);
}

static void
test_bounds (void)
{
  g_test_summary ("Extensions and trailers, which are dropped, have a limit");
  feed_repeated ("3;", "x", 5000, 400);
  feed_repeated ("0\r\nX: ", "y", 9000, 431);
  feed_repeated ("0\r\n", "X: y\r\n", 100, 431);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/body-decoder/chunked", test_chunked);
  g_test_add_func ("/http/body-decoder/length", test_length);
  g_test_add_func ("/http/body-decoder/limit", test_limit);
  g_test_add_func ("/http/body-decoder/bounds", test_bounds);
  return g_test_run ();
}

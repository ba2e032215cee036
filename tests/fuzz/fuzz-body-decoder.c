/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "http/wire/mcp-body-decoder.h"

#include <string.h>

/*
 * The first byte is the size of the pieces in which the rest arrives. They must
 * not matter, and a decoded body, chunked again, must be decoded to itself.
 */

#define MAX_BYTES 10000

typedef struct
{
  McpBodyProgress progress;
  McpHttpReject reject;
  gsize n_used;
  GBytes *body; /* (owned) (nullable) */
} Outcome;

static Outcome
decode (const char *text, gsize size, gsize piece)
{
  Outcome outcome = { .progress = MCP_BODY_MORE };
  McpBodyDecoder decoder;

  mcp_body_decoder_init_chunked (&decoder, MAX_BYTES, TRUE);
  while (outcome.n_used < size && outcome.progress == MCP_BODY_MORE)
    {
      gsize length = MIN (piece, size - outcome.n_used), n_used;

      outcome.progress =
          mcp_body_decoder_feed (&decoder, text + outcome.n_used, length, &n_used, &outcome.reject);
      g_assert_cmpuint (n_used, <=, length);
      if (outcome.progress == MCP_BODY_MORE)
        g_assert_cmpuint (n_used, ==, length);
      outcome.n_used += n_used;
    }
  g_assert_cmpuint (decoder.n_decoded, <=, MAX_BYTES);
  if (outcome.progress == MCP_BODY_DONE)
    outcome.body = mcp_body_decoder_steal_body (&decoder);
  mcp_body_decoder_clear (&decoder);
  return outcome;
}

static void
check_again (GBytes *body)
{
  gsize size;
  const char *data = g_bytes_get_data (body, &size);
  g_autoptr (GString) wire = g_string_new (NULL);
  Outcome outcome;

  if (size > 0)
    {
      g_string_append_printf (wire, "%zx\r\n", size);
      g_string_append_len (wire, data, (gssize) size);
      g_string_append (wire, "\r\n");
    }
  g_string_append (wire, "0\r\n\r\n");

  outcome = decode (wire->str, wire->len, wire->len);
  g_assert_cmpint (outcome.progress, ==, MCP_BODY_DONE);
  g_assert_true (g_bytes_equal (outcome.body, body));
  g_bytes_unref (outcome.body);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data + 1;
  Outcome whole, pieces;

  if (size < 2)
    return 0;

  whole = decode (text, size - 1, size - 1);
  pieces = decode (text, size - 1, 1 + data[0] % 64);
  g_assert_cmpint (whole.progress, ==, pieces.progress);
  g_assert_cmpuint (whole.reject.status, ==, pieces.reject.status);
  if (whole.progress == MCP_BODY_FAILED)
    g_assert_cmpuint (whole.reject.status, >=, 400);
  if (whole.progress == MCP_BODY_DONE)
    {
      g_assert_cmpuint (whole.n_used, ==, pieces.n_used);
      g_assert_true (g_bytes_equal (whole.body, pieces.body));
      check_again (whole.body);
      g_bytes_unref (whole.body);
      g_bytes_unref (pieces.body);
    }
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* RFC 8259 section 2 */
static inline gboolean
mcp_json_is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#define MCP_JSON_EACH_BYTE(c) (G_GUINT64_CONSTANT (0x0101010101010101) * (c))
#define MCP_JSON_HAS_ZERO(w)  (((w) -MCP_JSON_EACH_BYTE (0x01)) & ~(w) &MCP_JSON_EACH_BYTE (0x80))

/*
 * Skips what a string may hold as it is: ASCII but for quotes, backslashes and
 * control characters, eight bytes at a time. The tests may find one too many
 * (a borrow from the byte below), never one too few; the loop by bytes decides.
 */
static inline const char *
mcp_json_skip_plain (const char *at, const char *end)
{
  while (end - at >= 8)
    {
      guint64 word;

      memcpy (&word, at, sizeof word);
      if ((word & MCP_JSON_EACH_BYTE (0x80)) != 0 ||
          ((word - MCP_JSON_EACH_BYTE (0x20)) & ~word & MCP_JSON_EACH_BYTE (0x80)) != 0 ||
          MCP_JSON_HAS_ZERO (word ^ MCP_JSON_EACH_BYTE ('"')) != 0 ||
          MCP_JSON_HAS_ZERO (word ^ MCP_JSON_EACH_BYTE ('\\')) != 0)
        break;
      at += 8;
    }
  while (at < end && (guchar) *at >= 0x20 && (guchar) *at < 0x80 && *at != '"' && *at != '\\')
    at++;
  return at;
}

/* Whether an odd number of backslashes stands between @start and @quote. */
static inline gboolean
mcp_json_is_escaped (const char *start, const char *quote)
{
  const char *at = quote;

  while (at > start && at[-1] == '\\')
    at--;
  return (quote - at) % 2 == 1;
}

/* At the first backslash of a string: the closing quote. A string may have an escape in every
 * few bytes, so that looking for quotes only is much faster than stopping at each escape. */
static inline const char *
mcp_json_find_closing_quote (const char *start, const char *end)
{
  const char *quote = memchr (start, '"', (gsize) (end - start));

  while (quote != NULL && mcp_json_is_escaped (start, quote))
    {
      start = quote + 1;
      quote = memchr (start, '"', (gsize) (end - start));
    }
  return quote != NULL ? quote : end;
}

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "protocol/mcp-line-framer.h"

#include <malloc.h>
#include <string.h>

#define MAX_BYTES 16

static void
push_text (McpLineFramer *framer, const char *text)
{
  mcp_line_framer_push (framer, text, strlen (text));
}

/* All lines there are, each in “[]”; an error is “!”. */
static char *
take_all (McpLineFramer *framer)
{
  GString *out = g_string_new (NULL);

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) line = mcp_line_framer_next (framer, &error);

      if (error != NULL)
        {
          g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
          g_assert_null (line);
          g_string_append_c (out, '!');
        }
      if (line == NULL)
        return g_string_free (out, FALSE);
      g_string_append_c (out, '[');
      g_string_append_len (out, g_bytes_get_data (line, NULL), (gssize) g_bytes_get_size (line));
      g_string_append_c (out, ']');
    }
}

static const struct
{
  const char *text;
  const char *lines;
} cases[] = {
  { "", "" },
  { "a", "" },
  { "a\n", "[a]" },
  { "a\r\nb\n", "[a][b]" },
  { "\n\r\n\n a \n", "[ a ]" },
  { "a\rb\n", "[a\rb]" },
  { "a\r\r\n", "[a\r]" },
  { "a\n\xff\xfe\nb", "[a][\xff\xfe]" },
  { "0123456789abcdef\n", "[0123456789abcdef]" },
  { "0123456789abcdef\r\nx\n", "[0123456789abcdef][x]" },
  { "0123456789abcdef", "" },
  { "0123456789abcdef\r", "" },
  { "a\n0123456789abcdefg\nb\n", "[a]!" },
  { "0123456789abcdef\r\r\n", "!" },
  { "0123456789abcdefgh", "!" },
};

static void
test_lines (void)
{
  g_test_summary ("Lines come without their ends, empty ones not at all, a line too long is one");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (McpLineFramer) framer = mcp_line_framer_new (MAX_BYTES);
      g_autofree char *lines = NULL;

      push_text (framer, cases[i].text);
      lines = take_all (framer);
      g_assert_cmpstr (lines, ==, cases[i].lines);
    }
}

static void
test_pieces (void)
{
  g_test_summary ("However the bytes come in pieces, the lines are the same");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step < 5; step++)
      {
        g_autoptr (McpLineFramer) framer = mcp_line_framer_new (MAX_BYTES);
        g_autoptr (GString) lines = g_string_new (NULL);
        gsize length = strlen (cases[i].text);

        for (gsize at = 0; at < length && strchr (lines->str, '!') == NULL; at += step)
          {
            g_autofree char *more = NULL;

            mcp_line_framer_push (framer, cases[i].text + at, MIN (step, length - at));
            more = take_all (framer);
            g_string_append (lines, more);
          }
        g_assert_cmpstr (lines->str, ==, cases[i].lines);
      }
}

static void
test_nul (void)
{
  g_autoptr (McpLineFramer) framer = mcp_line_framer_new (MAX_BYTES);
  g_autoptr (GBytes) line = NULL;

  g_test_summary ("A NUL byte is a byte like others");
  mcp_line_framer_push (framer, "a\0b\n", 4);
  line = mcp_line_framer_next (framer, NULL);
  g_assert_cmpmem (g_bytes_get_data (line, NULL), g_bytes_get_size (line), "a\0b", 3);
}

static void
test_stays_failed (void)
{
  g_autoptr (McpLineFramer) framer = mcp_line_framer_new (MAX_BYTES);

  g_test_summary ("After a line that was too long nothing is believed any more");
  push_text (framer, "this line is longer than sixteen bytes\nok\n");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *lines = take_all (framer);

      g_assert_cmpstr (lines, ==, "!");
      push_text (framer, "ok\n");
    }
}

static void
test_huge_line (void)
{
  const gsize size = 8 * 1024 * 1024;
  g_autofree char *piece = g_strnfill (4096, 'x');
  g_autoptr (McpLineFramer) framer = mcp_line_framer_new (size);
  g_autoptr (GBytes) line = NULL;
  g_autoptr (GBytes) next = NULL;

  g_test_summary ("A huge line in small pieces arrives whole, and so does what follows it");
  for (gsize n = 0; n < size; n += 4096)
    {
      g_assert_null (mcp_line_framer_next (framer, NULL));
      mcp_line_framer_push (framer, piece, 4096);
    }
  push_text (framer, "\r\nnext\nrest");
  line = mcp_line_framer_next (framer, NULL);
  g_assert_cmpuint (g_bytes_get_size (line), ==, size);
  g_assert_cmpint (((const char *) g_bytes_get_data (line, NULL))[size - 1], ==, 'x');
  next = mcp_line_framer_next (framer, NULL);
  g_assert_cmpmem (g_bytes_get_data (next, NULL), g_bytes_get_size (next), "next", 4);
  g_assert_null (mcp_line_framer_next (framer, NULL));
  push_text (framer, "\n");
  g_clear_pointer (&next, g_bytes_unref);
  next = mcp_line_framer_next (framer, NULL);
  g_assert_cmpmem (g_bytes_get_data (next, NULL), g_bytes_get_size (next), "rest", 4);
}

/* Reads some of @text as from a pipe. */
static gsize
read_some (McpLineFramer *framer, const char *text, gsize length)
{
  gsize room = (gsize) g_test_rand_int_range (1, 600000);
  gsize n = MIN (length, (gsize) g_test_rand_int_range (1, (gint32) room + 1));

  memcpy (mcp_line_framer_reserve (framer, room), text, n);
  mcp_line_framer_commit (framer, n);
  return n;
}

static void
test_room (void)
{
  const gsize sizes[] = { 10, 70000, 5000000, 1, 20000000, 1100000, 3 };
  g_autoptr (McpLineFramer) framer = mcp_line_framer_new (20000000);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) got = g_string_new (NULL);

  g_test_summary ("What is read into the framer's own room comes out as it was, short or long");
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *line = g_strnfill (sizes[i], (char) ('a' + i));

      g_string_append_printf (text, "%s\n", line);
    }
  for (gsize at = 0; at < text->len;)
    {
      at += read_some (framer, text->str + at, text->len - at);
      for (;;)
        {
          g_autoptr (GBytes) line = mcp_line_framer_next (framer, NULL);

          if (line == NULL)
            break;
          g_string_append_len (got, g_bytes_get_data (line, NULL),
                               (gssize) g_bytes_get_size (line));
          g_string_append_c (got, '\n');
        }
    }
  g_assert_true (g_string_equal (got, text));
}

static gsize
get_heap_bytes (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static void
test_memory (void)
{
  const gsize size = 16 * 1024 * 1024;
  g_autofree char *text = g_strnfill (size, 'x');
  g_autoptr (McpLineFramer) framer = mcp_line_framer_new (size);
  g_autoptr (GBytes) line = NULL;
  gsize before;

  g_test_summary ("The memory of a huge line is given back once it was taken");
  before = get_heap_bytes ();
  if (before == 0)
    {
      g_test_skip ("the allocator does not say how much is in use");
      return;
    }
  mcp_line_framer_push (framer, text, size);
  push_text (framer, "\nbegun");
  line = mcp_line_framer_next (framer, NULL);
  g_assert_cmpuint (g_bytes_get_size (line), ==, size);
  g_assert_cmpuint (get_heap_bytes (), <, before + size + size / 4);
  g_clear_pointer (&line, g_bytes_unref);
  g_assert_null (mcp_line_framer_next (framer, NULL));
  g_assert_cmpuint (get_heap_bytes (), <, before + size / 4);

  for (gsize i = 99; i < size; i += 100)
    text[i] = '\n';
  mcp_line_framer_push (framer, text, size);
  while ((line = mcp_line_framer_next (framer, NULL)) != NULL)
    g_clear_pointer (&line, g_bytes_unref);
  g_assert_cmpuint (get_heap_bytes (), <, before + size / 4);
}

static void
test_random (void)
{
  g_test_summary ("Whatever comes in whatever pieces, the lines are those of a split text");
  for (guint round = 0; round < 100; round++)
    {
      g_autoptr (McpLineFramer) framer = mcp_line_framer_new (1000000);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autoptr (GString) got = g_string_new (NULL);
      int n_lines = g_test_rand_int_range (0, 20);

      for (int i = 0; i < n_lines; i++)
        {
          int length = g_test_rand_int_range (0, g_test_rand_bit () ? 4 : 100000);
          g_autofree char *line = g_strnfill ((gsize) length, (char) ('a' + i));

          g_string_append_printf (text, "%s%s", line, g_test_rand_bit () ? "\n" : "\r\n");
          if (length > 0)
            g_string_append_printf (expected, "[%s]", line);
        }

      for (gsize at = 0; at < text->len;)
        {
          gsize length = (gsize) g_test_rand_int_range (1, g_test_rand_bit () ? 100 : 300000);
          g_autofree char *lines = NULL;

          length = MIN (length, text->len - at);
          mcp_line_framer_push (framer, text->str + at, length);
          at += length;
          lines = take_all (framer);
          g_string_append (got, lines);
        }
      g_assert_true (g_string_equal (got, expected));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/line-framer/lines", test_lines);
  g_test_add_func ("/protocol/line-framer/pieces", test_pieces);
  g_test_add_func ("/protocol/line-framer/nul", test_nul);
  g_test_add_func ("/protocol/line-framer/stays-failed", test_stays_failed);
  g_test_add_func ("/protocol/line-framer/huge-line", test_huge_line);
  g_test_add_func ("/protocol/line-framer/room", test_room);
  g_test_add_func ("/protocol/line-framer/memory", test_memory);
  g_test_add_func ("/protocol/line-framer/random", test_random);
  return g_test_run ();
}

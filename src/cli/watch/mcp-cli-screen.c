/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The last lines of a terminal, which are drawn again and again, while finished lines scroll up
 * above them.
 */
#include "cli/watch/mcp-cli-screen.h"

#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct _McpCliScreen
{
  int fd;
  GArray *drawn;    /* (owned) (element-type guint): the widths of the lines that are there */
  guint columns;    /* of the terminal now; 0: not known */
  GPtrArray *above; /* (owned) (element-type utf8): lines to be written above at the next drawing */
};

/**
 * mcp_cli_screen_new:
 * @fd: a terminal
 *
 * Returns: (transfer full): a screen with nothing drawn
 */
McpCliScreen *
mcp_cli_screen_new (int fd)
{
  McpCliScreen *self = g_new0 (McpCliScreen, 1);

  self->fd = fd;
  self->drawn = g_array_new (FALSE, FALSE, sizeof (guint));
  self->above = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/**
 * mcp_cli_screen_free:
 * @self: (transfer full): a screen; what is drawn stays
 */
void
mcp_cli_screen_free (McpCliScreen *self)
{
  g_array_unref (self->drawn);
  g_ptr_array_unref (self->above);
  g_free (self);
}

/* Without the escape sequences that set colours. */
static guint
measure (const char *line)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (const char *at = line; *at != '\0'; at++)
    {
      if (*at == '\033')
        while (*at != '\0' && *at != 'm')
          at++;
      else
        g_string_append_c (plain, *at);
      if (*at == '\0')
        break;
    }
  return mcp_cli_text_width (plain->str);
}

/* A line that is wider than the terminal takes several rows. */
static guint
rows_of (McpCliScreen *self, guint width)
{
  return self->columns > 0 && width > self->columns ? (width + self->columns - 1) / self->columns
                                                    : 1;
}

static guint
count_rows (McpCliScreen *self)
{
  guint rows = 0;

  for (guint i = 0; i < self->drawn->len; i++)
    rows += rows_of (self, g_array_index (self->drawn, guint, i));
  return rows;
}

/* Returns: the rows that the line takes */
static guint
append_line (McpCliScreen *self, GString *out, const char *line)
{
  g_string_append_printf (out, "%s\033[K\n", line);
  return rows_of (self, measure (line));
}

static void
write_text (int fd, GString *text)
{
  g_autofree char *converted = mcp_cli_terminal_to_locale (text->str);
  const char *data = converted;
  gsize length = strlen (data);

  while (length > 0)
    {
      gssize n = write (fd, data, length);

      if (n < 0 && errno != EINTR && errno != EAGAIN)
        return;
      data += MAX (n, 0);
      length -= (gsize) MAX (n, 0);
    }
}

/**
 * mcp_cli_screen_add_line:
 * @self: a screen
 * @line: to be written above the drawn lines, for good
 */
void
mcp_cli_screen_add_line (McpCliScreen *self, const char *line)
{
  g_ptr_array_add (self->above, g_strdup (line));
}

/**
 * mcp_cli_screen_draw:
 * @self: a screen
 * @lines: (element-type utf8): the new lines
 *
 * Draws the lines in the place of the old ones. The cursor is below them afterwards.
 */
void
mcp_cli_screen_draw (McpCliScreen *self, GPtrArray *lines)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint old_rows = count_rows (self);
  guint rows = 0;

  /* Each row is erased by itself: when a whole screen is erased, tmux keeps what was on it. */
  if (old_rows > 0)
    g_string_append_printf (out, "\r\033[%uA", old_rows);
  for (guint i = 0; i < self->above->len; i++)
    rows += append_line (self, out, g_ptr_array_index (self->above, i));
  g_ptr_array_set_size (self->above, 0);
  g_array_set_size (self->drawn, 0);
  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = g_ptr_array_index (lines, i);
      guint width = measure (line);

      rows += append_line (self, out, line);
      g_array_append_val (self->drawn, width);
    }
  if (rows < old_rows)
    {
      for (guint i = rows; i < old_rows; i++)
        g_string_append (out, "\033[K\n");
      g_string_append_printf (out, "\033[%uA", old_rows - rows);
    }
  write_text (self->fd, out);
}

/**
 * mcp_cli_screen_resized:
 * @self: a screen
 * @columns: how wide the terminal is now
 */
void
mcp_cli_screen_resized (McpCliScreen *self, guint columns)
{
  self->columns = columns;
}

/**
 * mcp_cli_screen_forget:
 * @self: a screen
 *
 * Another program has written to the terminal: the lines that were drawn stay where they are.
 */
void
mcp_cli_screen_forget (McpCliScreen *self)
{
  g_array_set_size (self->drawn, 0);
}

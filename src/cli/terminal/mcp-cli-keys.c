/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Keys of the terminal, one by one, while a screen is shown. Ctrl-C and Ctrl-Z stay signals.
 */
#include "cli/terminal/mcp-cli-keys.h"

#include <glib-unix.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct _McpCliKeys
{
  McpCliKeyFunc func;
  gpointer user_data;
  struct termios old;
  gboolean is_changed; /* the terminal has to be set back */
  guint source_id;
};

/* Reads the keys only while the command is in the foreground: a background process that changed
 * the terminal would be stopped. */
static gboolean
is_foreground (void)
{
  return tcgetpgrp (STDIN_FILENO) == getpgrp ();
}

static void
set_up (McpCliKeys *self)
{
  struct termios raw = self->old;

  raw.c_lflag &= ~(tcflag_t) (ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  self->is_changed = is_foreground () && tcsetattr (STDIN_FILENO, TCSANOW, &raw) == 0;
}

/* What terminals send for the arrows, in both of their modes. */
static gsize
read_key (const char *text, gsize length, McpCliKey *key)
{
  static const struct
  {
    const char *bytes;
    McpCliKey key;
  } keys[] = {
    { "\033[A", MCP_CLI_KEY_UP },   { "\033OA", MCP_CLI_KEY_UP }, { "\033[B", MCP_CLI_KEY_DOWN },
    { "\033OB", MCP_CLI_KEY_DOWN }, { "\r", MCP_CLI_KEY_ENTER },  { "\n", MCP_CLI_KEY_ENTER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (length >= strlen (keys[i].bytes) &&
        memcmp (text, keys[i].bytes, strlen (keys[i].bytes)) == 0)
      {
        *key = keys[i].key;
        return strlen (keys[i].bytes);
      }
  *key = *text == '\033' ? (McpCliKey) MCP_CLI_KEY_ESCAPE : (McpCliKey) (guchar) *text;
  /* The rest of a sequence that is not known is nobody's key. */
  return *text == '\033' ? length : 1;
}

static gboolean
ready_cb (int fd, GIOCondition condition, gpointer user_data)
{
  McpCliKeys *self = user_data;
  char text[64];
  gssize n = read (fd, text, sizeof text);

  if (n <= 0)
    {
      self->source_id = 0;
      return G_SOURCE_REMOVE;
    }
  for (gsize at = 0; at < (gsize) n;)
    {
      McpCliKey key;

      at += read_key (text + at, (gsize) n - at, &key);
      self->func (key, self->user_data);
    }
  return G_SOURCE_CONTINUE;
}

/**
 * mcp_cli_keys_new:
 * @func: called for each key, on the default main context
 * @user_data: for @func
 *
 * Reads keys from the standard input, if that is a terminal.
 *
 * Returns: (transfer full): the keys; the terminal is as it was once they are freed
 */
McpCliKeys *
mcp_cli_keys_new (McpCliKeyFunc func, gpointer user_data)
{
  McpCliKeys *self = g_new0 (McpCliKeys, 1);

  self->func = func;
  self->user_data = user_data;
  if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, &self->old) != 0)
    return self;
  set_up (self);
  if (self->is_changed)
    self->source_id = g_unix_fd_add (STDIN_FILENO, G_IO_IN, ready_cb, self);
  return self;
}

/**
 * mcp_cli_keys_pause:
 * @self: keys
 *
 * The process is about to stop: the terminal is as it was.
 */
void
mcp_cli_keys_pause (McpCliKeys *self)
{
  if (self->is_changed && is_foreground ())
    tcsetattr (STDIN_FILENO, TCSANOW, &self->old);
}

/**
 * mcp_cli_keys_continued:
 * @self: keys
 *
 * The process was stopped, and the shell has set the terminal its own way.
 */
void
mcp_cli_keys_continued (McpCliKeys *self)
{
  if (self->source_id != 0)
    set_up (self);
}

/**
 * mcp_cli_keys_free:
 * @self: (transfer full): keys
 */
void
mcp_cli_keys_free (McpCliKeys *self)
{
  g_clear_handle_id (&self->source_id, g_source_remove);
  mcp_cli_keys_pause (self);
  g_free (self);
}

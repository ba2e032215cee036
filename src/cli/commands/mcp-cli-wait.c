/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tells a person at a terminal what a command waits for.
 */
#include "cli/commands/mcp-cli-wait.h"

#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <unistd.h>

#define CLEAR_LINE "\r\033[K"

struct _McpCliWait
{
  char *text;
  McpCliWaitDetail detail; /* (nullable) */
  gpointer user_data;
  gint64 start_us;
  guint tick_id;
  gboolean is_shown;
};

static gboolean
tick_cb (gpointer user_data)
{
  McpCliWait *self = user_data;
  guint seconds = (guint) ((g_get_monotonic_time () - self->start_us) / G_USEC_PER_SEC);
  g_autofree char *detail = self->detail != NULL ? self->detail (self->user_data) : NULL;
  g_autofree char *clean = detail != NULL ? mcp_text_clean (detail) : NULL;
  g_autofree char *line = clean != NULL
                              ? g_strdup_printf (_ ("%s … %u s: %s"), self->text, seconds, clean)
                              : g_strdup_printf (_ ("%s … %u s"), self->text, seconds);
  g_autofree char *fit =
      mcp_cli_text_fit (line, MAX (mcp_cli_terminal_get_columns (STDERR_FILENO), 20) - 1);

  g_printerr (CLEAR_LINE "%s", fit);
  self->is_shown = TRUE;
  return G_SOURCE_CONTINUE;
}

/**
 * mcp_cli_wait_new:
 * @text: what is waited for, translated
 *
 * Shows the text and the seconds on standard error, once a second has gone, if that is a terminal.
 * The default main context must run.
 *
 * Returns: (transfer full): the display
 */
McpCliWait *
mcp_cli_wait_new (const char *text)
{
  McpCliWait *self = g_new0 (McpCliWait, 1);

  self->text = mcp_text_clean (text);
  self->start_us = g_get_monotonic_time ();
  if (isatty (STDERR_FILENO))
    self->tick_id = g_timeout_add_seconds (1, tick_cb, self);
  return self;
}

/**
 * mcp_cli_wait_set_detail:
 * @self: a display
 * @detail: asked each time that the line is drawn
 * @user_data: for @detail
 */
void
mcp_cli_wait_set_detail (McpCliWait *self, McpCliWaitDetail detail, gpointer user_data)
{
  self->detail = detail;
  self->user_data = user_data;
}

/**
 * mcp_cli_wait_set_text:
 * @self: a display
 * @text: what is waited for now; text of others is cleaned
 */
void
mcp_cli_wait_set_text (McpCliWait *self, const char *text)
{
  g_free (self->text);
  self->text = g_strstrip (mcp_text_clean (text));
}

/**
 * mcp_cli_wait_stop:
 * @self: a display
 *
 * Shows nothing any more: something else is in the line now.
 */
void
mcp_cli_wait_stop (McpCliWait *self)
{
  g_clear_handle_id (&self->tick_id, g_source_remove);
  self->is_shown = FALSE;
}

/**
 * mcp_cli_wait_free:
 * @self: (transfer full): a display; its line is cleared
 */
void
mcp_cli_wait_free (McpCliWait *self)
{
  g_clear_handle_id (&self->tick_id, g_source_remove);
  if (self->is_shown)
    g_printerr (CLEAR_LINE);
  g_free (self->text);
  g_free (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The line of the terminal that says what a call is doing: what is waited for, and then how far the
 * tool is. Nothing is shown elsewhere.
 */
#include "cli/commands/mcp-cli-call-display.h"

#include "cli/commands/mcp-cli-server-log.h"
#include "cli/commands/mcp-cli-tool-cost.h"
#include "cli/commands/mcp-cli-wait.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define CLEAR_LINE "\r\033[K"

/* The daemon's own words come as progress that rises by a millionth: see docs/http.md. */
#define OWN_WORDS_BELOW 0.001
/* What the daemon says while a question waits; the server's log does not explain that wait. */
#define CONSENT_WORDS   "Waiting for the owner's consent"

struct _McpCliCallDisplay
{
  McpCliConnection *connection; /* (owned) (nullable) */
  char *tool;
  char *words;      /* (nullable): what the daemon says of the wait */
  char *said;       /* (nullable): what the server said last */
  McpCliWait *wait; /* (owned) */
};

/* The last line that the server wrote to its standard error. Its name is the beginning of the
 * tool's, unless it has another prefix. */
static char *
dup_last_line (McpCliCallDisplay *self)
{
  g_autofree char *server = mcp_cli_tool_cost_dup_server (self->tool);
  g_autoptr (GBytes) log =
      *server != '\0' ? mcp_cli_server_log_fetch (self->connection, server, 1, NULL) : NULL;
  McpJsonSlice root, lines, line;
  McpJsonIter iter;

  if (log == NULL || !mcp_cli_json_parse_bytes (log, &root, NULL) ||
      !mcp_json_find_typed (root, "lines", MCP_JSON_ARRAY, &lines))
    return NULL;
  mcp_json_iter_init (&iter, lines);
  return mcp_json_iter_next_element (&iter, &line) ? mcp_cli_json_dup_member (line, "text") : NULL;
}

/* The daemon tells of lines that come during the wait; one that came before is in the log. */
static char *
detail_cb (gpointer user_data)
{
  McpCliCallDisplay *self = user_data;

  if (self->words != NULL && g_str_has_prefix (self->words, CONSENT_WORDS))
    return g_strdup (_ ("“mcp-session consent” answers"));
  if (self->connection != NULL && self->words != NULL)
    {
      g_free (self->said);
      self->said = dup_last_line (self);
    }
  if (self->said != NULL && self->words != NULL && strstr (self->words, self->said) != NULL)
    return NULL;
  return g_strdup (self->said);
}

/**
 * mcp_cli_call_display_new:
 * @connection: (nullable): to the daemon, which has the log of the server
 * @tool: what is called
 *
 * Returns: (transfer full): a display, which shows how long the call takes
 */
McpCliCallDisplay *
mcp_cli_call_display_new (McpCliConnection *connection, const char *tool)
{
  McpCliCallDisplay *self = g_new0 (McpCliCallDisplay, 1);
  g_autofree char *text = g_strdup_printf (_ ("Waiting for %s"), tool);

  self->connection = connection != NULL ? g_object_ref (connection) : NULL;
  self->tool = g_strdup (tool);
  self->wait = mcp_cli_wait_new (text);
  mcp_cli_wait_set_detail (self->wait, detail_cb, self);
  return self;
}

/**
 * mcp_cli_call_display_free:
 * @self: (transfer full): a display; its line is cleared
 */
void
mcp_cli_call_display_free (McpCliCallDisplay *self)
{
  mcp_cli_call_display_clear (self);
  mcp_cli_wait_free (self->wait);
  g_clear_object (&self->connection);
  g_free (self->words);
  g_free (self->said);
  g_free (self->tool);
  g_free (self);
}

static void
show (const char *text)
{
  g_autofree char *clean = mcp_text_clean (text);
  g_autofree char *fit =
      mcp_cli_text_fit (clean, MAX (mcp_cli_terminal_get_columns (STDERR_FILENO), 20) - 1);

  g_printerr (CLEAR_LINE "%s", fit);
}

/* The daemon's words end with the seconds, as “(3 s)”; the display counts them itself. */
static void
show_own_words (McpCliCallDisplay *self, const char *message)
{
  g_autofree char *text = g_strdup (message);
  char *seconds = strrchr (text, '(');

  if (seconds != NULL && g_str_has_suffix (seconds, " s)"))
    *seconds = '\0';
  g_free (self->words);
  self->words = g_strdup (message);
  mcp_cli_wait_set_text (self->wait, text);
}

/**
 * mcp_cli_call_display_take_progress:
 * @self: a display
 * @params: of a progress notification
 */
void
mcp_cli_call_display_take_progress (McpCliCallDisplay *self, McpJsonSlice params)
{
  g_autofree char *message = mcp_cli_json_dup_member (params, "message");
  g_autoptr (GString) line = g_string_new (NULL);
  double progress, total;

  if (!mcp_cli_json_get_number (params, "progress", &progress))
    return;
  if (message != NULL && progress < OWN_WORDS_BELOW && progress > 0)
    {
      show_own_words (self, message);
      return;
    }
  mcp_cli_wait_stop (self->wait);
  if (mcp_cli_json_get_number (params, "total", &total) && total > 0)
    g_string_append_printf (line, "%3.0f%% ", CLAMP (progress / total, 0, 1) * 100);
  else
    g_string_append_printf (line, "%g ", progress);
  g_string_append (line, self->tool);
  if (message != NULL)
    g_string_append_printf (line, ": %s", message);
  show (line->str);
}

/**
 * mcp_cli_call_display_say:
 * @self: a display
 * @line: what a server says while it starts
 */
void
mcp_cli_call_display_say (McpCliCallDisplay *self, const char *line)
{
  g_free (self->said);
  self->said = g_strdup (line);
}

/**
 * mcp_cli_call_display_clear:
 * @self: a display
 *
 * Clears the line, for something else that is printed now. The time goes on.
 */
void
mcp_cli_call_display_clear (McpCliCallDisplay *self)
{
  if (isatty (STDERR_FILENO))
    g_printerr (CLEAR_LINE);
}

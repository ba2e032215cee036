/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a server wrote to its standard error, as the daemon keeps it.
 */
#include "cli/commands/mcp-cli-server-log.h"

#include "cli/commands/mcp-cli-server-states.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-main-loop.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How often a log that is followed is asked for. */
#define FOLLOW_EVERY_MS 500
/* Of the daemon: GET /servers/{name}/log */
#define MAX_LINES       1000

typedef struct
{
  McpCliConnection *connection; /* (unowned) */
  const char *name;
  char *last;           /* (nullable): JSON of the line that was printed last */
  McpCliMainLoop *loop; /* (owned) */
  guint tick_id;
} Follow;

static void
follow_clear (Follow *self)
{
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_pointer (&self->loop, mcp_cli_main_loop_free);
  g_free (self->last);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Follow, follow_clear)

/**
 * mcp_cli_server_log_fetch:
 * @connection: to the daemon
 * @name: of a server
 * @n_lines: how many at most
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the answer of GET /servers/{name}/log
 */
GBytes *
mcp_cli_server_log_fetch (McpCliConnection *connection,
                          const char *name,
                          guint n_lines,
                          GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/servers/%s/log?lines=%u", escaped, n_lines);
  g_autoptr (GError) local_error = NULL;
  GBytes *answer = mcp_cli_connection_request (connection, "GET", path, NULL, NULL, &local_error);

  if (answer == NULL)
    mcp_cli_server_states_set_error (connection, name, g_steal_pointer (&local_error), error);
  return answer;
}

static McpJsonSlice
find_lines (GBytes *log)
{
  McpJsonSlice root, lines;

  if (log != NULL && mcp_cli_json_parse_bytes (log, &root, NULL) &&
      mcp_json_find_typed (root, "lines", MCP_JSON_ARRAY, &lines))
    return lines;
  return mcp_json_slice ("[]");
}

static void
append_line (GString *out, McpJsonSlice line)
{
  g_autofree char *time = mcp_cli_json_dup_member (line, "time");
  g_autofree char *text = mcp_cli_json_dup_member (line, "text");
  g_autofree char *when = mcp_cli_text_short_time (time != NULL ? time : "", g_get_real_time ());
  g_autofree char *shown =
      text != NULL && isatty (STDOUT_FILENO) ? mcp_cli_terminal_escape (text) : g_strdup (text);

  g_string_append_printf (out, "%s  %s\n", when, shown != NULL ? shown : "");
}

/**
 * mcp_cli_server_log_to_text:
 * @log: as mcp_cli_server_log_fetch() returns it
 *
 * Returns: (transfer full): the lines with their times; a terminal obeys nothing in them
 */
char *
mcp_cli_server_log_to_text (GBytes *log)
{
  GString *out = g_string_new (NULL);
  McpJsonSlice line;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, find_lines (log));
  while (mcp_json_iter_next_element (&iter, &line))
    append_line (out, line);
  return g_string_free (out, FALSE);
}

static void
remember_last (Follow *self, McpJsonSlice lines)
{
  McpJsonSlice line;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, lines);
  while (mcp_json_iter_next_element (&iter, &line))
    {
      g_free (self->last);
      self->last = g_strndup (line.data, line.length);
    }
}

/* How many of the lines were printed already: all up to the last that was. */
static guint
count_known (Follow *self, McpJsonSlice lines)
{
  McpJsonSlice line;
  McpJsonIter iter;
  guint n_known = 0;

  mcp_json_iter_init (&iter, lines);
  for (guint i = 1; mcp_json_iter_next_element (&iter, &line); i++)
    if (self->last != NULL && strlen (self->last) == line.length &&
        memcmp (self->last, line.data, line.length) == 0)
      n_known = i;
  return n_known;
}

static void
print_new (Follow *self, McpJsonSlice lines)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint n_known = count_known (self, lines);
  McpJsonSlice line;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, lines);
  for (guint i = 0; mcp_json_iter_next_element (&iter, &line); i++)
    if (i >= n_known)
      append_line (out, line);
  g_print ("%s", out->str);
  if (fflush (stdout) != 0)
    mcp_cli_main_loop_quit (self->loop, MCP_CLI_BROKEN_PIPE);
  remember_last (self, lines);
}

static gboolean
tick_cb (gpointer user_data)
{
  Follow *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) log =
      mcp_cli_server_log_fetch (self->connection, self->name, MAX_LINES, &error);

  if (log != NULL)
    {
      print_new (self, find_lines (log));
      return G_SOURCE_CONTINUE;
    }
  mcp_cli_text_print_error (error);
  self->tick_id = 0;
  mcp_cli_main_loop_quit (self->loop, MCP_CLI_FAILED);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_cli_server_log_follow:
 * @connection: to the daemon
 * @name: of a server
 * @log: what was printed already
 *
 * Prints each new line of the log, until a signal comes or nobody reads the output.
 *
 * Returns: the exit status
 */
int
mcp_cli_server_log_follow (McpCliConnection *connection, const char *name, GBytes *log)
{
  g_auto (Follow) self = { .connection = connection, .name = name };

  self.loop = mcp_cli_main_loop_new ();
  remember_last (&self, find_lines (log));
  fflush (stdout);
  self.tick_id = g_timeout_add (FOLLOW_EVERY_MS, tick_cb, &self);
  return mcp_cli_main_loop_run (self.loop);
}

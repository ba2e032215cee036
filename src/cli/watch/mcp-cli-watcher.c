/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Shows the events of one session, or of all sessions, as they come. McpCliBars has the calls that
 * run, mcp-cli-bar-draw.c draws a bar, and McpCliScreen puts the lines on the terminal.
 */
#include "cli/watch/mcp-cli-watcher.h"

#include "cli/daemon/mcp-cli-event-stream.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "cli/watch/mcp-cli-bars.h"
#include "cli/watch/mcp-cli-screen.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The screen is drawn at most this often, and once a second so that the times go on. */
#define DRAW_EVERY_MS    80
#define TICK_SECONDS     1
#define FALLBACK_COLUMNS 80
#define FALLBACK_ROWS    24

struct _McpCliWatcher
{
  McpCliConnection *connection; /* (owned) */
  McpCliEventStream *stream;    /* (owned) */
  McpCliBars *bars;             /* (owned) */
  McpCliScreen *screen;         /* (owned) */
  McpCliBarStyle style;
  McpCliWatcherMode mode;
  gboolean is_all;
  FILE *file; /* (owned): where lines go */
  int fd;
  guint draw_id;
  guint tick_id;
  guint broken_id; /* watches for the end of the reader */
  McpCliWatcherEnded ended;
  gpointer user_data;
};

/**
 * mcp_cli_watcher_mode_for:
 * @fd: the output
 *
 * Returns: the mode for that output
 */
McpCliWatcherMode
mcp_cli_watcher_mode_for (int fd)
{
  return isatty (fd) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0 ? MCP_CLI_WATCHER_BARS
                                                                   : MCP_CLI_WATCHER_LINES;
}

static void
read_size (McpCliWatcher *self)
{
  struct winsize size = { 0 };

  if (ioctl (self->fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
    size = (struct winsize){ .ws_col = FALLBACK_COLUMNS, .ws_row = FALLBACK_ROWS };
  /* The last column stays free: terminals differ in where the cursor is after it. */
  self->style.columns = MAX (size.ws_col, 2) - 1u;
  self->style.rows = MAX (size.ws_row, 3) - 1u;
  mcp_cli_screen_resized (self->screen, size.ws_col);
}

static void
draw (McpCliWatcher *self)
{
  g_autoptr (GPtrArray) lines = mcp_cli_bars_layout (self->bars, &self->style, g_get_real_time ());

  mcp_cli_screen_draw (self->screen, lines);
}

/* Takes the bars off the terminal; finished calls stay. */
static void
erase (McpCliWatcher *self)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();

  mcp_cli_bars_clear (self->bars);
  mcp_cli_screen_draw (self->screen, lines);
}

static gboolean
draw_cb (gpointer user_data)
{
  McpCliWatcher *self = user_data;

  self->draw_id = 0;
  draw (self);
  return G_SOURCE_REMOVE;
}

static gboolean
tick_cb (gpointer user_data)
{
  McpCliWatcher *self = user_data;

  if (mcp_cli_bars_get_n_running (self->bars) > 0)
    draw (self);
  return G_SOURCE_CONTINUE;
}

static void
queue_draw (McpCliWatcher *self)
{
  if (self->mode == MCP_CLI_WATCHER_BARS && self->draw_id == 0)
    self->draw_id = g_timeout_add (DRAW_EVERY_MS, draw_cb, self);
}

/* Nobody reads the lines any more. */
static void
end_broken (McpCliWatcher *self)
{
  g_autoptr (GError) error =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, g_strerror (EPIPE));

  g_clear_handle_id (&self->broken_id, g_source_remove);
  if (self->ended != NULL)
    self->ended (error, self->user_data);
  self->ended = NULL;
}

static void
flush (McpCliWatcher *self)
{
  if (fflush (self->file) != 0 || ferror (self->file))
    end_broken (self);
}

static gboolean
broken_cb (int fd, GIOCondition condition, gpointer user_data)
{
  McpCliWatcher *self = user_data;

  self->broken_id = 0;
  end_broken (self);
  return G_SOURCE_REMOVE;
}

/* Writes a line that stays. */
static void
write_line (McpCliWatcher *self, const char *line)
{
  if (self->mode == MCP_CLI_WATCHER_BARS)
    {
      mcp_cli_screen_add_line (self->screen, line);
      queue_draw (self);
    }
  else
    {
      fprintf (self->file, "%s\n", line);
      flush (self);
    }
}

static void G_GNUC_PRINTF (2, 3) print_line (McpCliWatcher *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (self->mode == MCP_CLI_WATCHER_JSON)
    mcp_cli_text_print ("%s", text);
  else
    write_line (self, text);
}

static void
write_json (McpCliWatcher *self, const char *type, GBytes *data)
{
  gsize length;
  const char *text = g_bytes_get_data (data, &length);

  /* Other events than progress get their type. */
  if (type != NULL && length > 2 && *text == '{')
    fprintf (self->file, "{\"event\":\"%s\",%.*s\n", type, (int) length - 1, text + 1);
  else
    fprintf (self->file, "%.*s\n", (int) length, text);
  flush (self);
}

static void
take_progress (McpCliWatcher *self, McpJsonSlice event)
{
  g_autofree char *line = self->mode == MCP_CLI_WATCHER_BARS
                              ? mcp_cli_bars_take_event (self->bars, event, &self->style)
                              : mcp_cli_bars_describe_event (self->bars, event);

  if (line != NULL)
    write_line (self, line);
  queue_draw (self);
}

static void
take_session (McpCliWatcher *self, McpJsonSlice session)
{
  g_autofree char *id = mcp_cli_json_dup_member (session, "session_id");
  g_autofree char *label = mcp_cli_json_dup_member (session, "label");

  if (id != NULL)
    mcp_cli_bars_set_label (self->bars, id, label);
  queue_draw (self);
}

static void
take_named (McpCliWatcher *self, const char *type, McpJsonSlice data)
{
  g_autofree char *session_id = mcp_cli_json_dup_member (data, "session_id");
  double missed;

  if (strcmp (type, "lagged") == 0 && mcp_cli_json_get_number (data, "missed", &missed))
    {
      guint n_missed = (guint) CLAMP (missed, 0, G_MAXUINT);

      print_line (self,
                  ngettext ("%u event was missed: the terminal did not keep up",
                            "%u events were missed: the terminal did not keep up", n_missed),
                  n_missed);
    }
  else if (strcmp (type, "session-added") == 0)
    {
      take_session (self, data);
    }
  else if (strcmp (type, "session-removed") == 0 && session_id != NULL)
    {
      mcp_cli_bars_drop_session (self->bars, session_id);
      queue_draw (self);
    }
}

static void
event_cb (const char *type, GBytes *data, gpointer user_data)
{
  McpCliWatcher *self = user_data;
  McpJsonSlice root;

  if (!mcp_cli_json_parse_bytes (data, &root, NULL) || mcp_json_get_type (root) != MCP_JSON_OBJECT)
    return;
  if (self->mode == MCP_CLI_WATCHER_JSON)
    write_json (self, type, data);
  else if (type == NULL)
    take_progress (self, root);
  else
    take_named (self, type, root);
}

static void
interrupted_cb (gpointer user_data)
{
  McpCliWatcher *self = user_data;

  mcp_cli_bars_clear (self->bars);
  print_line (self, _ ("The daemon has gone; waiting until it is back"));
}

/* The labels of the sessions that are there already. */
static void
learn_labels (McpCliWatcher *self)
{
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (self->connection, "GET", "/session", NULL, NULL, NULL);
  McpJsonSlice root, sessions, session;
  McpJsonIter iter;

  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, NULL) ||
      !mcp_json_find_typed (root, "sessions", MCP_JSON_ARRAY, &sessions))
    return;
  mcp_json_iter_init (&iter, sessions);
  while (mcp_json_iter_next_element (&iter, &session))
    take_session (self, session);
}

/* A daemon that ends reports its sessions as removed; they are there again. */
static void
resumed_cb (gpointer user_data)
{
  McpCliWatcher *self = user_data;

  if (self->is_all && self->mode != MCP_CLI_WATCHER_JSON)
    learn_labels (self);
  print_line (self, _ ("The daemon is back"));
}

static void
ended_cb (const GError *error, gpointer user_data)
{
  McpCliWatcher *self = user_data;

  if (self->mode == MCP_CLI_WATCHER_BARS)
    erase (self);
  if (self->ended != NULL)
    self->ended (error, self->user_data);
}

/**
 * mcp_cli_watcher_new:
 * @connection: to the daemon
 * @session: (nullable): what is watched; %NULL: all sessions
 * @fd: the output
 * @mode: the form of the output
 *
 * Returns: (transfer full): a watcher that does not watch yet
 */
McpCliWatcher *
mcp_cli_watcher_new (McpCliConnection *connection,
                     const McpCliSession *session,
                     int fd,
                     McpCliWatcherMode mode)
{
  static const McpCliEventStreamFuncs funcs = { event_cb, interrupted_cb, resumed_cb, ended_cb };
  McpCliWatcher *self = g_new0 (McpCliWatcher, 1);
  const char *no_color = g_getenv ("NO_COLOR");

  self->connection = g_object_ref (connection);
  self->stream = mcp_cli_event_stream_new (connection, session, &funcs, self);
  self->bars = mcp_cli_bars_new (session == NULL);
  self->screen = mcp_cli_screen_new (fd);
  self->mode = mode;
  self->is_all = session == NULL;
  self->fd = fd;
  self->file = fd == STDOUT_FILENO ? stdout : stderr;
  /* https://no-color.org: set and not empty */
  self->style.colour = no_color == NULL || *no_color == '\0';
  self->style.unicode = g_get_charset (NULL);
  read_size (self);
  return self;
}

/**
 * mcp_cli_watcher_free:
 * @self: (transfer full): a watcher; finished lines stay on the terminal
 */
void
mcp_cli_watcher_free (McpCliWatcher *self)
{
  mcp_cli_event_stream_stop (self->stream);
  g_clear_handle_id (&self->draw_id, g_source_remove);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->broken_id, g_source_remove);
  if (self->mode == MCP_CLI_WATCHER_BARS)
    erase (self);
  g_object_unref (self->stream);
  g_object_unref (self->connection);
  mcp_cli_bars_free (self->bars);
  mcp_cli_screen_free (self->screen);
  g_free (self);
}

/**
 * mcp_cli_watcher_want_kept:
 * @self: a watcher that does not watch yet
 *
 * Shows the events that the daemon has kept of the session as well.
 */
void
mcp_cli_watcher_want_kept (McpCliWatcher *self)
{
  mcp_cli_event_stream_want_kept (self->stream);
}

/**
 * mcp_cli_watcher_start:
 * @self: a watcher
 * @ended: called when there is nothing more to watch
 * @user_data: for @ended
 *
 * Begins to watch, on the default main context.
 */
void
mcp_cli_watcher_start (McpCliWatcher *self, McpCliWatcherEnded ended, gpointer user_data)
{
  self->ended = ended;
  self->user_data = user_data;
  if (self->is_all && self->mode != MCP_CLI_WATCHER_JSON)
    learn_labels (self);
  if (self->mode == MCP_CLI_WATCHER_BARS)
    {
      self->tick_id = g_timeout_add_seconds (TICK_SECONDS, tick_cb, self);
      queue_draw (self);
    }
  else
    {
      self->broken_id = g_unix_fd_add (self->fd, G_IO_ERR, broken_cb, self);
    }
  mcp_cli_event_stream_start (self->stream);
}

/* Its end comes as an event. */
static void
cancel_chosen (McpCliWatcher *self)
{
  g_autofree char *call_id = mcp_cli_bars_dup_chosen_call (self->bars);
  g_autofree char *path = call_id != NULL ? g_strconcat ("/calls/", call_id, NULL) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (path == NULL)
    {
      print_line (self, _ ("Choose a call with the arrow keys first"));
      return;
    }
  answer = mcp_cli_connection_request (self->connection, "DELETE", path, NULL, NULL, &error);
  if (answer == NULL)
    print_line (self, _ ("%s cannot be cancelled: %s"), call_id, error->message);
}

/**
 * mcp_cli_watcher_take_key:
 * @self: a watcher
 * @key: that was pressed
 *
 * Returns: whether to go on watching
 */
gboolean
mcp_cli_watcher_take_key (McpCliWatcher *self, McpCliKey key)
{
  switch (key)
    {
    case 'q':
      return FALSE;
    case 'c':
      cancel_chosen (self);
      break;
    case '?':
    case 'h':
      print_line (
          self, "%s",
          _ ("Arrow keys: choose a call   Enter: details   c: cancel   Esc: back   q: quit"));
      break;
    case MCP_CLI_KEY_UP:
    case MCP_CLI_KEY_DOWN:
      mcp_cli_bars_choose (self->bars, key == MCP_CLI_KEY_DOWN ? 1 : -1);
      break;
    case MCP_CLI_KEY_ESCAPE:
      mcp_cli_bars_choose (self->bars, 0);
      break;
    case MCP_CLI_KEY_ENTER:
      mcp_cli_bars_toggle_details (self->bars);
      break;
    default:
      break;
    }
  queue_draw (self);
  return TRUE;
}

/**
 * mcp_cli_watcher_resized:
 * @self: a watcher
 *
 * The terminal may have another size.
 */
void
mcp_cli_watcher_resized (McpCliWatcher *self)
{
  read_size (self);
  if (self->mode == MCP_CLI_WATCHER_BARS)
    draw (self);
}

/**
 * mcp_cli_watcher_continued:
 * @self: a watcher
 *
 * The process was stopped, and other programs have written to the terminal.
 */
void
mcp_cli_watcher_continued (McpCliWatcher *self)
{
  mcp_cli_screen_forget (self->screen);
  mcp_cli_watcher_resized (self);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-signals.h"
#include "cli/terminal/mcp-cli-text.h"
#include "cli/watch/mcp-cli-watcher.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  GMainLoop *loop;        /* (owned) */
  McpCliWatcher *watcher; /* (owned) */
  McpCliKeys *keys;       /* (owned) (nullable) */
  int status;
} Watch;

static void
watch_clear (Watch *watch)
{
  g_clear_pointer (&watch->keys, mcp_cli_keys_free);
  g_clear_pointer (&watch->watcher, mcp_cli_watcher_free);
  g_clear_pointer (&watch->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

static void
ended_cb (const GError *error, gpointer user_data)
{
  Watch *watch = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    {
      watch->status = MCP_CLI_BROKEN_PIPE;
    }
  else if (error != NULL)
    {
      mcp_cli_text_print_error (error);
      watch->status = MCP_CLI_FAILED;
    }
  else
    {
      mcp_cli_text_print (_ ("The session has ended"));
    }
  g_main_loop_quit (watch->loop);
}

static void
signal_cb (int number, gboolean from_process, gpointer user_data)
{
  Watch *watch = user_data;

  switch (number)
    {
    case SIGWINCH:
      mcp_cli_watcher_resized (watch->watcher);
      break;
    case SIGTSTP:
      if (watch->keys != NULL)
        mcp_cli_keys_pause (watch->keys);
      raise (SIGSTOP);
      break;
    case SIGCONT:
      if (watch->keys != NULL)
        mcp_cli_keys_continued (watch->keys);
      mcp_cli_watcher_continued (watch->watcher);
      break;
    default:
      watch->status = 128 + number;
      g_main_loop_quit (watch->loop);
      break;
    }
}

static void
key_cb (McpCliKey key, gpointer user_data)
{
  Watch *watch = user_data;

  if (!mcp_cli_watcher_take_key (watch->watcher, key))
    g_main_loop_quit (watch->loop);
}

static gboolean
open_watcher (Watch *watch, const char *name, gboolean as_json, GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autoptr (McpCliSession) session = NULL;

  if (connection == NULL)
    return FALSE;
  if (name != NULL)
    {
      session = mcp_cli_session_find (connection, name, error);
      if (session == NULL)
        return FALSE;
    }
  watch->watcher = mcp_cli_watcher_new (connection, session, STDOUT_FILENO,
                                        as_json ? MCP_CLI_WATCHER_JSON
                                                : mcp_cli_watcher_mode_for (STDOUT_FILENO));
  return TRUE;
}

static int
run (const char *name, gboolean as_json)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT };
  g_autoptr (McpCliSignals) signals = mcp_cli_signals_new (numbers, G_N_ELEMENTS (numbers));
  g_auto (Watch) watch = { .loop = g_main_loop_new (NULL, FALSE) };
  g_autoptr (GError) error = NULL;

  if (!open_watcher (&watch, name, as_json, &error))
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  mcp_cli_signals_watch (signals, signal_cb, &watch);
  if (!as_json && mcp_cli_watcher_mode_for (STDOUT_FILENO) == MCP_CLI_WATCHER_BARS)
    watch.keys = mcp_cli_keys_new (key_cb, &watch);
  mcp_cli_watcher_start (watch.watcher, ended_cb, &watch);
  g_main_loop_run (watch.loop);
  return watch.status;
}

/**
 * mcp_cli_cmd_watch:
 * @argc: number of words
 * @argv: the words
 *
 * Shows what tools are doing, until it is interrupted.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_watch (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print each event as it came, one per line"),
      NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[SESSION]"),
    .summary = _ (
        "Shows what tools are doing, in all sessions or in one: a bar for each call on a\n"
        "terminal, a line for each event elsewhere. If the daemon ends, watch waits until it\n"
        "is back. Keys: the arrows choose a call, Enter shows all of it, c cancels it, q quits."),
    .max_words = 1,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  return run (argc > 1 ? argv[1] : NULL, as_json);
}

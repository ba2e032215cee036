/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * status: one page about the daemon, what runs, and what is wrong. It never starts the daemon.
 */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-status.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-keys.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-pager.h"
#include "cli/terminal/mcp-cli-signals.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "cli/watch/mcp-cli-screen.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* As systemctl status has it. */
#define NOT_RUNNING 3

/* How often a page that is watched is made again. */
#define WATCH_EVERY_MS 1000

typedef struct
{
  McpCliScreen *screen; /* (owned) */
  McpCliKeys *keys;     /* (owned) */
  GMainLoop *loop;      /* (owned) */
  int status;
} Watch;

static void
watch_clear (Watch *watch)
{
  g_clear_pointer (&watch->keys, mcp_cli_keys_free);
  g_clear_pointer (&watch->screen, mcp_cli_screen_free);
  g_clear_pointer (&watch->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

/* @status: (nullable) (out): the exit status
 *
 * Returns: (transfer full): the page */
static char *
make_page (int *status)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliStatus) now =
      connection != NULL ? mcp_cli_status_fetch (connection, &error) : NULL;

  if (now != NULL)
    {
      *status = mcp_cli_status_is_well (now) ? MCP_CLI_OK : MCP_CLI_FAILED;
      return mcp_cli_status_to_text (now, mcp_cli_terminal_get_columns (STDOUT_FILENO),
                                     mcp_cli_terminal_has_colour (STDOUT_FILENO));
    }
  *status = connection != NULL ? MCP_CLI_FAILED : NOT_RUNNING;
  if (error != NULL)
    {
      g_autofree char *clean = mcp_text_clean (error->message);

      return g_strdup_printf ("%s\n", clean);
    }
  return g_strdup_printf ("%s\n",
                          _ ("The daemon does not run; the first command that needs it starts it"));
}

static void
draw (Watch *watch)
{
  g_autofree char *page = g_strchomp (make_page (&watch->status));
  g_auto (GStrv) lines = g_strsplit (page, "\n", -1);
  guint rows = mcp_cli_terminal_get_rows (STDOUT_FILENO);
  g_autoptr (GPtrArray) shown = g_ptr_array_new ();

  for (guint i = 0; lines[i] != NULL && (rows < 2 || i < rows - 1); i++)
    g_ptr_array_add (shown, lines[i]);
  mcp_cli_screen_draw (watch->screen, shown);
}

static gboolean
draw_cb (gpointer user_data)
{
  draw (user_data);
  return G_SOURCE_CONTINUE;
}

static void
key_cb (McpCliKey key, gpointer user_data)
{
  Watch *watch = user_data;

  if (key == 'q')
    g_main_loop_quit (watch->loop);
}

static void
signal_cb (int number, gboolean from_process, gpointer user_data)
{
  Watch *watch = user_data;

  if (number == SIGWINCH)
    {
      mcp_cli_screen_resized (watch->screen, mcp_cli_terminal_get_columns (STDOUT_FILENO));
      draw (watch);
      return;
    }
  watch->status = 128 + number;
  g_main_loop_quit (watch->loop);
}

static int
watch_status (void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };
  g_autoptr (McpCliSignals) signals = mcp_cli_signals_new (numbers, G_N_ELEMENTS (numbers));
  g_auto (Watch) watch = { .loop = g_main_loop_new (NULL, FALSE) };
  guint tick_id;

  watch.screen = mcp_cli_screen_new (STDOUT_FILENO);
  watch.keys = mcp_cli_keys_new (key_cb, &watch);
  mcp_cli_screen_resized (watch.screen, mcp_cli_terminal_get_columns (STDOUT_FILENO));
  mcp_cli_signals_watch (signals, signal_cb, &watch);
  draw (&watch);
  tick_id = g_timeout_add (WATCH_EVERY_MS, draw_cb, &watch);
  g_main_loop_run (watch.loop);
  g_source_remove (tick_id);
  return watch.status;
}

static int
print_for_programs (const McpCliOutput *output)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autoptr (McpCliStatus) now =
      connection != NULL ? mcp_cli_status_fetch (connection, &error) : NULL;
  g_autoptr (GBytes) json =
      now != NULL ? mcp_cli_status_to_json (now) : g_bytes_new_static ("{\"well\":false}", 14);

  if (error != NULL || !mcp_cli_output_print (output, json, &error))
    return mcp_cli_options_report_failure (error);
  if (now == NULL)
    return NOT_RUNNING;
  return mcp_cli_status_is_well (now) ? MCP_CLI_OK : MCP_CLI_FAILED;
}

/**
 * mcp_cli_cmd_status:
 * @argc: number of words
 * @argv: the words
 *
 * Shows how the daemon is.
 *
 * Returns: the exit status: 1 if something is wrong, 3 if the daemon does not run
 */
int
mcp_cli_cmd_status (int argc, char **argv)
{
  g_auto (McpCliOutput) output = { .name = "well" };
  gboolean watch = FALSE;
  const GOptionEntry entries[] = {
    { "watch", 'w', 0, G_OPTION_ARG_NONE, &watch, N_ ("Show it again and again; q ends it"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .output = &output,
    .summary =
        _ ("Shows the daemon, its sessions, what runs, and its servers. The exit status is 0\n"
           "if all is well, 1 if something is wrong, and 3 if the daemon does not run; it is\n"
           "not started."),
  };
  g_autofree char *page = NULL;
  int status;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (!mcp_cli_output_is_for_people (&output))
    return print_for_programs (&output);
  if (watch && isatty (STDOUT_FILENO))
    return watch_status ();
  page = make_page (&status);
  mcp_cli_pager_print (page);
  return status;
}

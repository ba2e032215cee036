/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/daemon/mcp-cli-session.h"
#include "cli/run/mcp-cli-child.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "cli/watch/mcp-cli-watcher.h"

#include <glib/gi18n.h>
#include <unistd.h>

typedef struct
{
  char *label;
  GStrv allowed;
  gboolean watch;
  char **argv; /* (unowned): the command */
} Options;

static void
options_clear (Options *options)
{
  g_free (options->label);
  g_strfreev (options->allowed);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static McpCliSession *
create_session (McpCliConnection *connection, const Options *options, GError **error)
{
  g_autofree char *name = g_path_get_basename (options->argv[0]);
  McpCliSessionParams params = {
    .label = options->label != NULL ? options->label : name,
    .allowed_tools = options->allowed,
    .idle_seconds = -1,
  };
  g_autoptr (GBytes) answer = mcp_cli_session_create (connection, &params, error);
  McpCliSession *session;

  if (answer == NULL)
    return NULL;
  session = mcp_cli_session_from_answer (answer, error);
  if (session != NULL)
    session->is_temporary = TRUE;
  return session;
}

static GStrv
build_environment (const McpCliSession *session)
{
  g_autofree char *url = mcp_cli_session_dup_url (NULL);
  GStrv environment = g_get_environ ();

  environment = g_environ_setenv (environment, MCP_CLI_ID_VARIABLE, session->id, TRUE);
  environment = g_environ_setenv (environment, MCP_CLI_TOKEN_VARIABLE, session->token, TRUE);
  /* The address of another daemon would be worse than none. */
  environment = url != NULL ? g_environ_setenv (environment, MCP_CLI_URL_VARIABLE, url, TRUE)
                            : g_environ_unsetenv (environment, MCP_CLI_URL_VARIABLE);
  return environment;
}

static void
hook_cb (int number, gpointer user_data)
{
  if (number == SIGCONT)
    mcp_cli_watcher_continued (user_data);
  else
    mcp_cli_watcher_resized (user_data);
}

/* The session was ended; the command goes on. */
static void
ended_cb (const GError *error, gpointer user_data)
{
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    mcp_cli_text_print_error (error);
}

/* The bars go to standard error, because the output belongs to the command. */
static McpCliWatcher *
start_watcher (McpCliChild *child, McpCliConnection *connection, const McpCliSession *session)
{
  McpCliWatcher *watcher = mcp_cli_watcher_new (connection, session, STDERR_FILENO,
                                                mcp_cli_watcher_mode_for (STDERR_FILENO));

  /* The command may have made calls already. */
  mcp_cli_watcher_want_kept (watcher);
  mcp_cli_watcher_start (watcher, ended_cb, NULL);
  mcp_cli_child_set_hook (child, hook_cb, watcher);
  return watcher;
}

static int
run_command (McpCliChild *child,
             const Options *options,
             McpCliConnection *connection,
             const McpCliSession *session)
{
  g_auto (GStrv) environment = build_environment (session);
  g_autoptr (McpCliWatcher) watcher = NULL;
  g_autoptr (GError) error = NULL;

  if (mcp_cli_child_spawn (child, options->argv, environment, &error))
    {
      if (options->watch)
        watcher = start_watcher (child, connection, session);
      return mcp_cli_child_wait (child);
    }
  mcp_cli_text_print_error (error);
  return mcp_cli_child_status_of_error (error);
}

static int
run (const Options *options)
{
  g_autoptr (McpCliChild) child = mcp_cli_child_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (&error);
  g_autoptr (McpCliSession) session =
      connection != NULL ? create_session (connection, options, &error) : NULL;
  int status;

  if (session == NULL)
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  status = run_command (child, options, connection, session);
  /* The daemon may have been restarted. */
  mcp_cli_connection_reopen (connection, NULL);
  mcp_cli_session_end (connection, session);
  return status;
}

/**
 * mcp_cli_cmd_run:
 * @argc: number of words
 * @argv: the words
 *
 * Runs a command in a session of its own.
 *
 * Returns: the command's exit status
 */
int
mcp_cli_cmd_run (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  const GOptionEntry entries[] = {
    { "watch", 0, 0, G_OPTION_ARG_NONE, &options.watch,
      N_ ("Show on standard error what its tools are doing"), NULL },
    { "allow", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.allowed,
      N_ ("Only tools with a matching name; may be repeated"), N_ ("GLOB") },
    { "label", 0, 0, G_OPTION_ARG_STRING, &options.label,
      N_ ("A name for people; default: the name of the command"), N_ ("TEXT") },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[--] COMMAND [ARGUMENT…]"),
    .summary = _ ("Runs a command in a session of its own, which ends with it. The command finds\n"
                  "MCP_SESSION_ID, MCP_SESSION_TOKEN and MCP_SESSION_URL in its environment. Its\n"
                  "exit status is passed on; 128 and the signal’s number where one ended it."),
    .min_words = 1,
    .max_words = -1,
    .first_word_ends_options = TRUE,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  options.argv = argv + 1;
  return run (&options);
}

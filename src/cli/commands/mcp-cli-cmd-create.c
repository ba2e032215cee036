/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>

static void
print_field (McpJsonSlice session, const char *key, const char *title)
{
  g_autofree char *value = mcp_cli_json_dup_member (session, key);
  g_autofree char *clean = value != NULL ? mcp_text_clean (value) : NULL;

  if (clean != NULL)
    g_print ("%s: %s\n", title, clean);
}

/* For: eval "$(mcp-session create --export)" */
static gboolean
print_export (GBytes *answer, GError **error)
{
  g_autoptr (McpCliSession) session = mcp_cli_session_from_answer (answer, error);
  g_autofree char *url = session != NULL ? mcp_cli_session_dup_url (error) : NULL;
  g_autofree char *quoted_url = url != NULL ? g_shell_quote (url) : NULL;

  if (url == NULL)
    return FALSE;
  g_print ("export %s=%s\nexport %s=%s\nexport %s=%s\n", MCP_CLI_ID_VARIABLE, session->id,
           MCP_CLI_TOKEN_VARIABLE, session->token, MCP_CLI_URL_VARIABLE, quoted_url);
  return TRUE;
}

static gboolean
print_answer (GBytes *answer, gboolean as_json, gboolean as_export, GError **error)
{
  McpJsonSlice root;

  if (as_export)
    return print_export (answer, error);
  if (as_json)
    {
      mcp_cli_json_print (answer);
      return TRUE;
    }
  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  print_field (root, "session_id", _ ("Session"));
  print_field (root, "token", _ ("Token"));
  print_field (root, "cwd", _ ("Directory"));
  print_field (root, "label", _ ("Label"));
  return TRUE;
}

static int
create (const McpCliSessionParams *params, gboolean as_json, gboolean as_export)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (&error);
  g_autoptr (GBytes) answer = NULL;

  if (connection != NULL)
    answer = mcp_cli_session_create (connection, params, &error);
  if (answer != NULL && print_answer (answer, as_json, as_export, &error))
    return MCP_CLI_OK;
  mcp_cli_text_print_error (error);
  return MCP_CLI_FAILED;
}

/**
 * mcp_cli_cmd_create:
 * @argc: number of words
 * @argv: the words
 *
 * Makes a session.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_create (int argc, char **argv)
{
  g_autofree char *cwd = NULL;
  g_autofree char *label = NULL;
  g_auto (GStrv) allowed = NULL;
  gboolean as_json = FALSE, as_export = FALSE;
  gint64 idle_seconds = -1;
  const GOptionEntry entries[] = {
    { "cwd", 0, 0, G_OPTION_ARG_FILENAME, &cwd,
      N_ ("Its working directory; default: the current one"), N_ ("DIRECTORY") },
    { "label", 0, 0, G_OPTION_ARG_STRING, &label, N_ ("A name for people"), N_ ("TEXT") },
    { "allow", 0, 0, G_OPTION_ARG_STRING_ARRAY, &allowed,
      N_ ("Only tools with a matching name; may be repeated"), N_ ("GLOB") },
    { "idle", 0, 0, G_OPTION_ARG_INT64, &idle_seconds,
      N_ ("End it after this time without use; 0: never"), N_ ("SECONDS") },
    { "export", 0, 0, G_OPTION_ARG_NONE, &as_export, N_ ("Print it as variables for the shell"),
      NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print the daemon’s answer"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .summary =
        _ ("Creates a session, and prints its id and its token. The token is not shown again."),
  };
  g_autofree char *absolute = NULL;
  McpCliSessionParams params;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (idle_seconds < -1 || idle_seconds > G_MAXUINT32)
    return mcp_cli_options_report_error (_ ("--idle must be from 0 to %u"), G_MAXUINT32);

  /* The daemon has another working directory: it needs an absolute path. */
  absolute = cwd != NULL && *cwd != '~' ? g_canonicalize_filename (cwd, NULL) : g_strdup (cwd);
  if (absolute != NULL && *absolute == '/' && !g_file_test (absolute, G_FILE_TEST_IS_DIR))
    mcp_cli_text_print (
        _ ("There is no directory %s; servers of the session cannot be started in it"), absolute);
  params = (McpCliSessionParams){ absolute, label, allowed, idle_seconds, FALSE };
  return create (&params, as_json, as_export);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What commands that use a session have in common: the session that is named, that of the
 * environment, or one that is made for the command and ended after it; and Ctrl-C.
 */
#include "cli/commands/mcp-cli-visit.h"

#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-interrupt.h"
#include "cli/terminal/mcp-cli-text.h"

static gboolean
visit (const char *name,
       GCancellable *cancellable,
       McpCliVisitFunc func,
       gpointer user_data,
       GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autoptr (McpCliSession) session =
      connection != NULL ? mcp_cli_session_find_or_create (connection, name, error) : NULL;
  gboolean success;

  if (session == NULL)
    return FALSE;
  success = func (connection, session, cancellable, user_data, error);
  mcp_cli_session_end (connection, session);
  return success;
}

/**
 * mcp_cli_visit_run:
 * @name: (nullable): of a session
 * @func: the work
 * @user_data: for @func
 *
 * Does the work in a session, and prints why if that fails. To be called once in a process.
 *
 * Returns: the exit status
 */
int
mcp_cli_visit_run (const char *name, McpCliVisitFunc func, gpointer user_data)
{
  g_autoptr (GCancellable) cancellable = mcp_cli_interrupt_new ();
  g_autoptr (GError) error = NULL;

  if (visit (name, cancellable, func, user_data, &error))
    return MCP_CLI_OK;
  mcp_cli_text_print_error (error);
  return mcp_cli_interrupt_get_status ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Calls of the history for people: as a table, as lines that follow one another, and one whole.
 */
#include "cli/commands/mcp-cli-call-table.h"

#include "cli/commands/mcp-cli-details.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-pager.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>

static char *
dup_duration (McpJsonSlice call)
{
  double ms;

  if (!mcp_cli_json_get_number (call, "duration_ms", &ms))
    return g_strdup ("–");
  return ms < 1000 ? g_strdup_printf (_ ("%.0f ms"), ms)
                   : g_strdup_printf (_ ("%.1f s"), ms / 1000);
}

/* The label of the session, or what the client said of itself. */
static char *
dup_who (McpJsonSlice call)
{
  g_autofree char *label = mcp_cli_json_dup_member (call, "label");
  g_autofree char *client = mcp_cli_json_dup_member (call, "client");

  if (label != NULL)
    return g_steal_pointer (&label);
  return client != NULL ? g_steal_pointer (&client) : g_strdup ("–");
}

static char *
dup_or_empty (McpJsonSlice call, const char *key)
{
  char *text = mcp_cli_json_dup_member (call, key);

  return text != NULL ? text : g_strdup ("");
}

static char *
dup_when (McpJsonSlice call)
{
  g_autofree char *started_at = dup_or_empty (call, "started_at");

  return mcp_cli_text_short_time (started_at, g_get_real_time ());
}

static McpCliColour
choose_colour (const char *state)
{
  if (g_strcmp0 (state, "ok") == 0)
    return MCP_CLI_COLOUR_GOOD;
  return g_strcmp0 (state, "error") == 0 ? MCP_CLI_COLOUR_BAD : MCP_CLI_COLOUR_CARE;
}

static void
add_call (McpCliTable *table, McpJsonSlice call)
{
  g_autofree char *id = dup_or_empty (call, "call_id");
  g_autofree char *when = dup_when (call);
  g_autofree char *who = dup_who (call);
  g_autofree char *tool = dup_or_empty (call, "tool");
  g_autofree char *state = dup_or_empty (call, "state");
  g_autofree char *duration = dup_duration (call);
  g_autofree char *error = dup_or_empty (call, "error");

  mcp_cli_table_add (table, (const char *[]){ id, when, who, tool, state, duration, error });
  mcp_cli_table_paint (table, 4, choose_colour (state));
}

/**
 * mcp_cli_call_table_print:
 * @calls: a JSON array, newest first
 *
 * Prints the calls, the newest last: on a terminal, that is the line that is seen.
 *
 * Returns: whether there are any
 */
gboolean
mcp_cli_call_table_print (McpJsonSlice calls)
{
  const char *titles[] = { _ ("CALL"),  _ ("STARTED"), _ ("SESSION"), _ ("TOOL"),
                           _ ("STATE"), _ ("TOOK"),    _ ("ERROR"),   NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  g_autoptr (GArray) slices = g_array_new (FALSE, FALSE, sizeof (McpJsonSlice));
  McpJsonSlice call;
  McpJsonIter iter;

  mcp_cli_table_keep (table, 0);
  mcp_cli_table_keep (table, 1);
  mcp_cli_table_spare (table, (const guint[]){ 5, 2, 6, 1 }, 4);
  mcp_json_iter_init (&iter, calls);
  while (mcp_json_iter_next_element (&iter, &call))
    g_array_append_val (slices, call);
  for (guint i = slices->len; i-- > 0;)
    add_call (table, g_array_index (slices, McpJsonSlice, i));
  if (slices->len > 0)
    mcp_cli_table_print (table);
  return slices->len > 0;
}

/**
 * mcp_cli_call_table_describe:
 * @call: a call
 *
 * Returns: (transfer full): one line, clean, for a list that grows
 */
char *
mcp_cli_call_table_describe (McpJsonSlice call)
{
  g_autofree char *id = dup_or_empty (call, "call_id");
  g_autofree char *when = dup_when (call);
  g_autofree char *who = dup_who (call);
  g_autofree char *tool = dup_or_empty (call, "tool");
  g_autofree char *state = dup_or_empty (call, "state");
  g_autofree char *duration = dup_duration (call);
  g_autofree char *error = dup_or_empty (call, "error");
  g_autofree char *line = g_strjoin ("  ", id, when, who, tool, state, duration, error, NULL);

  return g_strchomp (mcp_text_clean (line));
}

/**
 * mcp_cli_call_table_print_one:
 * @call: a call
 *
 * Prints all that is known of a call.
 */
void
mcp_cli_call_table_print_one (McpJsonSlice call)
{
  const McpCliDetail details[] = {
    { "call_id", _ ("Call") },
    { "tool", _ ("Tool") },
    { "provider", _ ("Server") },
    { "session_id", _ ("Session") },
    { "label", _ ("Label") },
    { "client", _ ("Client") },
    { "started_at", _ ("Started") },
    { "duration_ms", _ ("Took") },
    { "state", _ ("State") },
    { "error", _ ("Error") },
    { NULL },
  };
  g_autoptr (GString) text = g_string_new (NULL);

  mcp_cli_details_append (text, call, details);
  mcp_cli_pager_print (text->str);
}

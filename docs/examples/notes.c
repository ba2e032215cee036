/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An app that offers one tool, notes__add, to all AI clients.
 *
 *   cc notes.c $(pkg-config --cflags --libs libmcpsession-1) -o notes
 */
#include <mcpsession.h>
#include <stdio.h>

static void
add (McpToolCall *call, gpointer user_data)
{
  g_autofree char *text = mcp_tool_call_dup_string (call, "text");
  g_autofree char *answer = g_strdup_printf ("Noted: %s", text);

  mcp_tool_call_report_progress (call, 1, 2, "opening the notebook");
  mcp_tool_call_report_progress (call, 2, 2, "writing");
  mcp_tool_call_return_text (call, answer);
}

static void
registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (mcp_tool_provider_register_finish (MCP_TOOL_PROVIDER (source), result, &error))
    puts ("notes__add is there");
  else
    g_error ("%s", error->message);
  fflush (stdout);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (McpToolProvider) provider = mcp_tool_provider_new ("notes");

  mcp_tool_provider_add_tool (provider, "add", "Adds a note to the user's notebook",
                              "{\"type\": \"object\", \"required\": [\"text\"],"
                              " \"properties\": {\"text\": {\"type\": \"string\"}}}",
                              add, NULL, NULL, NULL);
  mcp_tool_provider_register_async (provider, NULL, NULL, registered, NULL);
  g_main_loop_run (loop);
  return 0;
}

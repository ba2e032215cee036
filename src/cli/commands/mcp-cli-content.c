/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What tools, prompts and resources answer with, for people.
 */
#include "cli/commands/mcp-cli-content.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-terminal.h"

#include <glib/gi18n.h>

static void
print_placeholder (const char *type, const char *media, FILE *file)
{
  g_autofree char *text = g_strdup_printf (_ ("[%s %s: --json shows it]"),
                                           type != NULL ? type : "?", media != NULL ? media : "");

  mcp_cli_terminal_print_foreign (file, text, FALSE);
}

/**
 * mcp_cli_content_print:
 * @item: a content block
 * @file: where to
 * @raw: whether a terminal gets control characters as they are
 *
 * Prints a text, an address, or what else there is.
 */
void
mcp_cli_content_print (McpJsonSlice item, FILE *file, gboolean raw)
{
  g_autofree char *text = mcp_cli_json_dup_member (item, "text");
  g_autofree char *type = mcp_cli_json_dup_member (item, "type");
  g_autofree char *media = mcp_cli_json_dup_member (item, "mimeType");
  g_autofree char *uri = mcp_cli_json_dup_member (item, "uri");
  McpJsonSlice resource;

  if (mcp_json_find_typed (item, "resource", MCP_JSON_OBJECT, &resource))
    mcp_cli_content_print (resource, file, raw);
  else if (text != NULL)
    mcp_cli_terminal_print_foreign (file, text, raw);
  else if (uri != NULL)
    mcp_cli_terminal_print_foreign (file, uri, raw);
  else
    print_placeholder (type, media, file);
}

/**
 * mcp_cli_content_print_result:
 * @result: of tools/call
 * @raw: whether a terminal gets control characters as they are
 *
 * Prints what a tool answers, on standard error if the tool failed.
 *
 * Returns: whether the tool says that it succeeded
 */
gboolean
mcp_cli_content_print_result (McpJsonSlice result, gboolean raw)
{
  McpJsonSlice content, item, value;
  McpJsonIter iter;
  gboolean is_error = mcp_json_find_typed (result, "isError", MCP_JSON_BOOLEAN, &value) &&
                      mcp_json_get_boolean (value);
  FILE *file = is_error ? stderr : stdout;
  guint n_items = 0;

  if (mcp_json_find_typed (result, "content", MCP_JSON_ARRAY, &content))
    {
      mcp_json_iter_init (&iter, content);
      for (; mcp_json_iter_next_element (&iter, &item); n_items++)
        mcp_cli_content_print (item, file, raw);
    }
  if (n_items == 0 && mcp_json_find (result, "structuredContent", &value))
    {
      g_autofree char *text = g_strndup (value.data, value.length);

      mcp_cli_terminal_print_foreign (file, text, raw);
    }
  return !is_error;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * resources: what servers offer to be read, and the templates of more.
 */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-pages.h"
#include "cli/commands/mcp-cli-visit.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>

typedef struct
{
  char *session;
  McpCliOutput output;
  gboolean templates;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->session);
  mcp_cli_output_clear (&options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static char *
dup_or_empty (McpJsonSlice object, const char *key)
{
  char *text = mcp_cli_json_dup_member (object, key);

  return text != NULL ? text : g_strdup ("");
}

static gboolean
print_list (const Options *options, GBytes *answer, GError **error)
{
  const char *titles[] = { options->templates ? _ ("TEMPLATE") : _ ("RESOURCE"), _ ("NAME"),
                           _ ("TYPE"), _ ("DESCRIPTION"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  McpJsonSlice root, resources, resource;
  McpJsonIter iter;
  guint n_resources = 0;

  mcp_cli_table_keep (table, 0);
  mcp_cli_table_spare (table, (const guint[]){ 2, 3, 1 }, 3);
  if (!mcp_cli_json_parse_bytes (answer, &root, error) ||
      !mcp_json_find_typed (root, options->output.list, MCP_JSON_ARRAY, &resources))
    return FALSE;
  mcp_json_iter_init (&iter, resources);
  for (; mcp_json_iter_next_element (&iter, &resource); n_resources++)
    {
      g_autofree char *uri = dup_or_empty (resource, options->output.name);
      g_autofree char *name = dup_or_empty (resource, "name");
      g_autofree char *type = dup_or_empty (resource, "mimeType");
      g_autofree char *description = dup_or_empty (resource, "description");

      mcp_cli_table_add (table, (const char *[]){ uri, name, type, description });
    }
  if (n_resources > 0)
    mcp_cli_table_print (table);
  else
    mcp_cli_text_print (_ ("There are no resources"));
  return TRUE;
}

static gboolean
run (McpCliConnection *connection,
     const McpCliSession *session,
     GCancellable *cancellable,
     gpointer user_data,
     GError **error)
{
  const Options *options = user_data;
  g_autoptr (GBytes) answer = mcp_cli_pages_fetch (
      connection, session, options->templates ? "resources/templates/list" : "resources/list",
      options->output.list, cancellable, error);

  if (answer == NULL)
    return FALSE;
  return mcp_cli_output_is_for_people (&options->output)
             ? print_list (options, answer, error)
             : mcp_cli_output_print (&options->output, answer, error);
}

/**
 * mcp_cli_cmd_resources:
 * @argc: number of words
 * @argv: the words
 *
 * Lists resources.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_resources (int argc, char **argv)
{
  g_auto (Options) options = { .output = { .list = "resources", .name = "uri" } };
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &options.session,
      N_ ("The session; default: the one of the environment, or else one for the current directory"),
      N_ ("SESSION") },
    { "templates", 0, 0, G_OPTION_ARG_NONE, &options.templates,
      N_ ("List the templates of addresses instead"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .summary = _ ("Lists the resources of a session; “mcp-session read” reads one."),
    .output = &options.output,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (options.templates)
    {
      options.output.list = "resourceTemplates";
      options.output.name = "uriTemplate";
    }
  return mcp_cli_visit_run (options.session, run, &options);
}

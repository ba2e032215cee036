/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * read: prints a resource.
 */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-visit.h"
#include "cli/daemon/mcp-cli-rpc.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *session;
  McpCliOutput output;
  const char *uri;
  gboolean raw;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->session);
  mcp_cli_output_clear (&options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* A terminal would obey what it is not meant to. */
static void
print_blob (const char *blob, gboolean raw)
{
  gsize length;
  g_autofree guchar *bytes = g_base64_decode (blob, &length);

  if (isatty (STDOUT_FILENO) && !raw)
    mcp_cli_text_print (_ ("%zu bytes that are no text; write them to a file: > FILE"), length);
  else
    fwrite (bytes, 1, length, stdout);
}

/* A text goes out as it is: a file gets no line end that the resource does not have. */
static void
print_text (const char *text, gboolean raw)
{
  if (isatty (STDOUT_FILENO))
    mcp_cli_terminal_print_foreign (stdout, text, raw);
  else
    fputs (text, stdout);
}

static gboolean
print_contents (GBytes *answer, gboolean raw, GError **error)
{
  McpJsonSlice root, contents, item;
  McpJsonIter iter;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  if (!mcp_json_find_typed (root, "contents", MCP_JSON_ARRAY, &contents))
    contents = mcp_json_slice ("[]");
  mcp_json_iter_init (&iter, contents);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      g_autofree char *text = mcp_cli_json_dup_member (item, "text");
      g_autofree char *blob = mcp_cli_json_dup_member (item, "blob");

      if (text != NULL)
        print_text (text, raw);
      else if (blob != NULL)
        print_blob (blob, raw);
    }
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
  g_autoptr (GString) params = g_string_new ("{");
  g_autoptr (GBytes) answer = NULL;

  mcp_cli_json_add_string (params, "uri", options->uri);
  g_string_append_c (params, '}');
  answer = mcp_cli_rpc_call (connection, session, "resources/read", params->str, NULL, NULL,
                             cancellable, error);
  if (answer == NULL)
    return FALSE;
  return mcp_cli_output_is_for_people (&options->output)
             ? print_contents (answer, options->raw, error)
             : mcp_cli_output_print (&options->output, answer, error);
}

/**
 * mcp_cli_cmd_read:
 * @argc: number of words
 * @argv: the words
 *
 * Prints a resource.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_read (int argc, char **argv)
{
  g_auto (Options) options = { .output = { .list = "contents", .name = "uri" } };
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &options.session,
      N_ ("The session; default: the one of the environment, or else one for the current directory"),
      N_ ("SESSION") },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &options.raw,
      N_ ("Print control characters as they are, on a terminal too"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("URI"),
    .summary = _ ("Prints a resource; “mcp-session resources” lists them."),
    .min_words = 1,
    .max_words = 1,
    .output = &options.output,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  options.uri = argv[1];
  return mcp_cli_visit_run (options.session, run, &options);
}

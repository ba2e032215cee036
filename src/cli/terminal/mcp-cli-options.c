/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal/mcp-cli-options.h"

#include "config.h"

#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>

/**
 * mcp_cli_options_report_failure:
 * @error: why the command failed
 *
 * Prints the error.
 *
 * Returns: %MCP_CLI_FAILED
 */
int
mcp_cli_options_report_failure (const GError *error)
{
  mcp_cli_text_print_error (error);
  return MCP_CLI_FAILED;
}

/**
 * mcp_cli_options_report_error:
 * @format: what is wrong with the command line, without a line end
 *
 * Prints the error, and where to read more.
 *
 * Returns: %MCP_CLI_USAGE
 */
int
mcp_cli_options_report_error (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  mcp_cli_text_print ("%s", text);
  g_printerr (_ ("“%s --help” shows what is expected\n"), g_get_prgname ());
  return MCP_CLI_USAGE;
}

/* GLib leaves the "--" in place if a word that looks like an option follows. */
static void
drop_separator (int *argc, char ***argv)
{
  if (*argc < 2 || strcmp ((*argv)[1], "--") != 0)
    return;
  (*argv)[1] = (*argv)[0];
  (*argv)++;
  (*argc)--;
}

static gboolean
check_words (const McpCliUsage *usage, int n_words, char **words)
{
  if (n_words < usage->min_words)
    {
      mcp_cli_options_report_error (_ ("Something is missing: %s"), usage->parameters);
      return FALSE;
    }
  if (usage->max_words >= 0 && n_words > usage->max_words)
    {
      mcp_cli_options_report_error (_ ("“%s” is not expected"), words[usage->max_words]);
      return FALSE;
    }
  return TRUE;
}

/**
 * mcp_cli_options_parse:
 * @usage: what the command takes
 * @entries: its options
 * @argc: (inout): number of words, the command's name among them
 * @argv: (inout): the words; the options are taken out
 *
 * Reads a command line. Prints the help and exits if that is asked for; prints what is wrong
 * otherwise.
 *
 * Returns: whether the command line is valid; if not, the exit status is %MCP_CLI_USAGE
 */
gboolean
mcp_cli_options_parse (const McpCliUsage *usage,
                       const GOptionEntry *entries,
                       int *argc,
                       char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (usage->parameters);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, usage->summary);
  g_option_context_set_description (context, usage->description);
  g_option_context_set_strict_posix (context, usage->first_word_ends_options);
  g_option_context_add_main_entries (context, entries, MCP_GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      mcp_cli_options_report_error ("%s", error->message);
      return FALSE;
    }
  drop_separator (argc, argv);
  return check_words (usage, *argc - 1, *argv + 1);
}

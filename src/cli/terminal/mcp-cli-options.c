/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal/mcp-cli-options.h"

#include "config.h"

#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-pager.h"
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
takes_value (const char *word)
{
  static const char *const options[] = { "-o", "--output", "--fields", "--color", NULL };

  return g_strv_contains (options, word);
}

/* Of a command that has commands of its own, or none yet. */
static gboolean
is_own_option (const char *word)
{
  static const char *const options[] = { "--help", "-h", "--version", "--", NULL };

  return *word != '-' || g_strv_contains (options, word);
}

/**
 * mcp_cli_options_move:
 * @argc: number of words
 * @argv: the words, changed in place
 *
 * Moves options that stand before the name of a command behind it, where the command reads them.
 */
void
mcp_cli_options_move (int argc, char **argv)
{
  int first = 1;

  while (first < argc && !is_own_option (argv[first]))
    first += takes_value (argv[first]) && first + 1 < argc ? 2 : 1;
  if (first > 1 && first < argc && *argv[first] != '-')
    {
      char *command = argv[first];

      memmove (argv + 2, argv + 1, (gsize) (first - 1) * sizeof *argv);
      argv[1] = command;
    }
}

/* The choice is kept in the environment, where the tools of other projects look for it as well. */
static gboolean
colour_cb (const char *option, const char *value, gpointer user_data, GError **error)
{
  if (g_strcmp0 (value, "never") == 0)
    g_setenv ("NO_COLOR", "1", TRUE);
  else if (g_strcmp0 (value, "always") == 0)
    g_setenv ("CLICOLOR_FORCE", "1", TRUE);
  else if (g_strcmp0 (value, "auto") != 0)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _ ("--color must be auto, always or never"));
  if (g_strcmp0 (value, "always") == 0)
    g_unsetenv ("NO_COLOR");
  return *error == NULL;
}

static gboolean
no_pager_cb (const char *option, const char *value, gpointer user_data, GError **error)
{
  return g_setenv (MCP_CLI_PAGER_VARIABLE, "cat", TRUE);
}

static void
add_common_entries (GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "color", 0, 0, G_OPTION_ARG_CALLBACK, (gpointer) colour_cb,
      N_ ("auto, always or never use colours"), N_ ("WHEN") },
    { "no-pager", 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, (gpointer) no_pager_cb,
      N_ ("Do not show long output in a pager"), NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, MCP_GETTEXT_PACKAGE);
}

static void
add_output_entries (GOptionContext *context, McpCliOutput *output)
{
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &output->as_json, N_ ("Print the daemon’s answer"), NULL },
    { "output", 'o', 0, G_OPTION_ARG_STRING, &output->format,
      N_ ("json, yaml, table or name: how the answer is printed"), N_ ("FORMAT") },
    { "fields", 0, 0, G_OPTION_ARG_STRING, &output->fields,
      N_ ("Print only these members of the answer, joined by commas"), N_ ("FIELDS") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, MCP_GETTEXT_PACKAGE);
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
  if (usage->output != NULL)
    add_output_entries (context, usage->output);
  add_common_entries (context);
  if (!g_option_context_parse (context, argc, argv, &error) ||
      (usage->output != NULL && !mcp_cli_output_check (usage->output, &error)))
    {
      mcp_cli_options_report_error ("%s", error->message);
      return FALSE;
    }
  drop_separator (argc, argv);
  return check_words (usage, *argc - 1, *argv + 1);
}

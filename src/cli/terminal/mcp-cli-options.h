/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/terminal/mcp-cli-output.h"

G_BEGIN_DECLS

/**
 * McpCliUsage:
 * @parameters: (nullable): what follows the options, as the help shows it
 * @summary: what the command does, one sentence or more, translated
 * @description: (nullable): what comes below the options, translated
 * @min_words: how many words must follow the options
 * @max_words: how many may; -1: any number
 * @first_word_ends_options: what follows the first word belongs to another program
 * @output: (nullable): if the command prints an answer of the daemon: how
 */
typedef struct
{
  const char *parameters;
  const char *summary;
  const char *description;
  int min_words;
  int max_words;
  gboolean first_word_ends_options;
  McpCliOutput *output;
} McpCliUsage;

gboolean mcp_cli_options_parse (const McpCliUsage *usage,
                                const GOptionEntry *entries,
                                int *argc,
                                char ***argv);
void mcp_cli_options_move (int argc, char **argv);
int mcp_cli_options_report_failure (const GError *error);
int mcp_cli_options_report_error (const char *format, ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS

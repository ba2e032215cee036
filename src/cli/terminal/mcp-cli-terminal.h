/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

void mcp_cli_terminal_init (void);
char *mcp_cli_terminal_to_locale (const char *text);
gboolean mcp_cli_terminal_has_colour (int fd);
guint mcp_cli_terminal_get_columns (int fd);
guint mcp_cli_terminal_get_rows (int fd);
char *mcp_cli_terminal_escape (const char *text);
void mcp_cli_terminal_print_foreign (FILE *file, const char *text, gboolean raw);

G_END_DECLS

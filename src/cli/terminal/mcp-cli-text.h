/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void mcp_cli_text_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
void mcp_cli_text_print_error (const GError *error);

/* Text of others, as a terminal may show it. */
guint mcp_cli_text_width (const char *text);
char *mcp_cli_text_wrap (const char *text, guint columns, guint indent);
char *mcp_cli_text_fit (const char *text, guint columns);
void mcp_cli_text_append_padded (GString *out, const char *text, guint columns);
char *mcp_cli_text_shorten_path (const char *path);
char *mcp_cli_text_local_time (const char *timestamp);
char *mcp_cli_text_short_time (const char *timestamp, gint64 now_us);

G_END_DECLS

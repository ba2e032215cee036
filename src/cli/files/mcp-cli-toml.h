/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Tables of a TOML text that people edit: only the one asked for is looked at and touched. */
char *mcp_cli_toml_get_table (const char *text, const char *name);
char *mcp_cli_toml_set_table (const char *text, const char *name, const char *body);
char *mcp_cli_toml_remove_table (const char *text, const char *name);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char **mcp_cli_toml_json_list_tables (const char *text, const char *parent);
char *mcp_cli_toml_json_convert (const char *table, const char *name, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Tables of a TOML text that people edit. Everything else in the text stays byte by byte. */
JsonNode *mcp_cli_toml_get (const char *text, const char *const *path, GError **error);
char *mcp_cli_toml_set_members (const char *text,
                                const char *const *path,
                                const char *members,
                                const char *extra,
                                GError **error);
char *mcp_cli_toml_remove_table (const char *text, const char *const *path, GError **error);

G_END_DECLS

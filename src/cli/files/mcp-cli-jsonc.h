/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Changing a JSON text that people edit: what is not changed stays byte by byte, comments too. */
char *mcp_cli_jsonc_get (const char *text, const char *const *path, GError **error);
char **mcp_cli_jsonc_list (const char *text, const char *const *path, GError **error);
char *
mcp_cli_jsonc_set (const char *text, const char *const *path, const char *value, GError **error);
char *mcp_cli_jsonc_remove (const char *text, const char *const *path, GError **error);
char *mcp_cli_jsonc_to_json (const char *text);

G_END_DECLS

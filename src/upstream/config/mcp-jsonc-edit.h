/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Changing a JSON text that people edit: what is not changed stays byte by byte, comments too. */
char *mcp_jsonc_edit_get (const char *text, const char *const *path, GError **error);
char **mcp_jsonc_edit_list (const char *text, const char *const *path, GError **error);
char *
mcp_jsonc_edit_set (const char *text, const char *const *path, const char *value, GError **error);
char *mcp_jsonc_edit_remove (const char *text, const char *const *path, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_cli_json_parse (const char *text, gsize length, McpJsonSlice *root, GError **error);
gboolean mcp_cli_json_parse_bytes (GBytes *bytes, McpJsonSlice *root, GError **error);
gboolean mcp_cli_json_is_value (const char *text);
char *mcp_cli_json_dup_member (McpJsonSlice object, const char *key);
gboolean mcp_cli_json_get_number (McpJsonSlice object, const char *key, double *number);
void mcp_cli_json_add_string (GString *json, const char *key, const char *value);
void mcp_cli_json_add_raw (GString *json, const char *key, const char *value, gssize length);
void mcp_cli_json_print (GBytes *json);

G_END_DECLS

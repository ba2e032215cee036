/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void mcp_cli_toml_value_skip_blank (const char **at);
void mcp_cli_toml_value_skip_space (const char **at);
char **mcp_cli_toml_value_parse_keys (const char **at);
JsonNode *mcp_cli_toml_value_parse (const char **at);
JsonObject *mcp_cli_toml_value_descend (JsonObject *object, char **keys);
gboolean mcp_cli_toml_value_add_pair (JsonObject *object, char **keys, JsonNode *value);

G_END_DECLS

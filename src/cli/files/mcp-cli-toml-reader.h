/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  MCP_CLI_TOML_TABLE,       /* [a.b] */
  MCP_CLI_TOML_TABLE_ARRAY, /* [[a.b]] */
  MCP_CLI_TOML_PAIR,        /* a.b = value */
} McpCliTomlKind;

/**
 * McpCliTomlStatement:
 * @kind: what the statement is
 * @keys: (array zero-terminated=1): the dotted key, without quotes
 * @value: (nullable): of a pair
 * @start: the beginning of its first line, in the text that was read
 * @end: the beginning of the line after its last one
 *
 * One statement of a TOML text.
 */
typedef struct
{
  McpCliTomlKind kind;
  char **keys;
  JsonNode *value;
  const char *start;
  const char *end;
} McpCliTomlStatement;

GPtrArray *mcp_cli_toml_reader_parse (const char *text, GError **error);
JsonNode *mcp_cli_toml_reader_build_tree (const char *text, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reads TOML 1.0: a text becomes statements, each with its place in the text, and statements become
 * a tree.
 */
#include "cli/files/mcp-cli-toml-reader.h"

#include "cli/files/mcp-cli-toml-value.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

static void
free_statement (gpointer data)
{
  McpCliTomlStatement *statement = data;

  g_strfreev (statement->keys);
  g_clear_pointer (&statement->value, json_node_unref);
  g_free (statement);
}

static gboolean
parse_head (const char **at, McpCliTomlStatement *statement)
{
  const char *close = "]";

  statement->kind = MCP_CLI_TOML_TABLE;
  (*at)++;
  if (**at == '[')
    {
      statement->kind = MCP_CLI_TOML_TABLE_ARRAY;
      close = "]]";
      (*at)++;
    }
  statement->keys = mcp_cli_toml_value_parse_keys (at);
  if (statement->keys == NULL || !g_str_has_prefix (*at, close))
    return FALSE;
  *at += strlen (close);
  return TRUE;
}

static gboolean
parse_pair (const char **at, McpCliTomlStatement *statement)
{
  statement->kind = MCP_CLI_TOML_PAIR;
  statement->keys = mcp_cli_toml_value_parse_keys (at);
  if (statement->keys == NULL || *(*at)++ != '=')
    return FALSE;
  statement->value = mcp_cli_toml_value_parse (at);
  return statement->value != NULL;
}

/* A comment may follow; then the line ends. */
static gboolean
parse_line_end (const char **at)
{
  mcp_cli_toml_value_skip_blank (at);
  if (**at == '#')
    *at += strcspn (*at, "\n");
  if (**at == '\r')
    (*at)++;
  if (**at == '\n')
    (*at)++;
  else if (**at != '\0')
    return FALSE;
  return TRUE;
}

static const char *
find_line_start (const char *text, const char *at)
{
  while (at > text && at[-1] != '\n')
    at--;
  return at;
}

static void
set_error (const char *text, const char *at, GError **error)
{
  guint line = 1;

  for (const char *p = text; p < at; p++)
    line += *p == '\n';
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("Line %u is not valid TOML"),
               line);
}

/**
 * mcp_cli_toml_reader_parse:
 * @text: TOML; must outlive the result
 * @error: return location
 *
 * Returns: (transfer full) (element-type McpCliTomlStatement) (nullable): the statements, in order
 */
GPtrArray *
mcp_cli_toml_reader_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) statements = g_ptr_array_new_with_free_func (free_statement);
  const char *at = text;

  if (g_str_has_prefix (at, "\357\273\277"))
    at += 3;
  for (mcp_cli_toml_value_skip_space (&at); *at != '\0'; mcp_cli_toml_value_skip_space (&at))
    {
      McpCliTomlStatement *statement = g_new0 (McpCliTomlStatement, 1);
      const char *start = at;

      g_ptr_array_add (statements, statement);
      statement->start = find_line_start (text, at);
      if (!(*at == '[' ? parse_head (&at, statement) : parse_pair (&at, statement)) ||
          !parse_line_end (&at))
        {
          set_error (text, start, error);
          return NULL;
        }
      statement->end = at;
    }
  return g_steal_pointer (&statements);
}

/* Returns: (nullable): the object that a head of a table names */
static JsonObject *
enter_table (JsonObject *root, McpCliTomlStatement *statement)
{
  JsonObject *parent = mcp_cli_toml_value_descend (root, statement->keys);
  const char *key = statement->keys[g_strv_length (statement->keys) - 1];
  JsonNode *node = parent != NULL ? json_object_get_member (parent, key) : NULL;
  JsonObject *table;

  if (parent == NULL)
    return NULL;
  if (statement->kind == MCP_CLI_TOML_TABLE && node != NULL)
    return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  table = json_object_new ();
  if (statement->kind == MCP_CLI_TOML_TABLE)
    json_object_set_object_member (parent, key, table);
  else if (node == NULL)
    json_object_set_array_member (parent, key, json_array_new ());
  if (statement->kind == MCP_CLI_TOML_TABLE)
    return table;
  node = json_object_get_member (parent, key);
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      json_object_unref (table);
      return NULL;
    }
  json_array_add_object_element (json_node_get_array (node), table);
  return table;
}

/**
 * mcp_cli_toml_reader_build_tree:
 * @text: TOML
 * @error: return location
 *
 * Returns: (transfer full) (nullable): all of the text as one object
 */
JsonNode *
mcp_cli_toml_reader_build_tree (const char *text, GError **error)
{
  g_autoptr (GPtrArray) statements = mcp_cli_toml_reader_parse (text, error);
  g_autoptr (JsonNode) tree = json_node_new (JSON_NODE_OBJECT);
  JsonObject *table;

  if (statements == NULL)
    return NULL;
  json_node_take_object (tree, json_object_new ());
  table = json_node_get_object (tree);
  for (guint i = 0; i < statements->len; i++)
    {
      McpCliTomlStatement *statement = g_ptr_array_index (statements, i);
      gboolean is_valid = TRUE;

      if (statement->kind != MCP_CLI_TOML_PAIR)
        table = enter_table (json_node_get_object (tree), statement);
      else
        is_valid = mcp_cli_toml_value_add_pair (table, statement->keys, statement->value);
      if (table == NULL || !is_valid)
        {
          set_error (text, statement->start, error);
          return NULL;
        }
    }
  return g_steal_pointer (&tree);
}

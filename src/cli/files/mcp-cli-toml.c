/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Changes one table of a TOML text. A table that is written in a way that cannot be replaced as a
 * block of lines (inline, with dotted keys, in two places) is refused, and each result is read
 * back: the table must be as wanted, and everything else as before the change.
 */
#include "cli/files/mcp-cli-toml.h"

#include "cli/files/mcp-cli-toml-reader.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

/* The lines of a table, with the tables below it. */
typedef struct
{
  const char *start; /* NULL: the text has no such table */
  const char *end;
} Block;

static gboolean
has_prefix (const char *const *keys, const char *const *prefix)
{
  for (gsize i = 0; prefix[i] != NULL; i++)
    if (keys[i] == NULL || strcmp (keys[i], prefix[i]) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
refuse (const char *text, const McpCliTomlStatement *statement, GError **error)
{
  guint line = 1;

  for (const char *at = text; at < statement->start; at++)
    line += *at == '\n';
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("Line %u writes the servers in a way that mcp-session does not edit; write each "
                  "one as a table [mcp_servers.NAME]"),
               line);
  return FALSE;
}

/* Whether a pair outside the block defines the table, a parent of it, or a part of it. */
static gboolean
defines (const McpCliTomlStatement *table, const McpCliTomlStatement *pair, const char *const *path)
{
  g_autoptr (GPtrArray) full = g_ptr_array_new ();

  for (gsize i = 0; table != NULL && table->keys[i] != NULL; i++)
    g_ptr_array_add (full, table->keys[i]);
  for (gsize i = 0; pair->keys[i] != NULL; i++)
    g_ptr_array_add (full, pair->keys[i]);
  g_ptr_array_add (full, NULL);
  return has_prefix (path, (const char *const *) full->pdata) ||
         has_prefix ((const char *const *) full->pdata, path);
}

static gboolean
add_head (Block *block,
          const McpCliTomlStatement *statement,
          const McpCliTomlStatement *previous,
          const char *const *path)
{
  const char *const *keys = (const char *const *) statement->keys;
  gboolean is_below = has_prefix (keys, path);

  if (!is_below)
    return statement->kind == MCP_CLI_TOML_TABLE || !has_prefix (path, keys);
  if (block->start == NULL)
    block->start = statement->start;
  else if (previous == NULL || block->end != previous->end)
    return FALSE;
  block->end = statement->end;
  return statement->kind == MCP_CLI_TOML_TABLE || keys[g_strv_length ((char **) path)] != NULL;
}

/* Returns: whether the table is a block, or is not there */
static gboolean
find_block (const char *text, const char *const *path, Block *block, GError **error)
{
  g_autoptr (GPtrArray) statements = mcp_cli_toml_reader_parse (text, error);
  const McpCliTomlStatement *table = NULL;
  const McpCliTomlStatement *previous = NULL;

  *block = (Block){ NULL, NULL };
  if (statements == NULL)
    return FALSE;
  for (guint i = 0; i < statements->len; i++)
    {
      const McpCliTomlStatement *statement = g_ptr_array_index (statements, i);

      if (statement->kind != MCP_CLI_TOML_PAIR)
        {
          if (!add_head (block, statement, previous, path))
            return refuse (text, statement, error);
          table = statement;
        }
      else if (table != NULL && has_prefix ((const char *const *) table->keys, path))
        block->end = statement->end;
      else if (defines (table, statement, path))
        return refuse (text, statement, error);
      previous = statement;
    }
  return TRUE;
}

/* Returns: (transfer none) (nullable): the value at the path */
static JsonNode *
find_node (JsonNode *node, const char *const *path)
{
  for (; node != NULL && *path != NULL; path++)
    node = JSON_NODE_HOLDS_OBJECT (node)
               ? json_object_get_member (json_node_get_object (node), *path)
               : NULL;
  return node;
}

/**
 * mcp_cli_toml_get:
 * @text: of a file
 * @path: (array zero-terminated=1): keys, from the outermost on
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the value, however it is written; %NULL without an error if
 *   there is none
 */
JsonNode *
mcp_cli_toml_get (const char *text, const char *const *path, GError **error)
{
  g_autoptr (JsonNode) tree = mcp_cli_toml_reader_build_tree (text, error);
  JsonNode *node = tree != NULL ? find_node (tree, path) : NULL;

  return node != NULL ? json_node_copy (node) : NULL;
}

/* Parents that a removal leaves without members need not be there. */
static void
prune (JsonNode *tree, const char *const *path)
{
  JsonNode *parent = tree;
  gsize i;

  for (i = 0; parent != NULL && path[i + 1] != NULL; i++)
    parent = find_node (parent, (const char *const[]){ path[i], NULL });
  if (parent != NULL && JSON_NODE_HOLDS_OBJECT (parent))
    json_object_remove_member (json_node_get_object (parent), path[i]);
  if (path[1] != NULL && parent != NULL && JSON_NODE_HOLDS_OBJECT (parent) &&
      json_object_get_size (json_node_get_object (parent)) == 0)
    json_object_remove_member (json_node_get_object (tree), path[0]);
}

static gboolean
equals (JsonNode *a, JsonNode *b)
{
  return (a == NULL && b == NULL) || (a != NULL && b != NULL && json_node_equal (a, b));
}

/* Returns: (transfer full): the table with the members */
static JsonNode *
merge (JsonNode *table, JsonNode *members)
{
  JsonObject *from = json_node_get_object (members);
  g_autoptr (GList) keys = json_object_get_members (from);
  JsonNode *merged = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (merged, object);
  if (table != NULL && JSON_NODE_HOLDS_OBJECT (table))
    {
      JsonObject *old = json_node_get_object (table);
      g_autoptr (GList) old_keys = json_object_get_members (old);

      for (GList *link = old_keys; link != NULL; link = link->next)
        json_object_set_member (object, link->data,
                                json_node_copy (json_object_get_member (old, link->data)));
    }
  for (GList *link = keys; link != NULL; link = link->next)
    json_object_set_member (object, link->data,
                            json_node_copy (json_object_get_member (from, link->data)));
  return merged;
}

/* Returns: whether the new text has the table as wanted and all else as the old one had it */
static gboolean
read_back (const char *before,
           const char *after,
           const char *const *path,
           JsonNode *members,
           GError **error)
{
  g_autoptr (JsonNode) old_tree = mcp_cli_toml_reader_build_tree (before, error);
  g_autoptr (JsonNode) new_tree =
      old_tree != NULL ? mcp_cli_toml_reader_build_tree (after, error) : NULL;
  g_autoptr (JsonNode) wanted = NULL;
  gboolean is_right;

  if (new_tree == NULL)
    return FALSE;
  if (members != NULL)
    wanted = merge (find_node (old_tree, path), members);
  is_right = equals (find_node (new_tree, path), wanted);
  prune (old_tree, path);
  prune (new_tree, path);
  if (is_right && json_node_equal (old_tree, new_tree))
    return TRUE;
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("The file is written in a way that mcp-session does not edit"));
  return FALSE;
}

static char *
build_head (const char *const *path)
{
  g_autofree char *keys = g_strjoinv (".", (char **) path);

  return g_strdup_printf ("[%s]\n", keys);
}

static gboolean
is_pair_of (const McpCliTomlStatement *statement, JsonNode *members)
{
  return statement->kind == MCP_CLI_TOML_PAIR && statement->keys[1] == NULL &&
         json_object_has_member (json_node_get_object (members), statement->keys[0]);
}

/* The head of the table, the members, and what else the table had. */
static char *
replace_members (const char *text, const Block *block, const char *body, JsonNode *members)
{
  g_autoptr (GPtrArray) statements = mcp_cli_toml_reader_parse (text, NULL);
  g_autoptr (GString) out = g_string_new_len (text, block->start - text);
  const char *at = NULL; /* up to here the text is taken over */
  gboolean is_in_head = FALSE;

  for (guint i = 0; i < statements->len; i++)
    {
      const McpCliTomlStatement *statement = g_ptr_array_index (statements, i);

      if (statement->start < block->start || statement->start >= block->end)
        continue;
      if (at == NULL)
        {
          g_string_append_len (out, statement->start, statement->end - statement->start);
          g_string_append (out, body);
          at = statement->end;
          is_in_head = TRUE;
          continue;
        }
      is_in_head = is_in_head && statement->kind == MCP_CLI_TOML_PAIR;
      if (!is_in_head || !is_pair_of (statement, members))
        continue;
      g_string_append_len (out, at, statement->start - at);
      at = statement->end;
    }
  g_string_append (out, at);
  return g_strdup (out->str);
}

static char *
append_table (const char *text, const char *const *path, const char *body, const char *extra)
{
  g_autofree char *head = build_head (path);
  const char *gap = *text == '\0' ? "" : g_str_has_suffix (text, "\n") ? "\n" : "\n\n";

  return g_strconcat (text, gap, head, body, extra, NULL);
}

/**
 * mcp_cli_toml_set_members:
 * @text: of a file
 * @path: (array zero-terminated=1): bare keys of a table, from the outermost on
 * @body: members of the table, whole lines
 * @extra: (nullable): further members of a table that is new, whole lines
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text with these members in that table, which keeps its
 * place and its other members; a new one is at the end
 */
char *
mcp_cli_toml_set_members (const char *text,
                          const char *const *path,
                          const char *body,
                          const char *extra,
                          GError **error)
{
  g_autofree char *whole = g_strconcat (body, extra, NULL);
  g_autoptr (JsonNode) members = NULL;
  g_autofree char *after = NULL;
  Block block;

  if (!find_block (text, path, &block, error))
    return NULL;
  members = mcp_cli_toml_reader_build_tree (block.start != NULL ? body : whole, error);
  if (members == NULL)
    return NULL;
  after = block.start != NULL ? replace_members (text, &block, body, members)
                              : append_table (text, path, body, extra);
  return read_back (text, after, path, members, error) ? g_steal_pointer (&after) : NULL;
}

/**
 * mcp_cli_toml_remove_table:
 * @text: of a file
 * @path: (array zero-terminated=1): keys of a table, from the outermost on
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text without the table and those below it; %NULL without
 *   an error if the text does not have the table
 */
char *
mcp_cli_toml_remove_table (const char *text, const char *const *path, GError **error)
{
  g_autofree char *after = NULL;
  Block block;

  if (!find_block (text, path, &block, error) || block.start == NULL)
    return NULL;
  /* With the blank line that set it apart. */
  if (block.start - text >= 2 && block.start[-1] == '\n' && block.start[-2] == '\n')
    block.start--;
  after = g_strdup_printf ("%.*s%s", (int) (block.start - text), text, block.end);
  return read_back (text, after, path, NULL, error) ? g_steal_pointer (&after) : NULL;
}

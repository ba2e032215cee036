/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reads TOML 1.0: a text becomes statements, each with its place in the text, and statements become
 * a tree. Dates and “inf” and “nan” are texts in the tree, because JSON has no such values.
 */
#include "cli/files/mcp-cli-toml-reader.h"

#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_DEPTH 32
#define BARE      G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-"

static JsonNode *parse_value (const char **at, guint depth);

static void
free_statement (gpointer data)
{
  McpCliTomlStatement *statement = data;

  g_strfreev (statement->keys);
  g_clear_pointer (&statement->value, json_node_unref);
  g_free (statement);
}

static void
skip_blank (const char **at)
{
  *at += strspn (*at, " \t");
}

/* Blanks, line ends and comments. */
static void
skip_space (const char **at)
{
  for (;;)
    {
      *at += strspn (*at, " \t\r\n");
      if (**at != '#')
        return;
      *at += strcspn (*at, "\n");
    }
}

static gboolean
append_code_point (const char **at, gsize n_digits, GString *out)
{
  g_autofree char *digits = g_strndup (*at, n_digits);
  char *end;
  guint64 c = g_ascii_strtoull (digits, &end, 16);

  if (strlen (digits) != n_digits || *end != '\0' || !g_ascii_isxdigit (*digits) ||
      !g_unichar_validate ((gunichar) c) || c == 0)
    return FALSE;
  g_string_append_unichar (out, (gunichar) c);
  *at += n_digits;
  return TRUE;
}

/* After the backslash. */
static gboolean
append_escape (const char **at, GString *out)
{
  static const char names[] = "btnfr\"\\";
  static const char values[] = "\b\t\n\f\r\"\\";
  char c = *(*at)++;
  const char *name = c != '\0' ? strchr (names, c) : NULL;

  if (name != NULL)
    g_string_append_c (out, values[name - names]);
  else if (c == 'u' || c == 'U')
    return append_code_point (at, c == 'u' ? 4 : 8, out);
  return name != NULL;
}

/* A backslash at the end of a line joins the line with the next text. */
static gboolean
skip_line_end (const char **at)
{
  const char *after = *at + strspn (*at, " \t\r");

  if (*after != '\n')
    return FALSE;
  *at = after + strspn (after, " \t\r\n");
  return TRUE;
}

/* After the opening quotes. */
static gboolean
parse_long_string (const char **at, char quote, GString *out)
{
  const char quotes[] = { quote, quote, quote, '\0' };

  if (**at == '\r' && (*at)[1] == '\n')
    (*at)++;
  if (**at == '\n')
    (*at)++;
  while (!g_str_has_prefix (*at, quotes) || (*at)[3] == quote)
    {
      char c = *(*at)++;

      if (c == '\0')
        return FALSE;
      if (c != '\\' || quote != '"')
        g_string_append_c (out, c);
      else if (!skip_line_end (at) && !append_escape (at, out))
        return FALSE;
    }
  *at += 3;
  return TRUE;
}

/* At the opening quote. */
static gboolean
parse_string (const char **at, GString *out)
{
  char quote = *(*at)++;

  if ((*at)[0] == quote && (*at)[1] == quote)
    {
      *at += 2;
      return parse_long_string (at, quote, out);
    }
  while (**at != quote)
    {
      char c = *(*at)++;

      if (c == '\0' || c == '\n')
        return FALSE;
      if (c != '\\' || quote != '"')
        g_string_append_c (out, c);
      else if (!append_escape (at, out))
        return FALSE;
    }
  (*at)++;
  return TRUE;
}

static gboolean
is_quote (char c)
{
  return c == '"' || c == '\'';
}

/* Returns: (transfer full) (nullable): the parts of a dotted key */
static char **
parse_keys (const char **at)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);

  for (;;)
    {
      g_autoptr (GString) key = g_string_new (NULL);
      gsize length;

      skip_blank (at);
      length = strspn (*at, BARE);
      if (is_quote (**at) ? !parse_string (at, key) : length == 0)
        return NULL;
      if (length > 0)
        {
          g_string_append_len (key, *at, (gssize) length);
          *at += length;
        }
      g_ptr_array_add (keys, g_strdup (key->str));
      skip_blank (at);
      if (**at != '.')
        break;
      (*at)++;
    }
  g_ptr_array_add (keys, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&keys), FALSE);
}

/* The object that the keys without the last lead to; missing ones are made. */
static JsonObject *
descend (JsonObject *object, char **keys)
{
  for (; object != NULL && keys[0] != NULL && keys[1] != NULL; keys++)
    {
      JsonNode *node = json_object_get_member (object, keys[0]);

      if (node == NULL)
        {
          JsonObject *child = json_object_new ();

          json_object_set_object_member (object, keys[0], child);
          object = child;
        }
      else if (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)))
        {
          JsonArray *array = json_node_get_array (node);
          JsonNode *last = json_array_get_element (array, json_array_get_length (array) - 1);

          object = JSON_NODE_HOLDS_OBJECT (last) ? json_node_get_object (last) : NULL;
        }
      else
        {
          object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
        }
    }
  return object;
}

static const char *
last_key (char **keys)
{
  return keys[g_strv_length (keys) - 1];
}

static gboolean
add_pair (JsonObject *object, char **keys, JsonNode *value)
{
  JsonObject *parent = descend (object, keys);

  if (parent == NULL || json_object_has_member (parent, last_key (keys)))
    return FALSE;
  json_object_set_member (parent, last_key (keys), json_node_copy (value));
  return TRUE;
}

static JsonNode *
parse_inline_table (const char **at, guint depth)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, json_object_new ());
  (*at)++;
  for (skip_space (at); **at != '}'; skip_space (at))
    {
      g_auto (GStrv) keys = parse_keys (at);
      g_autoptr (JsonNode) value = NULL;

      if (keys == NULL || *(*at)++ != '=')
        return NULL;
      value = parse_value (at, depth + 1);
      if (value == NULL || !add_pair (json_node_get_object (node), keys, value))
        return NULL;
      skip_space (at);
      if (**at == ',')
        (*at)++;
      else if (**at != '}')
        return NULL;
    }
  (*at)++;
  return g_steal_pointer (&node);
}

static JsonNode *
parse_array (const char **at, guint depth)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);

  json_node_take_array (node, json_array_new ());
  (*at)++;
  for (skip_space (at); **at != ']'; skip_space (at))
    {
      JsonNode *value = parse_value (at, depth + 1);

      if (value == NULL)
        return NULL;
      json_array_add_element (json_node_get_array (node), value);
      skip_space (at);
      if (**at == ',')
        (*at)++;
      else if (**at != ']')
        return NULL;
    }
  (*at)++;
  return g_steal_pointer (&node);
}

static JsonNode *
new_text (const char *text)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, text);
  return node;
}

static gboolean
read_integer (const char *word, gint64 *number)
{
  const char *digits = word + (*word == '+');
  guint base = 10;
  char *end;

  if (digits[0] == '0' && digits[1] != '\0' && strchr ("xob", digits[1]) != NULL)
    {
      base = digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : 2;
      digits += 2;
    }
  *number = g_ascii_strtoll (digits, &end, base);
  return end != digits && *end == '\0';
}

static JsonNode *
new_number (const char *word)
{
  g_auto (GStrv) parts = g_strsplit (word, "_", -1);
  g_autofree char *plain = g_strjoinv ("", parts);
  JsonNode *node = json_node_new (JSON_NODE_VALUE);
  gint64 number;
  char *end;
  double real = g_ascii_strtod (plain, &end);

  if (read_integer (plain, &number))
    json_node_set_int (node, number);
  else if (*plain != '\0' && *end == '\0')
    json_node_set_double (node, real);
  else
    g_clear_pointer (&node, json_node_unref);
  return node;
}

static gboolean
is_date (const char *word)
{
  return strlen (word) >= 5 && g_ascii_isdigit (*word) && (word[4] == '-' || word[2] == ':');
}

/* A number, a boolean, a date. */
static JsonNode *
parse_word (const char **at)
{
  static const char *const texts[] = { "inf", "+inf", "-inf", "nan", "+nan", "-nan", NULL };
  gsize length = strcspn (*at, " \t\r\n,]}#");
  g_autofree char *word = NULL;
  JsonNode *node;

  if (length == 10 && (*at)[4] == '-' && (*at)[10] == ' ' && g_ascii_isdigit ((*at)[11]))
    length = 11 + strcspn (*at + 11, " \t\r\n,]}#");
  word = g_strndup (*at, length);
  *at += length;
  if (is_date (word) || g_strv_contains (texts, word))
    return new_text (word);
  if (strcmp (word, "true") != 0 && strcmp (word, "false") != 0)
    return new_number (word);
  node = json_node_new (JSON_NODE_VALUE);
  json_node_set_boolean (node, *word == 't');
  return node;
}

/* Returns: (transfer full) (nullable): the value; @at is behind it then */
static JsonNode *
parse_value (const char **at, guint depth)
{
  g_autoptr (GString) text = NULL;

  skip_blank (at);
  if (depth > MAX_DEPTH)
    return NULL;
  if (**at == '[')
    return parse_array (at, depth);
  if (**at == '{')
    return parse_inline_table (at, depth);
  if (!is_quote (**at))
    return parse_word (at);
  text = g_string_new (NULL);
  return parse_string (at, text) ? new_text (text->str) : NULL;
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
  statement->keys = parse_keys (at);
  if (statement->keys == NULL || !g_str_has_prefix (*at, close))
    return FALSE;
  *at += strlen (close);
  return TRUE;
}

static gboolean
parse_pair (const char **at, McpCliTomlStatement *statement)
{
  statement->kind = MCP_CLI_TOML_PAIR;
  statement->keys = parse_keys (at);
  if (statement->keys == NULL || *(*at)++ != '=')
    return FALSE;
  statement->value = parse_value (at, 0);
  return statement->value != NULL;
}

/* A comment may follow; then the line ends. */
static gboolean
parse_line_end (const char **at)
{
  skip_blank (at);
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
  for (skip_space (&at); *at != '\0'; skip_space (&at))
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
  JsonObject *parent = descend (root, statement->keys);
  const char *key = last_key (statement->keys);
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
        is_valid = add_pair (table, statement->keys, statement->value);
      if (table == NULL || !is_valid)
        {
          set_error (text, statement->start, error);
          return NULL;
        }
    }
  return g_steal_pointer (&tree);
}

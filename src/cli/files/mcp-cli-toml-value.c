/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reads the keys and values of TOML 1.0. Dates and “inf” and “nan” become texts, because JSON has
 * no such values.
 */
#include "cli/files/mcp-cli-toml-value.h"

#include <string.h>

#define MAX_DEPTH 32
#define BARE      G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-"

static JsonNode *parse_nested (const char **at, guint depth);

/**
 * mcp_cli_toml_value_skip_blank:
 * @at: (inout): a place in a text; behind spaces and tabs afterwards
 */
void
mcp_cli_toml_value_skip_blank (const char **at)
{
  *at += strspn (*at, " \t");
}

/**
 * mcp_cli_toml_value_skip_space:
 * @at: (inout): a place in a text; behind spaces, tabs, line ends and comments afterwards
 */
void
mcp_cli_toml_value_skip_space (const char **at)
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

/**
 * mcp_cli_toml_value_parse_keys:
 * @at: (inout): a place in a text; behind the key afterwards
 *
 * Returns: (transfer full) (nullable): the parts of a dotted key
 */
char **
mcp_cli_toml_value_parse_keys (const char **at)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);

  for (;;)
    {
      g_autoptr (GString) key = g_string_new (NULL);
      gsize length;

      mcp_cli_toml_value_skip_blank (at);
      length = strspn (*at, BARE);
      if (is_quote (**at) ? !parse_string (at, key) : length == 0)
        return NULL;
      if (length > 0)
        {
          g_string_append_len (key, *at, (gssize) length);
          *at += length;
        }
      g_ptr_array_add (keys, g_strdup (key->str));
      mcp_cli_toml_value_skip_blank (at);
      if (**at != '.')
        break;
      (*at)++;
    }
  g_ptr_array_add (keys, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&keys), FALSE);
}

/**
 * mcp_cli_toml_value_descend:
 * @object: a table
 * @keys: (array zero-terminated=1): a dotted key
 *
 * Returns: (transfer none) (nullable): the table that the keys without the last one lead to;
 * missing tables are made; %NULL if something else is in the way
 */
JsonObject *
mcp_cli_toml_value_descend (JsonObject *object, char **keys)
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

/**
 * mcp_cli_toml_value_add_pair:
 * @object: a table
 * @keys: (array zero-terminated=1): a dotted key
 * @value: its value
 *
 * Returns: whether the table had no such key before
 */
gboolean
mcp_cli_toml_value_add_pair (JsonObject *object, char **keys, JsonNode *value)
{
  JsonObject *parent = mcp_cli_toml_value_descend (object, keys);

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
  for (mcp_cli_toml_value_skip_space (at); **at != '}'; mcp_cli_toml_value_skip_space (at))
    {
      g_auto (GStrv) keys = mcp_cli_toml_value_parse_keys (at);
      g_autoptr (JsonNode) value = NULL;

      if (keys == NULL || *(*at)++ != '=')
        return NULL;
      value = parse_nested (at, depth + 1);
      if (value == NULL || !mcp_cli_toml_value_add_pair (json_node_get_object (node), keys, value))
        return NULL;
      mcp_cli_toml_value_skip_space (at);
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
  for (mcp_cli_toml_value_skip_space (at); **at != ']'; mcp_cli_toml_value_skip_space (at))
    {
      JsonNode *value = parse_nested (at, depth + 1);

      if (value == NULL)
        return NULL;
      json_array_add_element (json_node_get_array (node), value);
      mcp_cli_toml_value_skip_space (at);
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

static JsonNode *
parse_nested (const char **at, guint depth)
{
  g_autoptr (GString) text = NULL;

  mcp_cli_toml_value_skip_blank (at);
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

/**
 * mcp_cli_toml_value_parse:
 * @at: (inout): a place in a text; behind the value afterwards
 *
 * Returns: (transfer full) (nullable): the value
 */
JsonNode *
mcp_cli_toml_value_parse (const char **at)
{
  return parse_nested (at, 0);
}

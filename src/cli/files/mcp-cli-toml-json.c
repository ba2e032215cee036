/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * As much of TOML 1.0 as servers are written in: strings of one line, numbers, booleans, arrays,
 * inline tables, and one level of tables below. Anything else is an error.
 */
#include "cli/files/mcp-cli-toml-json.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_DEPTH 16
#define BARE      G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-"

static const char *parse_value (const char *at, GString *out, guint depth);

static const char *
skip_blank (const char *at)
{
  for (;;)
    {
      at += strspn (at, " \t\r\n");
      if (*at != '#')
        return at;
      at += strcspn (at, "\n");
    }
}

/* The escapes of JSON, which these are but for \U. Returns: (nullable): what follows it */
static const char *
parse_string (const char *at, GString *out)
{
  const char *end = at + 1;

  if (g_str_has_prefix (at, "\"\"\"") || g_str_has_prefix (at, "'''"))
    return NULL;
  while (*end != *at && *end != '\n' && *end != '\0')
    end += *at == '"' && *end == '\\' && end[1] != '\0' ? 2 : 1;
  if (*end != *at)
    return NULL;
  if (*at == '"')
    g_string_append_len (out, at, end + 1 - at);
  else
    {
      g_autofree char *text = g_strndup (at + 1, (gsize) (end - at - 1));

      mcp_json_append_string (out, text);
    }
  return end + 1;
}

/* As JSON, up to and with the equals sign. */
static const char *
parse_key (const char *at, GString *out)
{
  gsize length = strspn (at, BARE);

  if (*at == '"' || *at == '\'')
    at = parse_string (at, out);
  else if (length == 0)
    return NULL;
  else
    {
      g_string_append_printf (out, "\"%.*s\"", (int) length, at);
      at += length;
    }
  if (at == NULL)
    return NULL;
  at += strspn (at, " \t");
  return *at == '=' ? at + 1 : NULL;
}

static const char *
parse_list (const char *at, GString *out, guint depth)
{
  gboolean is_table = *at == '{';
  char close = is_table ? '}' : ']';

  if (depth > MAX_DEPTH)
    return NULL;
  g_string_append_c (out, *at);
  for (at = skip_blank (at + 1); *at != close; at = skip_blank (at))
    {
      char last = out->str[out->len - 1];

      if (last != '{' && last != '[')
        g_string_append_c (out, ',');
      if (is_table && (at = parse_key (at, out)) == NULL)
        return NULL;
      if (is_table)
        g_string_append_c (out, ':');
      at = parse_value (at, out, depth + 1);
      if (at == NULL)
        return NULL;
      at = skip_blank (at);
      if (*at == ',')
        at++;
      else if (*at != close)
        return NULL;
    }
  g_string_append_c (out, close);
  return at + 1;
}

static const char *
parse_value (const char *at, GString *out, guint depth)
{
  gsize length;
  g_autofree char *word = NULL;

  at += strspn (at, " \t");
  if (*at == '"' || *at == '\'')
    return parse_string (at, out);
  if (*at == '[' || *at == '{')
    return parse_list (at, out, depth);
  length = strcspn (at, " \t\r\n,]}#");
  word = g_strndup (at, length);
  if (!mcp_cli_json_is_value (word))
    return NULL;
  g_string_append (out, word);
  return at + length;
}

/* One line. Returns: (nullable): what follows it */
static const char *
parse_member (const char *at, GString *out)
{
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  at = parse_key (at, out);
  if (at == NULL)
    return NULL;
  g_string_append_c (out, ':');
  at = parse_value (at, out, 0);
  if (at == NULL)
    return NULL;
  at += strspn (at, " \t\r");
  return *at == '\n' || *at == '#' || *at == '\0' ? at : NULL;
}

/* "[name]" or "[name.below]". */
static const char *
parse_head (const char *at, const char *name, GString *out, gboolean *is_below)
{
  gsize length = strlen (name);

  at += 1 + strspn (at + 1, " \t");
  if (strncmp (at, name, length) != 0)
    return NULL;
  at += length;
  if (*is_below)
    g_string_append_c (out, '}');
  *is_below = *at == '.';
  if (*is_below)
    {
      gsize n_key = strspn (++at, BARE);

      if (n_key == 0)
        return NULL;
      g_string_append_printf (out, "%s\"%.*s\":{", out->str[out->len - 1] != '{' ? "," : "",
                              (int) n_key, at);
      at += n_key;
    }
  at += strspn (at, " \t");
  return *at == ']' ? at + 1 : NULL;
}

/**
 * mcp_cli_toml_json_convert:
 * @table: with its head, and those below it
 * @name: of it, as it is written
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the same as a JSON object
 */
char *
mcp_cli_toml_json_convert (const char *table, const char *name, GError **error)
{
  g_autoptr (GString) out = g_string_new ("{");
  gboolean is_below = FALSE;
  const char *at = skip_blank (table);
  McpJsonSlice root;

  while (at != NULL && *at != '\0')
    {
      at = *at == '[' ? parse_head (at, name, out, &is_below) : parse_member (at, out);
      if (at != NULL)
        at = skip_blank (at);
    }
  g_string_append (out, is_below ? "}}" : "}");
  if (at == NULL || !mcp_cli_json_parse (out->str, out->len, &root, NULL))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   _ ("[%s] is written in a way that cannot be imported: give it to “mcp-session "
                      "server add”"),
                   name);
      return NULL;
    }
  return g_strdup (out->str);
}

/**
 * mcp_cli_toml_json_list_tables:
 * @text: of a file
 * @parent: a table, dotted
 *
 * Returns: (transfer full): names of the tables right below it, of bare keys
 */
char **
mcp_cli_toml_json_list_tables (const char *text, const char *parent)
{
  g_autofree char *prefix = g_strconcat ("[", parent, ".", NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchug (lines[i]);
      gsize length;

      if (!g_str_has_prefix (line, prefix))
        continue;
      line += strlen (prefix);
      length = strspn (line, BARE);
      if (length > 0 && line[length] == ']')
        g_ptr_array_add (names, g_strndup (line, length));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

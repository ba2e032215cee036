/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An answer of the daemon for programs: as JSON, as YAML, as a table of chosen members, or as
 * names, one a line.
 */
#include "cli/terminal/mcp-cli-output.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-pager.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-yaml.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/**
 * mcp_cli_output_clear:
 * @self: an output
 */
void
mcp_cli_output_clear (McpCliOutput *self)
{
  g_clear_pointer (&self->format, g_free);
  g_clear_pointer (&self->fields, g_free);
}

/**
 * mcp_cli_output_check:
 * @self: as read from the command line
 * @error: return location
 *
 * Returns: whether there is such a format
 */
gboolean
mcp_cli_output_check (McpCliOutput *self, GError **error)
{
  static const char *const formats[] = { "json", "yaml", "table", "name", NULL };

  if (self->as_json && self->format == NULL)
    self->format = g_strdup ("json");
  if (self->format == NULL || g_strv_contains (formats, self->format))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("--output must be json, yaml, table or name"));
  return FALSE;
}

/**
 * mcp_cli_output_is_for_people:
 * @self: an output
 *
 * Returns: whether the command prints the answer in its own way
 */
gboolean
mcp_cli_output_is_for_people (const McpCliOutput *self)
{
  return self->fields == NULL && (self->format == NULL || strcmp (self->format, "table") == 0);
}

static gboolean
is_format (const McpCliOutput *self, const char *format)
{
  return g_strcmp0 (self->format, format) == 0;
}

/* Returns: (transfer full): a value in one cell */
static char *
dup_cell (McpJsonSlice object, const char *key)
{
  McpJsonSlice value;

  if (mcp_json_get_type (object) != MCP_JSON_OBJECT || !mcp_json_find (object, key, &value))
    return g_strdup ("");
  if (mcp_json_get_type (value) == MCP_JSON_STRING)
    return mcp_json_dup_string (value);
  return g_strndup (value.data, value.length);
}

static void
add_row (McpCliTable *table, McpJsonSlice element, char **fields)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; fields[i] != NULL; i++)
    g_ptr_array_add (cells, dup_cell (element, fields[i]));
  mcp_cli_table_add (table, (const char *const *) cells->pdata);
}

static McpCliTable *
new_table (char **fields)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; fields[i] != NULL; i++)
    g_ptr_array_add (titles, g_ascii_strup (fields[i], -1));
  g_ptr_array_add (titles, NULL);
  return mcp_cli_table_new ((const char *const *) titles->pdata);
}

/* Calls a function for each element, or for the one object. */
static void
for_each (McpJsonSlice list, void (*func) (McpJsonSlice element, gpointer user_data), gpointer data)
{
  McpJsonSlice element;
  McpJsonIter iter;

  if (mcp_json_get_type (list) != MCP_JSON_ARRAY)
    {
      func (list, data);
      return;
    }
  mcp_json_iter_init (&iter, list);
  while (mcp_json_iter_next_element (&iter, &element))
    func (element, data);
}

typedef struct
{
  char **fields;
  McpCliTable *table; /* (owned) (nullable) */
  GString *text;      /* (owned) (nullable) */
  const char *name;
} Printing;

static void
add_row_cb (McpJsonSlice element, gpointer user_data)
{
  Printing *printing = user_data;

  add_row (printing->table, element, printing->fields);
}

static void
add_name_cb (McpJsonSlice element, gpointer user_data)
{
  Printing *printing = user_data;
  g_autofree char *name = dup_cell (element, printing->name);
  g_autofree char *shown = isatty (STDOUT_FILENO) ? mcp_cli_terminal_escape (name) : NULL;

  g_string_append_printf (printing->text, "%s\n", shown != NULL ? shown : name);
}

static void
add_chosen_cb (McpJsonSlice element, gpointer user_data)
{
  Printing *printing = user_data;
  McpJsonSlice value;

  if (printing->text->len > 0)
    g_string_append_c (printing->text, ',');
  g_string_append_c (printing->text, '{');
  for (gsize i = 0; printing->fields[i] != NULL; i++)
    if (mcp_json_get_type (element) == MCP_JSON_OBJECT &&
        mcp_json_find (element, printing->fields[i], &value))
      mcp_cli_json_add_raw (printing->text, printing->fields[i], value.data, (gssize) value.length);
  g_string_append_c (printing->text, '}');
}

static void
print_names (const McpCliOutput *self, McpJsonSlice list)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Printing printing = { .text = text, .name = self->name };

  for_each (list, add_name_cb, &printing);
  mcp_cli_pager_print (text->str);
}

static void
print_table (McpJsonSlice list, char **fields)
{
  g_autoptr (McpCliTable) table = new_table (fields);
  Printing printing = { .fields = fields, .table = table };

  for_each (list, add_row_cb, &printing);
  mcp_cli_table_print (table);
}

/* Returns: (transfer full): the answer with the chosen members alone */
static GBytes *
choose (const McpCliOutput *self, McpJsonSlice list, char **fields)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GString *json = g_string_new (NULL);
  Printing printing = { .fields = fields, .text = text };

  for_each (list, add_chosen_cb, &printing);
  if (self->list != NULL)
    g_string_append_printf (json, "{\"%s\":[%s]}", self->list, text->str);
  else
    g_string_append (json, text->str);
  return g_string_free_to_bytes (json);
}

static gboolean
print_yaml (GBytes *json, GError **error)
{
  g_autofree char *yaml = NULL;
  g_autofree char *shown = NULL;
  McpJsonSlice root;

  if (!mcp_cli_json_parse_bytes (json, &root, error))
    return FALSE;
  yaml = mcp_cli_yaml_from_json (root);
  shown = isatty (STDOUT_FILENO) ? mcp_cli_terminal_escape (yaml) : NULL;
  mcp_cli_pager_print (shown != NULL ? shown : yaml);
  return TRUE;
}

/**
 * mcp_cli_output_print:
 * @self: an output
 * @answer: of the daemon, JSON
 * @error: return location
 *
 * Prints the answer for programs; not to be called if mcp_cli_output_is_for_people(). The format
 * json without fields is the answer byte by byte.
 *
 * Returns: whether the answer is what it should be
 */
gboolean
mcp_cli_output_print (const McpCliOutput *self, GBytes *answer, GError **error)
{
  g_auto (GStrv) fields = self->fields != NULL ? g_strsplit (self->fields, ",", -1) : NULL;
  g_autoptr (GBytes) json = NULL;
  McpJsonSlice root, list;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  if (self->list == NULL || !mcp_json_find_typed (root, self->list, MCP_JSON_ARRAY, &list))
    list = root;
  if (is_format (self, "name"))
    print_names (self, list);
  else if (fields != NULL && !is_format (self, "json") && !is_format (self, "yaml"))
    print_table (list, fields);
  else
    json = fields != NULL ? choose (self, list, fields) : g_bytes_ref (answer);
  if (json != NULL && is_format (self, "yaml"))
    return print_yaml (json, error);
  if (json != NULL)
    mcp_cli_json_print (json);
  return TRUE;
}

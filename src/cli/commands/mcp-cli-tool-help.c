/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a tool takes, for people: its input schema as a line and as a table.
 */
#include "cli/commands/mcp-cli-tool-help.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

static McpJsonSlice
get_properties (McpJsonSlice tool)
{
  McpJsonSlice schema, properties;

  if (mcp_json_find_typed (tool, "inputSchema", MCP_JSON_OBJECT, &schema) &&
      mcp_json_find_typed (schema, "properties", MCP_JSON_OBJECT, &properties))
    return properties;
  return (McpJsonSlice){ "{}", 2 };
}

/**
 * mcp_cli_tool_help_get_property:
 * @tool: as listed
 * @name: of an argument
 *
 * Returns: the schema of the argument; empty if it has none
 */
McpJsonSlice
mcp_cli_tool_help_get_property (McpJsonSlice tool, const char *name)
{
  McpJsonSlice property;

  return mcp_json_find_typed (get_properties (tool), name, MCP_JSON_OBJECT, &property)
             ? property
             : MCP_JSON_SLICE_NONE;
}

/**
 * mcp_cli_tool_help_list_required:
 * @tool: as listed
 *
 * Returns: (transfer full): the names of the arguments that the tool needs
 */
char **
mcp_cli_tool_help_list_required (McpJsonSlice tool)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  McpJsonSlice schema, required, name;
  McpJsonIter iter;

  if (mcp_json_find_typed (tool, "inputSchema", MCP_JSON_OBJECT, &schema) &&
      mcp_json_find_typed (schema, "required", MCP_JSON_ARRAY, &required))
    {
      mcp_json_iter_init (&iter, required);
      while (mcp_json_iter_next_element (&iter, &name))
        if (mcp_json_get_type (name) == MCP_JSON_STRING)
          g_ptr_array_add (names, mcp_json_dup_string (name));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static gboolean
is_whole (McpJsonSlice number)
{
  return memchr (number.data, '.', number.length) == NULL &&
         memchr (number.data, 'e', number.length) == NULL &&
         memchr (number.data, 'E', number.length) == NULL;
}

/* @name: of a type, as JSON Schema has it; one that is not known there fits */
static gboolean
is_of_type (McpJsonSlice value, const char *name)
{
  static const struct
  {
    const char *name;
    McpJsonType type;
  } types[] = {
    { "string", MCP_JSON_STRING },   { "number", MCP_JSON_NUMBER }, { "integer", MCP_JSON_NUMBER },
    { "boolean", MCP_JSON_BOOLEAN }, { "array", MCP_JSON_ARRAY },   { "object", MCP_JSON_OBJECT },
    { "null", MCP_JSON_NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (name, types[i].name) == 0)
      return mcp_json_get_type (value) == types[i].type &&
             (strcmp (name, "integer") != 0 || is_whole (value));
  return TRUE;
}

/* @property: the schema of an argument; its other rules are the server's affair */
static gboolean
has_right_type (McpJsonSlice property, McpJsonSlice value)
{
  g_autofree char *name = mcp_cli_json_dup_member (property, "type");
  McpJsonSlice types, type;
  McpJsonIter iter;

  if (name != NULL)
    return is_of_type (value, name);
  if (!mcp_json_find_typed (property, "type", MCP_JSON_ARRAY, &types))
    return TRUE;
  mcp_json_iter_init (&iter, types);
  while (mcp_json_iter_next_element (&iter, &type))
    {
      g_autofree char *one =
          mcp_json_get_type (type) == MCP_JSON_STRING ? mcp_json_dup_string (type) : NULL;

      if (is_of_type (value, one))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_cli_tool_help_accepts:
 * @tool: as listed
 * @arguments: a JSON object
 *
 * Returns: whether all arguments that the tool needs are there, none that its schema does not
 * have, and each of a type that the schema has for it
 */
gboolean
mcp_cli_tool_help_accepts (McpJsonSlice tool, const char *arguments)
{
  g_auto (GStrv) required = mcp_cli_tool_help_list_required (tool);
  McpJsonSlice root, key, value;
  McpJsonIter iter;
  gboolean has_properties;

  mcp_json_iter_init (&iter, get_properties (tool));
  has_properties = mcp_json_iter_next_member (&iter, &key, &value);
  if (!mcp_cli_json_parse (arguments, strlen (arguments), &root, NULL))
    return FALSE;
  for (gsize i = 0; required[i] != NULL; i++)
    if (!mcp_json_find (root, required[i], &value))
      return FALSE;
  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      McpJsonSlice property = mcp_cli_tool_help_get_property (tool, name);

      if (has_properties && (property.data == NULL || !has_right_type (property, value)))
        return FALSE;
    }
  return TRUE;
}

static char *
dup_type (McpJsonSlice property)
{
  McpJsonSlice type;

  if (!mcp_json_find (property, "type", &type))
    return g_strdup (_ ("any"));
  if (mcp_json_get_type (type) == MCP_JSON_STRING)
    return mcp_json_dup_string (type);
  return g_strndup (type.data, type.length);
}

/**
 * mcp_cli_tool_help_build_signature:
 * @tool: as listed
 *
 * Returns: (transfer full): “NAME path=string [head=integer]”, clean
 */
char *
mcp_cli_tool_help_build_signature (McpJsonSlice tool)
{
  g_auto (GStrv) required = mcp_cli_tool_help_list_required (tool);
  g_autofree char *name = mcp_cli_json_dup_member (tool, "name");
  g_autoptr (GString) line = g_string_new (name);
  McpJsonSlice key, property;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, get_properties (tool));
  while (mcp_json_iter_next_member (&iter, &key, &property))
    {
      g_autofree char *argument = mcp_json_dup_string (key);
      g_autofree char *type = dup_type (property);
      gboolean is_required = g_strv_contains ((const char *const *) required, argument);

      g_string_append_printf (line, is_required ? " %s=%s" : " [%s=%s]", argument, type);
    }
  return mcp_text_clean (line->str);
}

static void
print_text (McpJsonSlice tool, const char *key)
{
  g_autofree char *text = mcp_cli_json_dup_member (tool, key);

  if (text != NULL)
    mcp_cli_terminal_print_foreign (stdout, g_strstrip (text), FALSE);
}

static void
print_arguments (McpJsonSlice tool)
{
  const char *titles[] = { _ ("ARGUMENT"), _ ("TYPE"), _ ("NEEDED"), _ ("DESCRIPTION"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  g_auto (GStrv) required = mcp_cli_tool_help_list_required (tool);
  McpJsonSlice key, property;
  McpJsonIter iter;
  guint n_arguments = 0;

  mcp_json_iter_init (&iter, get_properties (tool));
  for (; mcp_json_iter_next_member (&iter, &key, &property); n_arguments++)
    {
      g_autofree char *name = mcp_json_dup_string (key);
      g_autofree char *type = dup_type (property);
      g_autofree char *description = mcp_cli_json_dup_member (property, "description");
      gboolean is_required = g_strv_contains ((const char *const *) required, name);

      mcp_cli_table_add (table, (const char *[]){ name, type, is_required ? _ ("yes") : "",
                                                  description != NULL ? description : "" });
    }
  if (n_arguments > 0)
    {
      g_print ("\n");
      mcp_cli_table_print (table);
    }
}

/**
 * mcp_cli_tool_help_print:
 * @tool: as listed
 *
 * Prints the tool's signature, description and arguments.
 */
void
mcp_cli_tool_help_print (McpJsonSlice tool)
{
  g_autofree char *signature = mcp_cli_tool_help_build_signature (tool);

  g_print (_ ("mcp-session call %s"), signature);
  g_print ("\n\n");
  print_text (tool, "title");
  print_text (tool, "description");
  print_arguments (tool);
}

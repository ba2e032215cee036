/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Forms of elicitation as clients before 2025-11-25 know them.
 */
#include "mcp-translate-private.h"

#include <string.h>

static const char *const property_names[] = {
  "type", "default", "oneOf", "enum", "enumNames", NULL
};
enum
{
  PROPERTY_TYPE,
  PROPERTY_DEFAULT,
  PROPERTY_ONE_OF,
  PROPERTY_ENUM,
  PROPERTY_ENUM_NAMES,
};

static const char *const choice_names[] = { "const", "title", NULL };
enum
{
  CHOICE_CONST,
  CHOICE_TITLE,
};

static void
append_element (GString *out, McpJsonSlice value)
{
  if (out->len > 1)
    g_string_append_c (out, ',');
  mcp_json_append_slice (out, value);
}

/* 2025-11-25: each value of a choice has its title; before, titles had an array of their own. */
static gboolean
split_choices (McpJsonSlice choices, GString *values, GString *titles)
{
  McpJsonSlice choice;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, choices);
  while (mcp_json_iter_next_element (&iter, &choice))
    {
      McpJsonFields fields;
      guint title;

      mcp_json_fields_find (&fields, choice, choice_names);
      if (!mcp_json_fields_has_type (&fields, CHOICE_CONST, MCP_JSON_STRING))
        return FALSE;
      title = mcp_json_fields_has_type (&fields, CHOICE_TITLE, MCP_JSON_STRING) ? CHOICE_TITLE
                                                                                : CHOICE_CONST;
      append_element (values, fields.fields[CHOICE_CONST].value);
      append_element (titles, fields.fields[title].value);
    }
  g_string_append_c (values, ']');
  g_string_append_c (titles, ']');
  return TRUE;
}

static gboolean
translate_choice (McpJsonEdit *edit, const McpJsonFields *property)
{
  g_autoptr (GString) values = g_string_new ("[");
  g_autoptr (GString) titles = g_string_new ("[");

  if (!mcp_json_fields_has_type (property, PROPERTY_ONE_OF, MCP_JSON_ARRAY) ||
      !split_choices (property->fields[PROPERTY_ONE_OF].value, values, titles))
    return FALSE;

  mcp_json_edit_set (edit, property, PROPERTY_ENUM, g_strdup (values->str));
  mcp_json_edit_set (edit, property, PROPERTY_ENUM_NAMES, g_strdup (titles->str));
  return TRUE;
}

/* Of 2025-06-18, only what is either true or false has a default, and nothing several values. */
static gboolean
translate_property (McpJsonEdit *edit, McpJsonSlice property)
{
  McpJsonFields fields;
  guint mask = 0;

  mcp_json_fields_find (&fields, property, property_names);
  if (mcp_json_get_type (property) != MCP_JSON_OBJECT ||
      mcp_json_fields_equal (&fields, PROPERTY_TYPE, "array"))
    return FALSE;

  if (!mcp_json_fields_equal (&fields, PROPERTY_TYPE, "boolean"))
    mask |= 1U << PROPERTY_DEFAULT;
  if (mcp_json_fields_has (&fields, PROPERTY_ONE_OF))
    {
      if (!translate_choice (edit, &fields))
        return FALSE;
      mask |= 1U << PROPERTY_ONE_OF;
    }
  mcp_json_edit_drop (edit, &fields, mask);
  return TRUE;
}

/**
 * mcp_translate_form:
 * @edit: changes
 * @schema: a requestedSchema within what changes
 *
 * A form as 2025-06-18 has them (client/elicitation, "Requested Schema").
 *
 * Returns: whether it can be expressed
 */
gboolean
mcp_translate_form (McpJsonEdit *edit, McpJsonSlice schema)
{
  McpJsonSlice properties;
  McpJsonSlice key;
  McpJsonSlice property;
  McpJsonIter iter;

  if (!mcp_json_find (schema, "properties", &properties))
    return TRUE;

  mcp_json_iter_init (&iter, properties);
  while (mcp_json_iter_next_member (&iter, &key, &property))
    if (!translate_property (edit, property))
      return FALSE;
  return TRUE;
}

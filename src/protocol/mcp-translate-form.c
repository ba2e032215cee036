/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Forms and sampled messages as clients before 2025-11-25 know them.
 */
#include "mcp-translate-private.h"

#include <string.h>

/* Forms */

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

/* Sampled messages */

static const char *const message_names[] = { "role", "content", NULL };
enum
{
  MESSAGE_ROLE,
  MESSAGE_CONTENT,
};

/* Tools in sampling came with content in arrays; their uses and results have no other form. */
static gboolean
is_expressible (McpJsonSlice item)
{
  return mcp_json_get_type (item) == MCP_JSON_OBJECT &&
         !mcp_translate_is_of_type (item, "tool_use") &&
         !mcp_translate_is_of_type (item, "tool_result");
}

static void
append_item (GString *out, McpJsonSlice item, McpRevision to)
{
  g_autofree char *changed = mcp_translate_content_item (item, to);

  if (changed != NULL)
    g_string_append (out, changed);
  else
    mcp_json_append_slice (out, item);
}

/* One message whose content is an array becomes one for each item, of the same role. */
static gboolean
split_message (McpJsonEdit *edit, McpJsonSlice message, const McpJsonFields *fields, McpRevision to)
{
  g_autoptr (GString) out = g_string_new (NULL);
  McpJsonSlice item;
  McpJsonIter iter;

  if (!mcp_json_fields_has_type (fields, MESSAGE_ROLE, MCP_JSON_STRING))
    return FALSE;

  mcp_json_iter_init (&iter, fields->fields[MESSAGE_CONTENT].value);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      if (!is_expressible (item))
        return FALSE;
      g_string_append (out, out->len > 0 ? ",{\"role\":" : "{\"role\":");
      mcp_json_append_slice (out, fields->fields[MESSAGE_ROLE].value);
      g_string_append (out, ",\"content\":");
      append_item (out, item, to);
      g_string_append_c (out, '}');
    }
  if (out->len == 0)
    return FALSE;
  mcp_json_edit_replace (edit, message, g_string_free (g_steal_pointer (&out), FALSE));
  return TRUE;
}

/**
 * mcp_translate_messages:
 * @edit: changes
 * @messages: an array within what changes: what a server wants sampled
 * @to: the client's revision, one before 2025-11-25
 *
 * Messages whose content is one item each (client/sampling).
 *
 * Returns: whether they can be expressed
 */
gboolean
mcp_translate_messages (McpJsonEdit *edit, McpJsonSlice messages, McpRevision to)
{
  McpJsonSlice message;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, messages);
  while (mcp_json_iter_next_element (&iter, &message))
    {
      McpJsonFields fields;

      mcp_json_fields_find (&fields, message, message_names);
      if (mcp_json_fields_has_type (&fields, MESSAGE_CONTENT, MCP_JSON_ARRAY))
        {
          if (!split_message (edit, message, &fields, to))
            return FALSE;
          continue;
        }
      if (!is_expressible (fields.fields[MESSAGE_CONTENT].value))
        return FALSE;
      mcp_translate_content (edit, fields.fields[MESSAGE_CONTENT].value, to);
    }
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A question of a server to its user (elicitation), asked and answered at the terminal, one field
 * after another.
 */
#include "cli/commands/mcp-cli-elicitation.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-prompt.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

#define DECLINED "{\"action\":\"decline\"}"

/* One field of the form. */
typedef struct
{
  char *name;
  McpJsonSlice schema;
  gboolean is_required;
} Field;

static char *
dup_clean (McpJsonSlice object, const char *key)
{
  g_autofree char *text = mcp_cli_json_dup_member (object, key);

  return text != NULL ? mcp_text_clean (text) : NULL;
}

static gboolean
is_of_type (const Field *field, const char *type)
{
  McpJsonSlice value;

  return mcp_json_find_typed (field->schema, "type", MCP_JSON_STRING, &value) &&
         mcp_json_string_equal (value, type);
}

/* Returns: the choices that a field has, a JSON array; empty if it has none */
static McpJsonSlice
find_choices (McpJsonSlice schema)
{
  McpJsonSlice list, items;

  if (mcp_json_find_typed (schema, "enum", MCP_JSON_ARRAY, &list) ||
      mcp_json_find_typed (schema, "oneOf", MCP_JSON_ARRAY, &list) ||
      mcp_json_find_typed (schema, "anyOf", MCP_JSON_ARRAY, &list))
    return list;
  if (mcp_json_find_typed (schema, "items", MCP_JSON_OBJECT, &items))
    return find_choices (items);
  return MCP_JSON_SLICE_NONE;
}

/* A choice is a text, or an object with a “const”. */
static char *
dup_choice (McpJsonSlice choice)
{
  return mcp_json_get_type (choice) == MCP_JSON_STRING ? mcp_json_dup_string (choice)
                                                       : mcp_cli_json_dup_member (choice, "const");
}

static gboolean
is_choice (McpJsonSlice choices, const char *text)
{
  McpJsonSlice choice;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, choices);
  while (mcp_json_iter_next_element (&iter, &choice))
    {
      g_autofree char *value = dup_choice (choice);

      if (g_strcmp0 (value, text) == 0)
        return TRUE;
    }
  return FALSE;
}

static char *
join_choices (McpJsonSlice choices)
{
  g_autoptr (GString) joined = g_string_new (NULL);
  McpJsonSlice choice;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, choices);
  while (mcp_json_iter_next_element (&iter, &choice))
    {
      g_autofree char *value = dup_choice (choice);

      g_string_append_printf (joined, "%s%s", joined->len > 0 ? ", " : "",
                              value != NULL ? value : "?");
    }
  return mcp_text_clean (joined->str);
}

/* “size (How large?; small, large) [small]: ” */
static char *
build_prompt (const Field *field)
{
  g_autofree char *description = dup_clean (field->schema, "description");
  g_autofree char *title = dup_clean (field->schema, "title");
  g_autofree char *name = mcp_text_clean (field->name);
  McpJsonSlice choices = find_choices (field->schema);
  g_autofree char *joined = choices.data != NULL ? join_choices (choices) : NULL;
  g_autofree char *both = NULL;
  GString *prompt = g_string_new (title != NULL ? title : name);
  McpJsonSlice value;

  both = g_strjoin (description != NULL && joined != NULL ? "; " : "",
                    description != NULL ? description : "", joined != NULL ? joined : "", NULL);
  if (*both != '\0')
    g_string_append_printf (prompt, " (%s)", both);
  if (mcp_json_find (field->schema, "default", &value))
    {
      g_autofree char *raw = mcp_json_get_type (value) == MCP_JSON_STRING
                                 ? mcp_json_dup_string (value)
                                 : g_strndup (value.data, value.length);
      g_autofree char *clean = mcp_text_clean (raw);

      g_string_append_printf (prompt, " [%s]", clean);
    }
  else if (!field->is_required)
    {
      g_string_append_printf (prompt, " [%s]", _ ("nothing"));
    }
  g_string_append (prompt, ": ");
  return g_string_free (prompt, FALSE);
}

static gboolean
add_boolean (GString *content, const char *name, const char *text)
{
  static const char *const yes[] = { "true", "yes", "y", "1", NULL };
  static const char *const no[] = { "false", "no", "n", "0", NULL };
  g_autofree char *folded = g_ascii_strdown (text, -1);

  if (!g_strv_contains (yes, folded) && !g_strv_contains (no, folded))
    return FALSE;
  mcp_cli_json_add_raw (content, name, g_strv_contains (yes, folded) ? "true" : "false", -1);
  return TRUE;
}

static gboolean
add_number (GString *content, const char *name, const char *text, gboolean whole)
{
  McpJsonSlice number = mcp_json_slice (text);
  gint64 integer;

  if (!mcp_cli_json_is_value (text) || mcp_json_get_type (number) != MCP_JSON_NUMBER ||
      (whole && !mcp_json_get_int64 (number, &integer)))
    return FALSE;
  mcp_cli_json_add_raw (content, name, text, -1);
  return TRUE;
}

/* Several choices, with commas between them. */
static gboolean
add_array (GString *content, const Field *field, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  McpJsonSlice choices = find_choices (field->schema);
  g_autoptr (GString) array = g_string_new ("[");

  for (gsize i = 0; words[i] != NULL; i++)
    {
      const char *word = g_strstrip (words[i]);

      if (choices.data != NULL && !is_choice (choices, word))
        return FALSE;
      g_string_append (array, i > 0 ? "," : "");
      mcp_json_append_string (array, word);
    }
  g_string_append_c (array, ']');
  mcp_cli_json_add_raw (content, field->name, array->str, -1);
  return TRUE;
}

/* Returns: whether the text is a value of the field */
static gboolean
add_value (GString *content, const Field *field, const char *text)
{
  McpJsonSlice choices = find_choices (field->schema);

  if (is_of_type (field, "boolean"))
    return add_boolean (content, field->name, text);
  if (is_of_type (field, "integer") || is_of_type (field, "number"))
    return add_number (content, field->name, text, is_of_type (field, "integer"));
  if (is_of_type (field, "array"))
    return add_array (content, field, text);
  if (choices.data != NULL && !is_choice (choices, text))
    return FALSE;
  mcp_cli_json_add_string (content, field->name, text);
  return TRUE;
}

/* An empty line is the default, or nothing if the field may be left out. */
static gboolean
add_nothing (GString *content, const Field *field)
{
  McpJsonSlice value;

  if (!mcp_json_find (field->schema, "default", &value))
    return !field->is_required;
  mcp_cli_json_add_raw (content, field->name, value.data, (gssize) value.length);
  return TRUE;
}

/* Returns: whether there is an answer */
static gboolean
ask_field (GString *content, const Field *field, GCancellable *cancellable)
{
  g_autofree char *prompt = build_prompt (field);

  for (;;)
    {
      g_autofree char *line = mcp_cli_prompt_read (prompt, cancellable);

      if (line == NULL)
        return FALSE;
      if (*line == '\0' ? add_nothing (content, field) : add_value (content, field, line))
        return TRUE;
      g_printerr ("%s\n", _ ("That is no value for this field; Ctrl-D declines"));
    }
}

static gboolean
is_required (McpJsonSlice schema, const char *name)
{
  McpJsonSlice required, item;
  McpJsonIter iter;

  if (!mcp_json_find_typed (schema, "required", MCP_JSON_ARRAY, &required))
    return FALSE;
  mcp_json_iter_init (&iter, required);
  while (mcp_json_iter_next_element (&iter, &item))
    if (mcp_json_get_type (item) == MCP_JSON_STRING && mcp_json_string_equal (item, name))
      return TRUE;
  return FALSE;
}

static char *
ask_form (McpJsonSlice schema, GCancellable *cancellable)
{
  g_autoptr (GString) content = g_string_new ("{");
  McpJsonSlice properties, key, value;
  McpJsonIter iter;

  if (!mcp_json_find_typed (schema, "properties", MCP_JSON_OBJECT, &properties))
    properties = mcp_json_slice ("{}");
  mcp_json_iter_init (&iter, properties);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      const Field field = { name, value, is_required (schema, name) };

      if (!ask_field (content, &field, cancellable))
        return g_strdup (DECLINED);
    }
  return g_strdup_printf ("{\"action\":\"accept\",\"content\":%s}}", content->str);
}

static char *
ask_url (const char *url, GCancellable *cancellable)
{
  g_autofree char *line = NULL;

  g_printerr ("%s\n", url);
  line = mcp_cli_prompt_read (
      _ ("Open this address in a browser, then press Enter (Ctrl-D declines): "), cancellable);
  return g_strdup (line != NULL ? "{\"action\":\"accept\"}" : DECLINED);
}

/**
 * mcp_cli_elicitation_ask:
 * @params: of elicitation/create
 * @cancellable: ends the question
 *
 * Asks the person at the terminal. What the server says is cleaned before it is shown.
 *
 * Returns: (transfer full): the result, JSON
 */
char *
mcp_cli_elicitation_ask (McpJsonSlice params, GCancellable *cancellable)
{
  g_autofree char *message = dup_clean (params, "message");
  g_autofree char *url = dup_clean (params, "url");
  McpJsonSlice schema;

  g_printerr (_ ("The server asks: %s"), message != NULL ? message : "");
  g_printerr ("\n");
  if (url != NULL)
    return ask_url (url, cancellable);
  if (!mcp_json_find_typed (params, "requestedSchema", MCP_JSON_OBJECT, &schema))
    schema = mcp_json_slice ("{}");
  return ask_form (schema, cancellable);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What servers ask of clients (client/elicitation, client/sampling, client/roots),
 * and what clients answer.
 */
#include "mcp-translate.h"

#include "mcp-json-edit.h"
#include "mcp-jsonrpc.h"

#include <string.h>

#define TASKS_EXTENSION "io.modelcontextprotocol/tasks"

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static gboolean
has (McpJsonSlice object, const char *key)
{
  McpJsonSlice value;

  return mcp_json_find (object, key, &value);
}

static gboolean
is_string (McpJsonSlice object, const char *key, const char *text)
{
  McpJsonSlice value;

  return mcp_json_find_typed (object, key, MCP_JSON_STRING, &value) &&
         mcp_json_string_equal (value, text);
}

static gboolean
find_object (McpJsonSlice object, const char *key, McpJsonSlice *value)
{
  return mcp_json_find_typed (object, key, MCP_JSON_OBJECT, value);
}

static gboolean
lacks_capability (const char *required_json, const char *name, char **required, GError **error)
{
  *required = g_strdup (required_json);
  g_set_error (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND,
               "The client does not offer %s", name);
  return FALSE;
}

static gboolean
cannot_be_said (const char *what, GError **error)
{
  g_set_error (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_PARAMS,
               "The client's revision cannot express %s", what);
  return FALSE;
}

/* Elicitation of forms */

/* 2025-11-25: a choice of titled values; before, titles had an array of their own. */
static char *
untitle_choice (McpJsonSlice property, McpJsonSlice choices)
{
  g_autoptr (GString) values = g_string_new ("[");
  g_autoptr (GString) titles = g_string_new ("[");
  McpJsonEdit edit;
  McpJsonSlice choice;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, choices);
  while (mcp_json_iter_next_element (&iter, &choice))
    {
      McpJsonSlice value;
      McpJsonSlice title;

      if (mcp_json_get_type (choice) != MCP_JSON_OBJECT ||
          !mcp_json_find_typed (choice, "const", MCP_JSON_STRING, &value))
        return NULL;
      if (!mcp_json_find_typed (choice, "title", MCP_JSON_STRING, &title))
        title = value;
      if (values->len > 1)
        {
          g_string_append_c (values, ',');
          g_string_append_c (titles, ',');
        }
      mcp_json_append_slice (values, value);
      mcp_json_append_slice (titles, title);
    }
  g_string_append_c (values, ']');
  g_string_append_c (titles, ']');

  mcp_json_edit_begin (&edit, property);
  mcp_json_edit_drop (&edit, "oneOf");
  mcp_json_edit_drop (&edit, "default");
  mcp_json_edit_set (&edit, "enum", g_string_free (g_steal_pointer (&values), FALSE));
  mcp_json_edit_set (&edit, "enumNames", g_string_free (g_steal_pointer (&titles), FALSE));
  return mcp_json_edit_end (&edit);
}

/* A field of a form as of 2025-06-18; @changed is %NULL where it stays. */
static gboolean
translate_field (McpJsonSlice property, char **changed)
{
  McpJsonEdit edit;
  McpJsonSlice choices;

  *changed = NULL;
  if (mcp_json_get_type (property) != MCP_JSON_OBJECT || is_string (property, "type", "array"))
    return FALSE;
  if (mcp_json_find_typed (property, "oneOf", MCP_JSON_ARRAY, &choices))
    {
      *changed = untitle_choice (property, choices);
      return *changed != NULL;
    }

  mcp_json_edit_begin (&edit, property);
  if (!is_string (property, "type", "boolean"))
    mcp_json_edit_drop (&edit, "default");
  *changed = mcp_json_edit_end (&edit);
  return TRUE;
}

/* The fields; %NULL: one cannot be expressed. */
static char *
translate_fields (McpJsonSlice properties)
{
  g_autoptr (GString) out = g_string_new ("{");
  McpJsonSlice key;
  McpJsonSlice property;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, properties);
  while (mcp_json_iter_next_member (&iter, &key, &property))
    {
      g_autofree char *changed = NULL;

      if (!translate_field (property, &changed))
        return NULL;
      if (out->len > 1)
        g_string_append_c (out, ',');
      mcp_json_append_slice (out, key);
      g_string_append_c (out, ':');
      if (changed != NULL)
        g_string_append (out, changed);
      else
        mcp_json_append_slice (out, property);
    }
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
translate_old_form (McpJsonSlice params, McpJsonEdit *edit, GError **error)
{
  McpJsonSlice schema;
  McpJsonSlice properties;
  McpJsonEdit schema_edit;
  char *fields;

  mcp_json_edit_drop (edit, "mode");
  if (!find_object (params, "requestedSchema", &schema) ||
      !find_object (schema, "properties", &properties))
    return TRUE;

  fields = translate_fields (properties);
  if (fields == NULL)
    {
      g_free (mcp_json_edit_end (edit));
      return cannot_be_said ("a choice of several values", error);
    }
  mcp_json_edit_begin (&schema_edit, schema);
  mcp_json_edit_set (&schema_edit, "properties", fields);
  mcp_json_edit_set (edit, "requestedSchema", mcp_json_edit_end (&schema_edit));
  return TRUE;
}

static char *
dup_new_id (void)
{
  g_autofree char *uuid = g_uuid_string_random ();

  return g_strdup_printf ("\"%s\"", uuid);
}

/* 2025-11-25: "elicitation": {} means forms only. */
static gboolean
translate_url (McpJsonSlice params,
               McpRevision to,
               McpJsonSlice offered,
               McpJsonEdit *edit,
               char **required,
               GError **error)
{
  McpJsonSlice value;

  if (!find_object (offered, "url", &value))
    return lacks_capability ("{\"elicitation\":{\"url\":{}}}", "elicitation by URL", required,
                             error);
  if (to < MCP_REVISION_2025_11_25)
    return cannot_be_said ("elicitation by URL", error);
  if (mcp_revision_is_modern (to))
    mcp_json_edit_drop (edit, "elicitationId");
  else if (!has (params, "elicitationId"))
    mcp_json_edit_set (edit, "elicitationId", dup_new_id ());
  return TRUE;
}

static gboolean
translate_elicitation (McpJsonSlice params,
                       McpRevision to,
                       McpJsonSlice capabilities,
                       char **new_params,
                       char **required,
                       GError **error)
{
  McpJsonEdit edit;
  McpJsonSlice offered;

  if (!find_object (capabilities, "elicitation", &offered) || to < MCP_REVISION_2025_06_18)
    return lacks_capability ("{\"elicitation\":{}}", "elicitation", required, error);

  mcp_json_edit_begin (&edit, params);
  if (is_string (params, "mode", "url"))
    {
      if (!translate_url (params, to, offered, &edit, required, error))
        return FALSE;
    }
  else if (has (offered, "url") && !has (offered, "form"))
    return lacks_capability ("{\"elicitation\":{\"form\":{}}}", "elicitation by forms", required,
                             error);
  else if (to == MCP_REVISION_2025_06_18 && !translate_old_form (params, &edit, error))
    return FALSE;

  *new_params = mcp_json_edit_end (&edit);
  return TRUE;
}

static gboolean
translate_sampling (McpJsonSlice params,
                    McpRevision to,
                    McpJsonSlice capabilities,
                    char **required,
                    GError **error)
{
  McpJsonSlice offered;
  McpJsonSlice tools;

  if (!find_object (capabilities, "sampling", &offered))
    return lacks_capability ("{\"sampling\":{}}", "sampling", required, error);
  if (!has (params, "tools") && !has (params, "toolChoice"))
    return TRUE;
  if (!find_object (offered, "tools", &tools))
    return lacks_capability ("{\"sampling\":{\"tools\":{}}}", "sampling with tools", required,
                             error);
  return to >= MCP_REVISION_2025_11_25 || cannot_be_said ("sampling with tools", error);
}

/**
 * mcp_translate_ask:
 * @method: elicitation/create, sampling/createMessage or roots/list
 * @params: of the request, of any revision; may be %MCP_JSON_SLICE_NONE
 * @to: the client's revision
 * @capabilities: JSON object: what the client declared
 * @new_params: (out) (nullable) (transfer full): JSON text; %NULL: @params stay
 * @required: (out) (nullable) (transfer full): JSON object: what the client would have to declare
 * @error: return location
 *
 * What a server asks as a client of that revision can be asked. Any thread.
 *
 * Errors: in the domain %MCP_JSONRPC_ERROR, what the server is to be told: the method is not found
 * where the client lacks the capability, the params are invalid where they cannot be expressed.
 *
 * Returns: whether the client can be asked
 */
gboolean
mcp_translate_ask (const char *method,
                   McpJsonSlice params,
                   McpRevision to,
                   const char *capabilities,
                   char **new_params,
                   char **required,
                   GError **error)
{
  McpJsonSlice declared = slice (capabilities);

  *new_params = NULL;
  *required = NULL;
  if (params.data == NULL)
    params = slice ("{}");
  if (strcmp (method, "elicitation/create") == 0)
    return translate_elicitation (params, to, declared, new_params, required, error);
  if (strcmp (method, "sampling/createMessage") == 0)
    return translate_sampling (params, to, declared, required, error);
  if (strcmp (method, "roots/list") == 0)
    return has (declared, "roots") || lacks_capability ("{\"roots\":{}}", "roots", required, error);

  g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND,
                       "Method not found");
  return FALSE;
}

/* 2025-11-25: the content of a sampled message may be an array. */
static char *
first_of_content (McpJsonSlice result)
{
  McpJsonEdit edit;
  McpJsonSlice content;
  McpJsonSlice first;
  McpJsonIter iter;

  if (!mcp_json_find_typed (result, "content", MCP_JSON_ARRAY, &content))
    return NULL;

  mcp_json_iter_init (&iter, content);
  mcp_json_edit_begin (&edit, result);
  mcp_json_edit_set (&edit, "content",
                     mcp_json_iter_next_element (&iter, &first)
                         ? g_strndup (first.data, first.length)
                         : g_strdup ("{\"type\":\"text\",\"text\":\"\"}"));
  return mcp_json_edit_end (&edit);
}

/**
 * mcp_translate_ask_result:
 * @method: what was asked
 * @result: the client's answer, an object
 * @from: the client's revision
 * @to: the server's revision
 *
 * A client's answer as a server of that revision knows it. Any thread.
 *
 * Returns: (transfer full) (nullable): JSON text; %NULL: nothing changes
 */
char *
mcp_translate_ask_result (const char *method, McpJsonSlice result, McpRevision from, McpRevision to)
{
  if (mcp_json_get_type (result) != MCP_JSON_OBJECT)
    return NULL;
  if (strcmp (method, "sampling/createMessage") == 0 && from >= MCP_REVISION_2025_11_25 &&
      to < MCP_REVISION_2025_11_25)
    return first_of_content (result);
  return NULL;
}

/* Capabilities */

static void
append_member (GString *out, const char *key, McpJsonSlice value)
{
  if (out->len > 1)
    g_string_append_c (out, ',');
  mcp_json_append_string (out, key);
  g_string_append_c (out, ':');
  mcp_json_append_slice (out, value);
}

static void
append_extensions (GString *out, McpJsonSlice capabilities)
{
  g_autoptr (GString) kept = g_string_new ("{");
  McpJsonSlice extensions;
  McpJsonSlice tasks;

  if (!find_object (capabilities, "extensions", &extensions) ||
      !find_object (extensions, TASKS_EXTENSION, &tasks))
    return;
  append_member (kept, TASKS_EXTENSION, tasks);
  g_string_append_c (kept, '}');
  append_member (out, "extensions", slice (kept->str));
}

/**
 * mcp_translate_client_capabilities:
 * @capabilities: what a client declared, an object of any revision
 * @to: a server's revision
 *
 * What a server of that revision is told that the client can do: as far as it can be relayed.
 * Any thread.
 *
 * Returns: (transfer full): JSON text of an object
 */
char *
mcp_translate_client_capabilities (McpJsonSlice capabilities, McpRevision to)
{
  g_autoptr (GString) out = g_string_new ("{");
  McpJsonSlice value;

  if (find_object (capabilities, "roots", &value))
    append_member (out, "roots", mcp_revision_is_modern (to) ? slice ("{}") : value);
  if (find_object (capabilities, "sampling", &value))
    append_member (out, "sampling", to >= MCP_REVISION_2025_11_25 ? value : slice ("{}"));
  if (find_object (capabilities, "elicitation", &value) && to >= MCP_REVISION_2025_06_18)
    append_member (out, "elicitation", to >= MCP_REVISION_2025_11_25 ? value : slice ("{}"));
  if (mcp_revision_is_modern (to))
    append_extensions (out, capabilities);
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

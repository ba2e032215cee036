/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Arguments of a tool that its server wants as HTTP headers as well: properties
 * of its inputSchema with “x-mcp-header” (2026-07-28,
 * basic/transports/streamable-http, "Custom Headers from Tool Parameters").
 */
#include "protocol/mcp-param-headers.h"

#include "common/mcp-error.h"

#include <string.h>

#define ANNOTATION "x-mcp-header"
/* Of schemas in schemas; the annotations of deeper ones are not looked at. */
#define MAX_DEPTH  16

/* What is done for an annotated property; @value is %MCP_JSON_SLICE_NONE where the argument is
 * absent or null. Returns whether to go on. */
typedef gboolean (*PropertyFunc) (McpJsonSlice property,
                                  McpJsonSlice annotation,
                                  McpJsonSlice value,
                                  gpointer user_data);

static McpJsonSlice
find_argument (McpJsonSlice arguments, McpJsonSlice key)
{
  McpJsonSlice value = MCP_JSON_SLICE_NONE;
  g_autofree char *name = mcp_json_dup_string (key);

  if (name == NULL || arguments.data == NULL || mcp_json_get_type (arguments) != MCP_JSON_OBJECT ||
      !mcp_json_find (arguments, name, &value))
    return MCP_JSON_SLICE_NONE;
  return mcp_json_get_type (value) == MCP_JSON_NULL ? MCP_JSON_SLICE_NONE : value;
}

static gboolean
walk (McpJsonSlice schema, McpJsonSlice arguments, guint depth, PropertyFunc func, gpointer data)
{
  McpJsonSlice properties;
  McpJsonSlice property;
  McpJsonSlice annotation;
  McpJsonSlice key;
  McpJsonIter iter;

  if (depth > MAX_DEPTH || mcp_json_get_type (schema) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (schema, "properties", MCP_JSON_OBJECT, &properties))
    return TRUE;

  mcp_json_iter_init (&iter, properties);
  while (mcp_json_iter_next_member (&iter, &key, &property))
    {
      McpJsonSlice value = find_argument (arguments, key);

      if (mcp_json_get_type (property) != MCP_JSON_OBJECT)
        continue;
      if (mcp_json_find (property, ANNOTATION, &annotation) &&
          !func (property, annotation, value, data))
        return FALSE;
      if (!walk (property, value, depth + 1, func, data))
        return FALSE;
    }
  return TRUE;
}

static gboolean
walk_tool (McpJsonSlice tool, McpJsonSlice params, PropertyFunc func, gpointer data)
{
  McpJsonSlice schema;
  McpJsonSlice arguments = MCP_JSON_SLICE_NONE;

  if (params.data != NULL)
    mcp_json_find_typed (params, "arguments", MCP_JSON_OBJECT, &arguments);
  return !mcp_json_find_typed (tool, "inputSchema", MCP_JSON_OBJECT, &schema) ||
         walk (schema, arguments, 0, func, data);
}

/* RFC 9110 section 5.6.2 */
static gboolean
is_token (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("!#$%&'*+-.^_`|~", *at) == NULL)
      return FALSE;
  return *text != '\0';
}

static gboolean
is_plain_type (McpJsonSlice property)
{
  McpJsonSlice type;

  return mcp_json_find_typed (property, "type", MCP_JSON_STRING, &type) &&
         (mcp_json_string_equal (type, "string") || mcp_json_string_equal (type, "integer") ||
          mcp_json_string_equal (type, "boolean"));
}

static gboolean
validate_cb (McpJsonSlice property, McpJsonSlice annotation, McpJsonSlice value, gpointer data)
{
  GHashTable *seen = data;
  g_autofree char *name = NULL;
  char *folded;

  if (mcp_json_get_type (annotation) != MCP_JSON_STRING || !is_plain_type (property))
    return FALSE;
  name = mcp_json_dup_string (annotation);
  if (name == NULL || !is_token (name))
    return FALSE;

  folded = g_ascii_strdown (name, -1);
  return g_hash_table_add (seen, folded);
}

/**
 * mcp_param_headers_is_valid:
 * @tool: as it is listed
 *
 * Clients must not see a tool whose annotations make no sense.
 *
 * Returns: whether they do, or there are none
 */
gboolean
mcp_param_headers_is_valid (McpJsonSlice tool)
{
  g_autoptr (GHashTable) seen = NULL;

  if (memmem (tool.data, tool.length, ANNOTATION, strlen (ANNOTATION)) == NULL)
    return TRUE;

  seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return walk_tool (tool, MCP_JSON_SLICE_NONE, validate_cb, seen);
}

/* As a header says it; %NULL: it cannot. */
static char *
dup_value (McpJsonSlice value)
{
  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_STRING:
      return mcp_json_dup_string (value);
    case MCP_JSON_NUMBER:
    case MCP_JSON_BOOLEAN:
      return g_strndup (value.data, value.length);
    case MCP_JSON_NULL:
    case MCP_JSON_ARRAY:
    case MCP_JSON_OBJECT:
      break;
    }
  return NULL;
}

static gboolean
build_cb (McpJsonSlice property, McpJsonSlice annotation, McpJsonSlice value, gpointer data)
{
  GPtrArray *headers = data;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (value.data == NULL)
    return TRUE;
  name = mcp_json_dup_string (annotation);
  text = dup_value (value);
  if (name != NULL && text != NULL)
    {
      g_ptr_array_add (headers, g_steal_pointer (&name));
      g_ptr_array_add (headers, g_steal_pointer (&text));
    }
  return TRUE;
}

/**
 * mcp_param_headers_build:
 * @tool: as it is listed
 * @params: of a tools/call
 *
 * Returns: (transfer full) (nullable): name, value, … for #McpProviderRequest; %NULL: none
 */
char **
mcp_param_headers_build (McpJsonSlice tool, McpJsonSlice params)
{
  g_autoptr (GPtrArray) headers = NULL;

  if (memmem (tool.data, tool.length, ANNOTATION, strlen (ANNOTATION)) == NULL ||
      !mcp_param_headers_is_valid (tool))
    return NULL;

  headers = g_ptr_array_new_with_free_func (g_free);
  walk_tool (tool, params, build_cb, headers);
  if (headers->len == 0)
    return NULL;
  g_ptr_array_add (headers, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&headers), FALSE);
}

/* Integers compare as numbers: 1, 1.0 and 1e0 are the same. */
static gboolean
is_same (McpJsonSlice value, const char *received)
{
  g_autofree char *text = dup_value (value);
  char *end;
  double number;

  if (text == NULL)
    return FALSE;
  if (strcmp (text, received) == 0)
    return TRUE;
  if (mcp_json_get_type (value) != MCP_JSON_NUMBER || !mcp_json_get_double (value, &number))
    return FALSE;
  return *received != '\0' && g_ascii_strtod (received, &end) == number && *end == '\0';
}

static gboolean
check_cb (McpJsonSlice property, McpJsonSlice annotation, McpJsonSlice value, gpointer data)
{
  GHashTable *received = data;
  g_autofree char *name = mcp_json_dup_string (annotation);
  g_autofree char *folded = NULL;
  const char *header;

  if (name == NULL || value.data == NULL)
    return TRUE;
  folded = g_ascii_strdown (name, -1);
  header = received != NULL ? g_hash_table_lookup (received, folded) : NULL;
  return header != NULL && is_same (value, header);
}

/**
 * mcp_param_headers_check:
 * @tool: as it is listed
 * @params: of a tools/call
 * @received: (nullable): lower-case name without “Mcp-Param-” -> value, decoded
 * @error: return location
 *
 * Whether the request's headers say what its arguments say.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether they do
 */
gboolean
mcp_param_headers_check (McpJsonSlice tool,
                         McpJsonSlice params,
                         GHashTable *received,
                         GError **error)
{
  if (memmem (tool.data, tool.length, ANNOTATION, strlen (ANNOTATION)) == NULL ||
      !mcp_param_headers_is_valid (tool) || walk_tool (tool, params, check_cb, received))
    return TRUE;

  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       "An Mcp-Param header is missing, or differs from its argument");
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Arguments of a tool that its server wants as HTTP headers as well: properties
 * of its inputSchema with “x-mcp-header” (2026-07-28,
 * basic/transports/streamable-http, "Custom Headers from Tool Parameters").
 */
#include "protocol/mcp-param-headers.h"

#include "common/mcp-error.h"

#include <string.h>

#define ANNOTATION    "x-mcp-header"
/* Of schemas in schemas; the annotations of deeper ones are not looked at. */
#define MAX_DEPTH     16
/* Each is a header of every call; a tool with more is not used. */
#define MAX_ANNOTATED 32

/* A property that is annotated, or holds one that is. */
typedef struct
{
  McpJsonSlice key;
  McpJsonSlice annotation; /* MCP_JSON_SLICE_NONE: only what is below it is annotated */
  GPtrArray *below;        /* (owned) (element-type Property) (nullable) */
} Property;

/* What is found in one walk over the schema. */
typedef struct
{
  GHashTable *names; /* (owned): of the headers, in lower case */
  gboolean is_valid;
} Search;

static GPtrArray *find_annotated (McpJsonSlice schema, guint depth, Search *search);

static void
property_free (gpointer data)
{
  Property *property = data;

  g_clear_pointer (&property->below, g_ptr_array_unref);
  g_free (property);
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
is_right (McpJsonSlice property, McpJsonSlice annotation, Search *search)
{
  g_autofree char *name = NULL;

  if (mcp_json_get_type (annotation) != MCP_JSON_STRING || !is_plain_type (property) ||
      g_hash_table_size (search->names) == MAX_ANNOTATED)
    return FALSE;
  name = mcp_json_dup_string (annotation);
  return name != NULL && is_token (name) &&
         g_hash_table_add (search->names, g_ascii_strdown (name, -1));
}

static void
add_property (GPtrArray **found, McpJsonSlice key, McpJsonSlice value, guint depth, Search *search)
{
  McpJsonSlice annotation = MCP_JSON_SLICE_NONE;
  GPtrArray *below = NULL;
  Property *property;

  if (mcp_json_get_type (value) != MCP_JSON_OBJECT)
    return;
  if (mcp_json_find (value, ANNOTATION, &annotation))
    search->is_valid = search->is_valid && is_right (value, annotation, search);
  below = find_annotated (value, depth + 1, search);
  if (annotation.data == NULL && below == NULL)
    return;

  property = g_new0 (Property, 1);
  property->key = key;
  property->annotation = annotation;
  property->below = below;
  if (*found == NULL)
    *found = g_ptr_array_new_with_free_func (property_free);
  g_ptr_array_add (*found, property);
}

/* Returns: (transfer full) (nullable): the annotated properties; %NULL: none */
static GPtrArray *
find_annotated (McpJsonSlice schema, guint depth, Search *search)
{
  GPtrArray *found = NULL;
  McpJsonSlice properties;
  McpJsonSlice value;
  McpJsonSlice key;
  McpJsonIter iter;

  if (depth > MAX_DEPTH || mcp_json_get_type (schema) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (schema, "properties", MCP_JSON_OBJECT, &properties))
    return NULL;

  mcp_json_iter_init (&iter, properties);
  while (search->is_valid && mcp_json_iter_next_member (&iter, &key, &value))
    add_property (&found, key, value, depth, search);
  return found;
}

/* Returns: (transfer full) (nullable): the annotated properties of a tool; %NULL: none */
static GPtrArray *
find_annotated_of (McpJsonSlice tool, gboolean *is_valid)
{
  Search search = { NULL, TRUE };
  GPtrArray *found = NULL;
  McpJsonSlice schema;

  *is_valid = TRUE;
  if (memmem (tool.data, tool.length, ANNOTATION, strlen (ANNOTATION)) == NULL ||
      !mcp_json_find_typed (tool, "inputSchema", MCP_JSON_OBJECT, &schema))
    return NULL;
  search.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  found = find_annotated (schema, 0, &search);
  g_hash_table_unref (search.names);
  *is_valid = search.is_valid;
  if (!search.is_valid)
    g_clear_pointer (&found, g_ptr_array_unref);
  return found;
}

/* What is done for an argument that is there and not null. Returns whether to go on. */
typedef gboolean (*ArgumentFunc) (McpJsonSlice annotation, McpJsonSlice value, gpointer user_data);

/* JSON strings may write one name in several ways; what is plain is compared as bytes. */
static gboolean
is_same_key (McpJsonSlice a, McpJsonSlice b)
{
  g_autofree char *text = NULL;

  if (a.length == b.length && memcmp (a.data, b.data, a.length) == 0)
    return TRUE;
  if (memchr (a.data, '\\', a.length) == NULL && memchr (b.data, '\\', b.length) == NULL)
    return FALSE;
  text = mcp_json_dup_string (a);
  return text != NULL && mcp_json_string_equal (b, text);
}

static Property *
find_property (GPtrArray *properties, McpJsonSlice key)
{
  for (guint i = 0; i < properties->len; i++)
    {
      Property *property = properties->pdata[i];

      if (is_same_key (property->key, key))
        return property;
    }
  return NULL;
}

/* One walk over the arguments, whatever the schema has. Returns: whether no function said stop */
static gboolean
visit (GPtrArray *properties, McpJsonSlice arguments, ArgumentFunc func, gpointer user_data)
{
  McpJsonSlice key;
  McpJsonSlice value;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, arguments);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      Property *property = find_property (properties, key);

      if (property == NULL || mcp_json_get_type (value) == MCP_JSON_NULL)
        continue;
      if (property->annotation.data != NULL && !func (property->annotation, value, user_data))
        return FALSE;
      if (property->below != NULL && mcp_json_get_type (value) == MCP_JSON_OBJECT &&
          !visit (property->below, value, func, user_data))
        return FALSE;
    }
  return TRUE;
}

static gboolean
visit_params (GPtrArray *properties, McpJsonSlice params, ArgumentFunc func, gpointer user_data)
{
  McpJsonSlice arguments;

  return params.data == NULL ||
         !mcp_json_find_typed (params, "arguments", MCP_JSON_OBJECT, &arguments) ||
         visit (properties, arguments, func, user_data);
}

/**
 * mcp_param_headers_is_valid:
 * @tool: as it is listed
 *
 * Clients must not see a tool whose annotations make no sense. Any thread.
 *
 * Returns: whether they do, or there are none
 */
gboolean
mcp_param_headers_is_valid (McpJsonSlice tool)
{
  gboolean is_valid;
  g_autoptr (GPtrArray) found = find_annotated_of (tool, &is_valid);

  return is_valid;
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
build_cb (McpJsonSlice annotation, McpJsonSlice value, gpointer data)
{
  GPtrArray *headers = data;
  g_autofree char *name = mcp_json_dup_string (annotation);
  g_autofree char *text = dup_value (value);

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
 * Any thread.
 *
 * Returns: (transfer full) (nullable): name, value, … for #McpProviderRequest; %NULL: none
 */
char **
mcp_param_headers_build (McpJsonSlice tool, McpJsonSlice params)
{
  gboolean is_valid;
  g_autoptr (GPtrArray) properties = find_annotated_of (tool, &is_valid);
  g_autoptr (GPtrArray) headers = NULL;

  if (properties == NULL)
    return NULL;
  headers = g_ptr_array_new_with_free_func (g_free);
  visit_params (properties, params, build_cb, headers);
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
check_cb (McpJsonSlice annotation, McpJsonSlice value, gpointer data)
{
  GHashTable *received = data;
  g_autofree char *name = mcp_json_dup_string (annotation);
  g_autofree char *folded = NULL;
  const char *header;

  if (name == NULL)
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
 * Whether the request's headers say what its arguments say. Any thread.
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
  gboolean is_valid;
  g_autoptr (GPtrArray) properties = find_annotated_of (tool, &is_valid);

  if (properties == NULL || visit_params (properties, params, check_cb, received))
    return TRUE;

  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       "An Mcp-Param header is missing, or differs from its argument");
  return FALSE;
}

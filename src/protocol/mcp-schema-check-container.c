/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Keywords of JSON Schema that look into objects and arrays.
 */
#include "mcp-schema-check-private.h"

/* Looks at a part of the value, and says so where something is wrong. */
static gboolean
check_part (McpSchemaCheck *self, const char *name, McpJsonSlice schema, McpJsonSlice part)
{
  gsize length = self->path->len;
  gboolean is_right;

  g_string_append_printf (self->path, "/%s", name);
  is_right = self->check_value (self, schema, part);
  g_string_truncate (self->path, length);
  return is_right;
}

static gboolean
check_member (McpSchemaCheck *self, McpJsonSlice key, McpJsonSlice schema, McpJsonSlice member)
{
  g_autofree char *name = mcp_json_dup_string (key);

  return check_part (self, name != NULL ? name : "?", schema, member);
}

/* Key (owned) -> McpJsonSlice (owned): what an object of a schema has */
static GHashTable *
index_members (McpSchemaCheck *self, McpJsonSlice object)
{
  GHashTable *members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  McpJsonIter iter;
  McpJsonSlice key, member;

  self->work += object.length;
  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &key, &member))
    {
      char *name = mcp_json_dup_string (key);

      if (name != NULL)
        g_hash_table_insert (members, name, g_memdup2 (&member, sizeof member));
    }
  return members;
}

static gboolean
check_properties (McpSchemaCheck *self,
                  McpJsonSlice keyword,
                  McpJsonSlice schema,
                  McpJsonSlice value)
{
  g_autoptr (GHashTable) properties = NULL;
  McpJsonIter iter;
  McpJsonSlice key, member;

  if (mcp_json_get_type (value) != MCP_JSON_OBJECT ||
      mcp_json_get_type (keyword) != MCP_JSON_OBJECT)
    return TRUE;
  properties = index_members (self, keyword);
  self->work += value.length;
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &member))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      const McpJsonSlice *property = name != NULL ? g_hash_table_lookup (properties, name) : NULL;

      if (property != NULL && !check_part (self, name, *property, member))
        return FALSE;
    }
  return TRUE;
}

/* What a pattern allows is not known here, so that nothing is additional beside patterns. */
static gboolean
check_additional (McpSchemaCheck *self,
                  McpJsonSlice keyword,
                  McpJsonSlice schema,
                  McpJsonSlice value)
{
  g_autoptr (GHashTable) properties = NULL;
  McpJsonSlice known = MCP_JSON_SLICE_NONE;
  McpJsonIter iter;
  McpJsonSlice key, member;

  if (mcp_json_get_type (value) != MCP_JSON_OBJECT ||
      mcp_json_find (schema, "patternProperties", &known))
    return TRUE;
  if (!mcp_json_find_typed (schema, "properties", MCP_JSON_OBJECT, &known))
    known = mcp_json_slice ("{}");
  properties = index_members (self, known);
  self->work += value.length;
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &member))
    {
      g_autofree char *name = mcp_json_dup_string (key);

      if (name != NULL && !g_hash_table_contains (properties, name) &&
          !check_member (self, key, keyword, member))
        return FALSE;
    }
  return TRUE;
}

static gboolean
has_all (McpSchemaCheck *self, McpJsonSlice names, GHashTable *members)
{
  McpJsonIter iter;
  McpJsonSlice name;

  mcp_json_iter_init (&iter, names);
  while (mcp_json_iter_next_element (&iter, &name))
    {
      g_autofree char *text =
          mcp_json_get_type (name) == MCP_JSON_STRING ? mcp_json_dup_string (name) : NULL;

      if (text != NULL && !g_hash_table_contains (members, text))
        return mcp_schema_problem_note (self, "needs “%s”", text);
    }
  return TRUE;
}

static gboolean
check_required (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  g_autoptr (GHashTable) members = NULL;

  if (mcp_json_get_type (value) != MCP_JSON_OBJECT || mcp_json_get_type (keyword) != MCP_JSON_ARRAY)
    return TRUE;
  members = index_members (self, value);
  return has_all (self, keyword, members);
}

static gboolean
check_dependent (McpSchemaCheck *self,
                 McpJsonSlice keyword,
                 McpJsonSlice schema,
                 McpJsonSlice value)
{
  g_autoptr (GHashTable) members = NULL;
  McpJsonIter iter;
  McpJsonSlice key, names;

  if (mcp_json_get_type (value) != MCP_JSON_OBJECT ||
      mcp_json_get_type (keyword) != MCP_JSON_OBJECT)
    return TRUE;
  members = index_members (self, value);
  mcp_json_iter_init (&iter, keyword);
  while (mcp_json_iter_next_member (&iter, &key, &names))
    {
      g_autofree char *name = mcp_json_dup_string (key);

      if (name != NULL && mcp_json_get_type (names) == MCP_JSON_ARRAY &&
          g_hash_table_contains (members, name) && !has_all (self, names, members))
        return FALSE;
    }
  return TRUE;
}

static gint64
count (McpSchemaCheck *self, McpJsonSlice value)
{
  gboolean is_object = mcp_json_get_type (value) == MCP_JSON_OBJECT;
  McpJsonIter iter;
  McpJsonSlice key, member;
  gint64 n_found = 0;

  self->work += value.length;
  mcp_json_iter_init (&iter, value);
  while (is_object ? mcp_json_iter_next_member (&iter, &key, &member)
                   : mcp_json_iter_next_element (&iter, &member))
    n_found++;
  return n_found;
}

static gboolean
check_count (McpSchemaCheck *self,
             McpJsonType type,
             gboolean is_maximum,
             McpJsonSlice keyword,
             McpJsonSlice value)
{
  gint64 bound, n_found;

  if (mcp_json_get_type (value) != type || !mcp_json_get_int64 (keyword, &bound))
    return TRUE;
  n_found = count (self, value);
  return (is_maximum ? n_found <= bound : n_found >= bound) ||
         mcp_schema_problem_note (self, "must have at %s %" G_GINT64_FORMAT " %s",
                                  is_maximum ? "most" : "least", bound,
                                  type == MCP_JSON_OBJECT ? "members" : "items");
}

static gboolean
check_min_items (McpSchemaCheck *self,
                 McpJsonSlice keyword,
                 McpJsonSlice schema,
                 McpJsonSlice value)
{
  return check_count (self, MCP_JSON_ARRAY, FALSE, keyword, value);
}

static gboolean
check_max_items (McpSchemaCheck *self,
                 McpJsonSlice keyword,
                 McpJsonSlice schema,
                 McpJsonSlice value)
{
  return check_count (self, MCP_JSON_ARRAY, TRUE, keyword, value);
}

static gboolean
check_min_properties (McpSchemaCheck *self,
                      McpJsonSlice keyword,
                      McpJsonSlice schema,
                      McpJsonSlice value)
{
  return check_count (self, MCP_JSON_OBJECT, FALSE, keyword, value);
}

static gboolean
check_max_properties (McpSchemaCheck *self,
                      McpJsonSlice keyword,
                      McpJsonSlice schema,
                      McpJsonSlice value)
{
  return check_count (self, MCP_JSON_OBJECT, TRUE, keyword, value);
}

static gboolean
check_element (McpSchemaCheck *self, guint index, McpJsonSlice schema, McpJsonSlice element)
{
  g_autofree char *name = g_strdup_printf ("%u", index);

  return check_part (self, name, schema, element);
}

static gboolean
check_prefix (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  McpJsonIter schemas, elements;
  McpJsonSlice each, element;

  if (mcp_json_get_type (value) != MCP_JSON_ARRAY || mcp_json_get_type (keyword) != MCP_JSON_ARRAY)
    return TRUE;
  self->work += value.length;
  mcp_json_iter_init (&schemas, keyword);
  mcp_json_iter_init (&elements, value);
  for (guint i = 0; mcp_json_iter_next_element (&schemas, &each) &&
                    mcp_json_iter_next_element (&elements, &element);
       i++)
    if (!check_element (self, i, each, element))
      return FALSE;
  return TRUE;
}

/* Those behind “prefixItems”. */
static gboolean
check_items (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  McpJsonSlice prefix, element;
  McpJsonIter elements;
  gint64 n_before = 0;

  if (mcp_json_get_type (value) != MCP_JSON_ARRAY)
    return TRUE;
  if (mcp_json_find_typed (schema, "prefixItems", MCP_JSON_ARRAY, &prefix))
    n_before = count (self, prefix);
  self->work += value.length;
  mcp_json_iter_init (&elements, value);
  for (guint i = 0; mcp_json_iter_next_element (&elements, &element); i++)
    if (i >= n_before && !check_element (self, i, keyword, element))
      return FALSE;
  return TRUE;
}

static gboolean
check_unique (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  McpJsonIter iter;
  McpJsonSlice element;

  if (mcp_json_get_type (value) != MCP_JSON_ARRAY || !mcp_json_get_boolean (keyword))
    return TRUE;
  self->work += 2 * value.length;
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      GString *text = g_string_new (NULL);

      mcp_json_append_canonical (text, element);
      if (!g_hash_table_add (seen, g_string_free (text, FALSE)))
        return mcp_schema_problem_note (self, "must not have an item twice");
    }
  return TRUE;
}

/**
 * mcp_schema_check_find_container:
 * @name: of a member of a schema
 *
 * Returns: (nullable): the keyword, if it is one of this file
 */
const McpSchemaKeyword *
mcp_schema_check_find_container (McpJsonSlice name)
{
  static const McpSchemaKeyword keywords[] = {
    { "properties", check_properties },
    { "required", check_required },
    { "additionalProperties", check_additional },
    { "dependentRequired", check_dependent },
    { "minProperties", check_min_properties },
    { "maxProperties", check_max_properties },
    { "prefixItems", check_prefix },
    { "items", check_items },
    { "minItems", check_min_items },
    { "maxItems", check_max_items },
    { "uniqueItems", check_unique },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (mcp_json_string_equal (name, keywords[i].name))
      return &keywords[i];
  return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Keywords of JSON Schema that look at a value as a whole: its type, its size, what it equals.
 */
#include "mcp-schema-check-private.h"

#include <math.h>

static gboolean
is_integer (McpJsonSlice value)
{
  double number;

  return mcp_json_get_double (value, &number) && trunc (number) == number;
}

static gboolean
has_type (McpJsonSlice value, McpJsonSlice name)
{
  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_NULL:
      return mcp_json_string_equal (name, "null");
    case MCP_JSON_BOOLEAN:
      return mcp_json_string_equal (name, "boolean");
    case MCP_JSON_NUMBER:
      return mcp_json_string_equal (name, "number") ||
             (mcp_json_string_equal (name, "integer") && is_integer (value));
    case MCP_JSON_STRING:
      return mcp_json_string_equal (name, "string");
    case MCP_JSON_ARRAY:
      return mcp_json_string_equal (name, "array");
    case MCP_JSON_OBJECT:
      return mcp_json_string_equal (name, "object");
    }
  return FALSE;
}

static gboolean
check_type (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice name;

  if (mcp_json_get_type (keyword) == MCP_JSON_STRING && has_type (value, keyword))
    return TRUE;
  if (mcp_json_get_type (keyword) == MCP_JSON_ARRAY)
    {
      mcp_json_iter_init (&iter, keyword);
      while (mcp_json_iter_next_element (&iter, &name))
        if (mcp_json_get_type (name) == MCP_JSON_STRING && has_type (value, name))
          return TRUE;
    }
  return mcp_schema_problem_note (self, "must be of type %.*s", (int) MIN (keyword.length, 100),
                                  keyword.data);
}

/* Returns: whether both are numbers; the keyword means nothing otherwise */
static gboolean
get_numbers (McpJsonSlice keyword, McpJsonSlice value, double *bound, double *number)
{
  return mcp_json_get_type (value) == MCP_JSON_NUMBER &&
         mcp_json_get_type (keyword) == MCP_JSON_NUMBER && mcp_json_get_double (keyword, bound) &&
         mcp_json_get_double (value, number);
}

/* The same for values that are equal, whatever their form. */
static GString *
canonical (McpSchemaCheck *self, McpJsonSlice value)
{
  GString *text = g_string_new (NULL);

  self->work += value.length;
  mcp_json_append_canonical (text, value);
  return text;
}

static gboolean
is_equal (McpSchemaCheck *self, McpJsonSlice a, McpJsonSlice b)
{
  g_autoptr (GString) one = NULL;
  g_autoptr (GString) other = NULL;
  double first, second;

  if (mcp_json_get_type (a) != mcp_json_get_type (b))
    return FALSE;
  if (get_numbers (a, b, &first, &second))
    return first == second;
  one = canonical (self, a);
  other = canonical (self, b);
  return g_string_equal (one, other);
}

static gboolean
check_enum (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice element;

  mcp_json_iter_init (&iter, keyword);
  while (mcp_json_iter_next_element (&iter, &element))
    if (is_equal (self, element, value))
      return TRUE;
  return mcp_schema_problem_note (self, "must be one of %.*s", (int) MIN (keyword.length, 200),
                                  keyword.data);
}

static gboolean
check_const (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  return is_equal (self, keyword, value) ||
         mcp_schema_problem_note (self, "must be %.*s", (int) MIN (keyword.length, 200),
                                  keyword.data);
}

static gboolean
check_minimum (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  double bound, number;

  return !get_numbers (keyword, value, &bound, &number) || number >= bound ||
         mcp_schema_problem_note (self, "must be at least %g", bound);
}

static gboolean
check_maximum (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  double bound, number;

  return !get_numbers (keyword, value, &bound, &number) || number <= bound ||
         mcp_schema_problem_note (self, "must be at most %g", bound);
}

static gboolean
check_above (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  double bound, number;

  return !get_numbers (keyword, value, &bound, &number) || number > bound ||
         mcp_schema_problem_note (self, "must be more than %g", bound);
}

static gboolean
check_below (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  double bound, number;

  return !get_numbers (keyword, value, &bound, &number) || number < bound ||
         mcp_schema_problem_note (self, "must be less than %g", bound);
}

/* 0.3 is a multiple of 0.1, though not of the double next to it. */
static gboolean
check_multiple (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  double step, number;

  if (!get_numbers (keyword, value, &step, &number) || step <= 0 || !isfinite (number / step) ||
      fabs (number / step - round (number / step)) < 1e-9)
    return TRUE;
  return mcp_schema_problem_note (self, "must be a multiple of %g", step);
}

/* Returns: (nullable): whether @value is a string that can be counted */
static char *
dup_string (McpSchemaCheck *self, McpJsonSlice value)
{
  if (mcp_json_get_type (value) != MCP_JSON_STRING)
    return NULL;
  self->work += value.length;
  return mcp_json_dup_string (value);
}

static gboolean
check_min_length (McpSchemaCheck *self,
                  McpJsonSlice keyword,
                  McpJsonSlice schema,
                  McpJsonSlice value)
{
  g_autofree char *text = dup_string (self, value);
  gint64 bound;

  return text == NULL || !mcp_json_get_int64 (keyword, &bound) ||
         g_utf8_strlen (text, -1) >= bound ||
         mcp_schema_problem_note (self, "must have at least %" G_GINT64_FORMAT " characters",
                                  bound);
}

static gboolean
check_max_length (McpSchemaCheck *self,
                  McpJsonSlice keyword,
                  McpJsonSlice schema,
                  McpJsonSlice value)
{
  g_autofree char *text = dup_string (self, value);
  gint64 bound;

  return text == NULL || !mcp_json_get_int64 (keyword, &bound) ||
         g_utf8_strlen (text, -1) <= bound ||
         mcp_schema_problem_note (self, "must have at most %" G_GINT64_FORMAT " characters", bound);
}

/**
 * mcp_schema_check_find_scalar:
 * @name: of a member of a schema
 *
 * Returns: (nullable): the keyword, if it is one of this file
 */
const McpSchemaKeyword *
mcp_schema_check_find_scalar (McpJsonSlice name)
{
  static const McpSchemaKeyword keywords[] = {
    { "type", check_type },
    { "enum", check_enum },
    { "const", check_const },
    { "minimum", check_minimum },
    { "maximum", check_maximum },
    { "exclusiveMinimum", check_above },
    { "exclusiveMaximum", check_below },
    { "multipleOf", check_multiple },
    { "minLength", check_min_length },
    { "maxLength", check_max_length },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (mcp_json_string_equal (name, keywords[i].name))
      return &keywords[i];
  return NULL;
}

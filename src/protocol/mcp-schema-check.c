/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whether a value fits a schema, by the keywords of JSON Schema 2020-12 that docs/providers.md
 * names. What others say is not looked at: a regular expression can take any time, and a format can
 * mean much. A check that is too much work ends early, and what was not looked at counts as right:
 * the app that has the schema looks again.
 */
#include "protocol/mcp-schema-check.h"

#include "common/mcp-error.h"
#include "mcp-schema-check-private.h"

#include <string.h>

/* Of schemas within schemas; a reference to itself stops here. */
#define MAX_DEPTH 100

static gboolean check_value (McpSchemaCheck *self, McpJsonSlice schema, McpJsonSlice value);

/* Whether @value fits, without a word about it. */
static gboolean
fits (McpSchemaCheck *self, McpJsonSlice schema, McpJsonSlice value)
{
  char *problem = g_steal_pointer (&self->problem);
  gboolean is_right = check_value (self, schema, value);

  g_free (self->problem);
  self->problem = problem;
  return is_right;
}

static guint
count_fitting (McpSchemaCheck *self, McpJsonSlice schemas, McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice schema;
  guint n_fitting = 0;

  mcp_json_iter_init (&iter, schemas);
  while (mcp_json_iter_next_element (&iter, &schema))
    n_fitting += fits (self, schema, value);
  return n_fitting;
}

static gboolean
check_all_of (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice each;

  mcp_json_iter_init (&iter, keyword);
  while (mcp_json_iter_next_element (&iter, &each))
    if (!check_value (self, each, value))
      return FALSE;
  return TRUE;
}

static gboolean
check_any_of (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  return count_fitting (self, keyword, value) > 0 ||
         mcp_schema_problem_note (self, "fits none of “anyOf”");
}

static gboolean
check_one_of (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  return count_fitting (self, keyword, value) == 1 ||
         mcp_schema_problem_note (self, "must fit exactly one of “oneOf”");
}

static gboolean
check_not (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  return !fits (self, keyword, value) || mcp_schema_problem_note (self, "fits what “not” excludes");
}

/* RFC 6901: one step of a pointer. */
static gboolean
step (McpJsonSlice *schema, const char *token)
{
  g_auto (GStrv) slashes = g_strsplit (token, "~1", -1);
  g_autofree char *with_slashes = g_strjoinv ("/", slashes);
  g_auto (GStrv) tildes = g_strsplit (with_slashes, "~0", -1);
  g_autofree char *name = g_strjoinv ("~", tildes);

  return mcp_json_get_type (*schema) == MCP_JSON_OBJECT && mcp_json_find (*schema, name, schema);
}

/* A reference to a schema elsewhere is not followed. */
static gboolean
check_ref (McpSchemaCheck *self, McpJsonSlice keyword, McpJsonSlice schema, McpJsonSlice value)
{
  g_autofree char *text =
      mcp_json_get_type (keyword) == MCP_JSON_STRING ? mcp_json_dup_string (keyword) : NULL;
  g_auto (GStrv) tokens = NULL;
  McpJsonSlice found = self->root;

  if (text == NULL || (strcmp (text, "#") != 0 && !g_str_has_prefix (text, "#/")))
    return TRUE;
  tokens = g_strsplit (text, "/", -1);
  self->work += self->root.length;
  for (gsize i = 1; tokens[i] != NULL; i++)
    if (!step (&found, tokens[i]))
      return TRUE;
  return check_value (self, found, value);
}

static const McpSchemaKeyword *
find_keyword (McpJsonSlice name)
{
  static const McpSchemaKeyword keywords[] = {
    { "allOf", check_all_of }, { "anyOf", check_any_of }, { "oneOf", check_one_of },
    { "not", check_not },      { "$ref", check_ref },
  };
  const McpSchemaKeyword *keyword = mcp_schema_check_find_scalar (name);

  for (gsize i = 0; keyword == NULL && i < G_N_ELEMENTS (keywords); i++)
    if (mcp_json_string_equal (name, keywords[i].name))
      keyword = &keywords[i];
  return keyword != NULL ? keyword : mcp_schema_check_find_container (name);
}

static gboolean
check_keywords (McpSchemaCheck *self, McpJsonSlice schema, McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice name, member;

  mcp_json_iter_init (&iter, schema);
  while (mcp_json_iter_next_member (&iter, &name, &member))
    {
      const McpSchemaKeyword *keyword = find_keyword (name);

      if (keyword != NULL && !keyword->check (self, member, schema, value))
        return FALSE;
    }
  return TRUE;
}

/* Whether @value, a part of the value, fits @schema, as far as it was looked at. */
static gboolean
check_value (McpSchemaCheck *self, McpJsonSlice schema, McpJsonSlice value)
{
  gboolean is_right;

  self->work += self->depth < MAX_DEPTH ? schema.length : MCP_SCHEMA_MAX_WORK_BYTES + 1;
  if (mcp_schema_problem_is_over (self))
    return TRUE;
  if (mcp_json_get_type (schema) == MCP_JSON_BOOLEAN)
    return mcp_json_get_boolean (schema) || mcp_schema_problem_note (self, "must not be there");
  if (mcp_json_get_type (schema) != MCP_JSON_OBJECT)
    return TRUE;
  self->depth++;
  is_right = check_keywords (self, schema, value);
  self->depth--;
  return is_right;
}

/**
 * mcp_schema_check:
 * @schema: a JSON Schema, in a text that the scanner accepted
 * @value: a value, in a text that the scanner accepted
 * @error: return location
 *
 * Any thread. Errors: %MCP_ERROR_INVALID_ARGUMENTS, naming the place in the value and what is wrong
 * there.
 *
 * Returns: whether nothing is wrong with the value
 */
gboolean
mcp_schema_check (McpJsonSlice schema, McpJsonSlice value, GError **error)
{
  g_autoptr (GString) path = g_string_new (NULL);
  McpSchemaCheck self = { .root = schema, .path = path, .check_value = check_value };
  gboolean is_right = check_value (&self, schema, value);

  if (!is_right)
    g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, self.problem);
  g_free (self.problem);
  return is_right;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Finds members in JSON with comments and trailing commas, by their places in the text.
 */
#include "upstream/config/mcp-jsonc-scan.h"

#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

/* People write no such files; these only prevent a crash. */
#define MAX_DEPTH  256
#define MAX_VALUES 10000000

static gboolean
fail (GError **error, const char *text, const char *at)
{
  guint line = 1;

  for (const char *p = text; p < at; p++)
    line += *p == '\n';
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("Line %u is not valid JSON"),
               line);
  return FALSE;
}

/**
 * mcp_jsonc_scan_skip_space:
 * @at: a place in a text
 *
 * Returns: the next place that is neither white space nor in a comment
 */
const char *
mcp_jsonc_scan_skip_space (const char *at)
{
  /* A byte order mark; inside a text it does no harm. */
  if (g_str_has_prefix (at, "\357\273\277"))
    at += 3;
  for (;;)
    {
      if (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
        at++;
      else if (at[0] == '/' && at[1] == '/')
        at += strcspn (at, "\n");
      else if (at[0] == '/' && at[1] == '*' && strstr (at + 2, "*/") != NULL)
        at = strstr (at + 2, "*/") + 2;
      else
        return at;
    }
}

/**
 * mcp_jsonc_scan_skip_string:
 * @at: an opening quote
 *
 * Returns: (nullable): the place behind the closing quote
 */
const char *
mcp_jsonc_scan_skip_string (const char *at)
{
  for (at++; *at != '"'; at++)
    {
      if (*at == '\\' && at[1] != '\0')
        at++;
      if (*at == '\0')
        return NULL;
    }
  return at + 1;
}

/**
 * mcp_jsonc_scan_skip_container:
 * @at: an opening bracket or brace
 *
 * Returns: (nullable): the place behind the closing one
 */
const char *
mcp_jsonc_scan_skip_container (const char *at)
{
  guint depth = 0;

  for (;;)
    {
      at = mcp_jsonc_scan_skip_space (at);
      switch (*at)
        {
        case '\0':
          return NULL;
        case '"':
          at = mcp_jsonc_scan_skip_string (at);
          if (at == NULL)
            return NULL;
          continue;
        case '{':
        case '[':
          if (++depth > MAX_DEPTH)
            return NULL;
          break;
        case '}':
        case ']':
          if (--depth == 0)
            return at + 1;
          break;
        default:
          break;
        }
      at++;
    }
}

static const char *
skip_value (const char *at)
{
  gsize length;

  if (*at == '"')
    return mcp_jsonc_scan_skip_string (at);
  if (*at == '{' || *at == '[')
    return mcp_jsonc_scan_skip_container (at);
  length = strcspn (at, ",}] \t\r\n/");
  return length > 0 ? at + length : NULL;
}

/**
 * mcp_jsonc_scan_read_member:
 * @at: a key, or the end of the object
 * @member: (out): the member; without a key at the end of the object
 *
 * Returns: whether the text is valid there
 */
gboolean
mcp_jsonc_scan_read_member (const char *at, McpJsoncMember *member)
{
  *member = (McpJsoncMember){ NULL };
  if (*at == '}')
    return TRUE;
  if (*at != '"')
    return FALSE;

  member->key = at;
  at = mcp_jsonc_scan_skip_string (at);
  if (at == NULL)
    return FALSE;
  at = mcp_jsonc_scan_skip_space (at);
  if (*at != ':')
    return FALSE;
  member->value = mcp_jsonc_scan_skip_space (at + 1);
  member->value_end = skip_value (member->value);
  if (member->value_end == NULL)
    return FALSE;
  at = mcp_jsonc_scan_skip_space (member->value_end);
  if (*at == ',')
    member->next = at + 1;
  return *at == ',' || *at == '}';
}

/**
 * mcp_jsonc_scan_parse:
 * @text: JSON without comments
 * @length: in bytes
 * @root: (out): the value, which borrows @text
 * @error: return location
 *
 * Returns: whether it is JSON
 */
gboolean
mcp_jsonc_scan_parse (const char *text, gsize length, McpJsonSlice *root, GError **error)
{
  return mcp_json_scan (text, length, MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES,
                        root, error);
}

static gboolean
has_key (const McpJsoncMember *member, const char *key)
{
  const char *end = mcp_jsonc_scan_skip_string (member->key);
  McpJsonSlice slice;

  return mcp_jsonc_scan_parse (member->key, (gsize) (end - member->key), &slice, NULL) &&
         mcp_json_string_equal (slice, key);
}

/**
 * mcp_jsonc_scan_find_member:
 * @object: an opening brace
 * @key: (nullable): of a member; %NULL finds the last one
 * @found: (out): the member; without a key if there is none
 * @previous: (out): the member before it, or the last one of the object
 * @error: return location
 *
 * Returns: whether the object is valid so far
 */
gboolean
mcp_jsonc_scan_find_member (const char *object,
                            const char *key,
                            McpJsoncMember *found,
                            McpJsoncMember *previous,
                            GError **error)
{
  const char *at = mcp_jsonc_scan_skip_space (object + 1);
  McpJsoncMember member;

  *found = (McpJsoncMember){ NULL };
  *previous = (McpJsoncMember){ NULL };
  for (;;)
    {
      if (!mcp_jsonc_scan_read_member (at, &member))
        return fail (error, object, at);
      if (member.key == NULL)
        return TRUE;
      if (key != NULL && has_key (&member, key))
        {
          *found = member;
          return TRUE;
        }
      *previous = member;
      if (member.next == NULL)
        return TRUE;
      at = mcp_jsonc_scan_skip_space (member.next);
    }
}

/**
 * mcp_jsonc_scan_walk:
 * @text: of a file
 * @path: (array zero-terminated=1): keys, from the outermost on
 * @n_found: (out): the number of keys that were found
 * @error: return location
 *
 * Returns: (nullable): the object that the path without its last key leads to; if a key is missing,
 * the object that does not have it
 */
const char *
mcp_jsonc_scan_walk (const char *text, const char *const *path, guint *n_found, GError **error)
{
  const char *object = mcp_jsonc_scan_skip_space (text);

  if (*object != '{' || mcp_jsonc_scan_skip_container (object) == NULL)
    {
      fail (error, text, object);
      return NULL;
    }
  for (*n_found = 0; path[*n_found] != NULL && path[*n_found + 1] != NULL; (*n_found)++)
    {
      McpJsoncMember member, previous;

      if (!mcp_jsonc_scan_find_member (object, path[*n_found], &member, &previous, error))
        return NULL;
      if (member.key == NULL)
        return object;
      if (*member.value != '{')
        {
          g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("“%s” is not an object"),
                       path[*n_found]);
          return NULL;
        }
      object = member.value;
    }
  return object;
}

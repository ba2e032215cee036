/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal/mcp-cli-json.h"

#include "common/mcp-text-escape.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The daemon has limits of its own; these only prevent a crash. */
#define MAX_DEPTH  256
#define MAX_VALUES 10000000

/**
 * mcp_cli_json_parse:
 * @text: JSON
 * @length: in bytes
 * @root: (out): the value, which borrows @text
 * @error: return location
 *
 * Returns: whether it is JSON
 */
gboolean
mcp_cli_json_parse (const char *text, gsize length, McpJsonSlice *root, GError **error)
{
  return mcp_json_scan (text, length, MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES,
                        root, error);
}

/**
 * mcp_cli_json_parse_bytes:
 * @bytes: JSON
 * @root: (out): the value, which borrows @bytes
 * @error: return location
 *
 * Returns: whether it is JSON
 */
gboolean
mcp_cli_json_parse_bytes (GBytes *bytes, McpJsonSlice *root, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return mcp_cli_json_parse (data != NULL ? data : "", length, root, error);
}

/**
 * mcp_cli_json_is_value:
 * @text: from a command line
 *
 * Returns: whether the text is JSON
 */
gboolean
mcp_cli_json_is_value (const char *text)
{
  McpJsonSlice root;

  return mcp_json_scan (text, strlen (text), MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_DEFAULT, &root,
                        NULL);
}

/**
 * mcp_cli_json_dup_member:
 * @object: a value
 * @key: of one of its members
 *
 * Returns: (transfer full) (nullable): the member, if there is one and it is a string
 */
char *
mcp_cli_json_dup_member (McpJsonSlice object, const char *key)
{
  McpJsonSlice value;

  if (object.data == NULL || !mcp_json_find_typed (object, key, MCP_JSON_STRING, &value))
    return NULL;
  return mcp_json_dup_string (value);
}

/**
 * mcp_cli_json_get_number:
 * @object: a value
 * @key: of one of its members
 * @number: (out): the member
 *
 * Returns: whether the object has that member, and it is a number
 */
gboolean
mcp_cli_json_get_number (McpJsonSlice object, const char *key, double *number)
{
  McpJsonSlice value;

  return object.data != NULL && mcp_json_find_typed (object, key, MCP_JSON_NUMBER, &value) &&
         mcp_json_get_double (value, number);
}

/**
 * mcp_cli_json_add_raw:
 * @json: an object that is being written, its closing brace missing
 * @key: of the new member
 * @value: JSON
 * @length: of @value in bytes, -1: up to its zero
 */
void
mcp_cli_json_add_raw (GString *json, const char *key, const char *value, gssize length)
{
  if (json->str[json->len - 1] != '{')
    g_string_append_c (json, ',');
  mcp_json_append_string (json, key);
  g_string_append_c (json, ':');
  g_string_append_len (json, value, length);
}

/**
 * mcp_cli_json_add_string:
 * @json: an object that is being written, its closing brace missing
 * @key: of the new member
 * @value: (nullable): its text; %NULL: nothing is added
 */
void
mcp_cli_json_add_string (GString *json, const char *key, const char *value)
{
  g_autoptr (GString) text = NULL;

  if (value == NULL)
    return;
  text = g_string_new (NULL);
  mcp_json_append_string (text, value);
  mcp_cli_json_add_raw (json, key, text->str, (gssize) text->len);
}

/**
 * mcp_cli_json_print:
 * @json: an answer of the daemon
 *
 * Prints the answer byte by byte, and a line end. On a terminal, control characters in texts are
 * escaped, which JSON reads as the same.
 */
void
mcp_cli_json_print (GBytes *json)
{
  gsize length;
  const char *data = g_bytes_get_data (json, &length);

  if (isatty (STDOUT_FILENO))
    {
      g_autofree char *escaped = mcp_text_escape_json (data, length);

      fputs (escaped, stdout);
    }
  else
    fwrite (data, 1, length, stdout);
  if (length == 0 || data[length - 1] != '\n')
    putchar ('\n');
}

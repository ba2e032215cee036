/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-jsonrpc-mend.h"

#include <string.h>

#define MAX_ID_BYTES    1024
#define MAX_WORDS_BYTES 1000

/* What some JSON writers make of a number that is none. */
static const char *const no_numbers[] = { "NaN", "-Infinity", "Infinity", NULL };

/* Text */

/* Returns: behind the string that begins at @at */
static const char *
skip_string (const char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\')
      at++;
  return at < end ? at + 1 : end;
}

static gsize
measure_no_number (const char *at, const char *end)
{
  for (gsize i = 0; no_numbers[i] != NULL; i++)
    {
      gsize length = strlen (no_numbers[i]);

      if ((gsize) (end - at) >= length && memcmp (at, no_numbers[i], length) == 0)
        return length;
    }
  return 0;
}

static void
append_without_no_numbers (GString *out, const char *at, const char *end)
{
  const char *start = at;

  while (at < end)
    {
      gsize length = *at == 'N' || *at == 'I' || *at == '-' ? measure_no_number (at, end) : 0;

      if (length > 0)
        {
          g_string_append_len (out, start, at - start);
          g_string_append (out, "null");
          start = at += length;
        }
      else
        at = *at == '"' ? skip_string (at, end) : at + 1;
    }
  g_string_append_len (out, start, end - start);
}

/**
 * mcp_jsonrpc_mend_text:
 * @text: what is no JSON text
 *
 * Passes over what stands before the first object (a byte order mark, an escape sequence, a
 * prompt), replaces bytes that are no UTF-8 by U+FFFD, and numbers that are none by null. Any
 * thread.
 *
 * Returns: (transfer full) (nullable): another text, which may be JSON; %NULL: there is no object
 * in
 *   @text
 */
GBytes *
mcp_jsonrpc_mend_text (GBytes *text)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);
  const char *start = length > 0 ? memchr (data, '{', length) : NULL;
  g_autofree char *valid = NULL;
  GString *out;

  if (start == NULL)
    return NULL;
  length -= (gsize) (start - data);
  valid = g_utf8_make_valid (start, (gssize) length);
  out = g_string_sized_new (strlen (valid));
  append_without_no_numbers (out, valid, valid + strlen (valid));
  return g_string_free_to_bytes (out);
}

/* The id */

static const char *
skip_blanks (const char *at, const char *end)
{
  while (at < end && *at != '\0' && strchr (" \t\r\n", *at) != NULL)
    at++;
  return at;
}

/* Returns: (transfer full) (nullable): the value behind a colon, where it can be an id */
static char *
dup_id (const char *at, const char *end)
{
  const char *start;

  at = skip_blanks (at, end);
  if (at >= end || *at != ':')
    return NULL;
  start = at = skip_blanks (at + 1, end);
  if (at < end && *at == '"')
    at = skip_string (at, end);
  else
    while (at < end && (g_ascii_isdigit (*at) || *at == '-'))
      at++;
  return at > start && at - start <= MAX_ID_BYTES ? g_strndup (start, (gsize) (at - start)) : NULL;
}

/* A line of a log may hold an object that has an id, too, and answers nothing. */
static gboolean
is_object (GBytes *text)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);
  const char *at = length > 0 ? skip_blanks (data, data + length) : data;

  return at < data + length && *at == '{';
}

/* Returns: (transfer full) (nullable): the id, where the string at @at is the name of one */
static char *
dup_id_named (const char *at, const char *behind, const char *end)
{
  return behind - at == 4 && memcmp (at, "\"id\"", 4) == 0 ? dup_id (behind, end) : NULL;
}

/**
 * mcp_jsonrpc_mend_find_id:
 * @text: what cannot be read as JSON
 *
 * Finds the member “id” of the outermost object, however deep or broken its other members are. Any
 * thread.
 *
 * Returns: (transfer full) (nullable): the id, as JSON
 */
char *
mcp_jsonrpc_mend_find_id (GBytes *text)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);
  const char *end = data + length;
  const char *at = length > 0 ? memchr (data, '{', length) : NULL;
  gsize depth = 0;

  for (; at != NULL && at < end; at++)
    {
      if (*at == '{' || *at == '[')
        depth++;
      else if ((*at == '}' || *at == ']') && depth > 0)
        depth--;
      else if (*at == '"')
        {
          const char *behind = skip_string (at, end);
          char *id = depth == 1 ? dup_id_named (at, behind, end) : NULL;

          if (id != NULL)
            return id;
          at = behind - 1;
        }
    }
  return NULL;
}

/* Members */

static int
choose_code (McpJsonSlice failure)
{
  McpJsonSlice code;
  gint64 number = 0;
  gboolean is_right = FALSE;

  if (mcp_json_get_type (failure) != MCP_JSON_OBJECT || !mcp_json_find (failure, "code", &code))
    return MCP_JSONRPC_ERROR_INTERNAL;
  if (mcp_json_get_type (code) == MCP_JSON_NUMBER)
    is_right = mcp_json_get_int64 (code, &number);
  else if (mcp_json_get_type (code) == MCP_JSON_STRING)
    {
      g_autofree char *text = mcp_json_dup_string (code);

      is_right =
          text != NULL && g_ascii_string_to_signed (text, 10, G_MININT, G_MAXINT, &number, NULL);
    }
  return is_right && number >= G_MININT && number <= G_MAXINT ? (int) number
                                                              : MCP_JSONRPC_ERROR_INTERNAL;
}

/* The server's own words: a text, a member “message”, or whatever it wrote. */
static char *
dup_words (McpJsonSlice failure)
{
  McpJsonSlice message;
  g_autofree char *text = NULL;

  if (mcp_json_get_type (failure) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (failure, "message", MCP_JSON_STRING, &message))
    message = failure;
  if (mcp_json_get_type (message) == MCP_JSON_STRING)
    text = mcp_json_dup_string (message);
  if (text == NULL)
    text = g_strndup (message.data, MIN (message.length, MAX_WORDS_BYTES));
  return g_utf8_make_valid (text, -1);
}

static gboolean
is_absent (McpJsonSlice root, const char *name)
{
  McpJsonSlice value;

  return !mcp_json_find (root, name, &value) || mcp_json_get_type (value) == MCP_JSON_NULL;
}

static GBytes *
rebuild_failure (McpJsonSlice root)
{
  McpJsonSlice id = MCP_JSON_SLICE_NONE;
  McpJsonSlice data = MCP_JSON_SLICE_NONE;
  McpJsonSlice failure;
  g_autofree char *words = NULL;

  mcp_json_find (root, "id", &id);
  mcp_json_find (root, "error", &failure);
  if (mcp_json_get_type (failure) == MCP_JSON_OBJECT)
    mcp_json_find (failure, "data", &data);
  words = dup_words (failure);
  return mcp_jsonrpc_build_error (id, choose_code (failure), words, data);
}

static GBytes *
rebuild_result (McpJsonSlice root)
{
  McpJsonSlice id;
  McpJsonSlice result;

  if (!mcp_json_find (root, "id", &id) ||
      !mcp_json_find_typed (root, "result", MCP_JSON_OBJECT, &result))
    return NULL;
  return mcp_jsonrpc_build_result (id, result);
}

/* A response whose members are not those of JSON-RPC 2.0. Returns: (nullable): one that has them */
static GBytes *
rebuild_response (GBytes *text, const McpJsonrpcLimits *limits)
{
  McpJsonSlice root;
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  if (!mcp_json_scan (data, length, limits->max_depth, limits->max_values, limits->flags, &root,
                      NULL) ||
      mcp_json_get_type (root) != MCP_JSON_OBJECT || !is_absent (root, "method"))
    return NULL;
  if (is_absent (root, "error"))
    return rebuild_result (root);
  return is_absent (root, "result") ? rebuild_failure (root) : NULL;
}

/**
 * mcp_jsonrpc_mend_parse:
 * @text: one message of a server, any bytes
 * @limits: of the JSON text
 * @id: (out) (nullable) (transfer full): as mcp_jsonrpc_message_parse(), found even where the text
 *   is no JSON
 * @error: return location
 *
 * Reads a message as mcp_jsonrpc_message_parse() does, and mends it where it is not quite one: a
 * text before it, bytes that are no UTF-8, numbers that are none, another “jsonrpc” or none, `null`
 * beside what counts, an error that is a text or has a code that is one. A member that stands
 * twice, and what is too deep, is not mended. Any thread.
 *
 * Errors: those of mcp_jsonrpc_message_parse(), for the text as it came.
 *
 * Returns: (transfer full) (nullable): the message
 */
McpJsonrpcMessage *
mcp_jsonrpc_mend_parse (GBytes *text, const McpJsonrpcLimits *limits, char **id, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) mended = NULL;
  g_autoptr (GBytes) rebuilt = NULL;
  McpJsonrpcMessage *message = mcp_jsonrpc_message_parse (text, limits, id, &local_error);

  if (message == NULL && local_error->code == MCP_JSONRPC_ERROR_PARSE)
    {
      *id = is_object (text) ? mcp_jsonrpc_mend_find_id (text) : NULL;
      mended = mcp_jsonrpc_mend_text (text);
      message = mended != NULL ? mcp_jsonrpc_message_parse (mended, limits, NULL, NULL) : NULL;
    }
  if (message == NULL)
    {
      rebuilt = rebuild_response (mended != NULL ? mended : text, limits);
      message = rebuilt != NULL ? mcp_jsonrpc_message_parse (rebuilt, limits, NULL, NULL) : NULL;
    }
  if (message == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return message;
}

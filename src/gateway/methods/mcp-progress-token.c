/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/methods/mcp-progress-token.h"

#include "common/mcp-error.h"

#include <string.h>

/* Of a string: every event repeats it. Clients send UUIDs and counters. */
#define MAX_TOKEN_BYTES 1024

static GVariant *
read_token (McpJsonSlice text)
{
  g_autofree char *string = NULL;
  guint64 large;
  gint64 number;

  if (mcp_json_get_int64 (text, &number))
    return g_variant_new_int64 (number);
  if (mcp_json_get_uint64 (text, &large))
    return g_variant_new_uint64 (large);
  if (mcp_json_get_type (text) != MCP_JSON_STRING || text.length > MAX_TOKEN_BYTES)
    return NULL;

  string = mcp_json_dup_string (text);
  return string != NULL ? g_variant_new_string (string) : NULL;
}

/**
 * mcp_progress_token_find:
 * @params: (nullable): params of a request
 * @text: (out): the token as it was written; %MCP_JSON_SLICE_NONE: there is none
 * @token: (out) (transfer full) (nullable): its value: x, t or s
 * @error: return location
 *
 * Finds the progress token of a request (basic/utilities/progress): a string or
 * an integer. A "_meta" that is null is taken as absent, because some clients write
 * members without a value that way.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: %FALSE when there is one of another kind
 */
gboolean
mcp_progress_token_find (McpJsonSlice params, McpJsonSlice *text, GVariant **token, GError **error)
{
  McpJsonSlice meta;

  *text = MCP_JSON_SLICE_NONE;
  *token = NULL;
  if (params.data == NULL || !mcp_json_find (params, "_meta", &meta) ||
      mcp_json_get_type (meta) == MCP_JSON_NULL)
    return TRUE;
  if (mcp_json_get_type (meta) != MCP_JSON_OBJECT)
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                           "“_meta” must be an object");
      return FALSE;
    }
  if (!mcp_json_find (meta, "progressToken", text))
    return TRUE;

  *token = read_token (*text);
  if (*token == NULL)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "“progressToken” must be an integer, or a string of up to %d bytes without NUL",
                   MAX_TOKEN_BYTES);
      return FALSE;
    }

  g_variant_ref_sink (*token);
  return TRUE;
}

/**
 * mcp_progress_token_check:
 * @token: (nullable): what a caller on the bus gave
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether it can be a progress token: x, t or a string of bounded length
 */
gboolean
mcp_progress_token_check (GVariant *token, GError **error)
{
  gsize length = 0;

  if (token == NULL || g_variant_is_of_type (token, G_VARIANT_TYPE_INT64) ||
      g_variant_is_of_type (token, G_VARIANT_TYPE_UINT64))
    return TRUE;
  if (g_variant_is_of_type (token, G_VARIANT_TYPE_STRING) &&
      g_variant_get_string (token, &length) != NULL && length <= MAX_TOKEN_BYTES)
    return TRUE;

  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               "A progress token is an integer, or a string of up to %d bytes", MAX_TOKEN_BYTES);
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-trace-context.h"

#include <string.h>

/* W3C Trace Context, "traceparent": version, trace-id, parent-id and flags, later versions longer.
 */
#define VERSION_LENGTH  2
#define TRACE_ID_LENGTH 32
#define MIN_LENGTH      55

static gboolean
is_trace_id (const char *text)
{
  return strspn (text, "0123456789abcdef") == TRACE_ID_LENGTH &&
         strspn (text, "0") < TRACE_ID_LENGTH;
}

/**
 * mcp_trace_context_dup_id:
 * @params: of a request
 *
 * Finds out which trace a request belongs to (2026-07-28, basic, "_meta"; W3C Trace Context).
 *
 * Returns: (transfer full) (nullable): the trace's id, 32 hex digits; %NULL where none is named
 */
char *
mcp_trace_context_dup_id (McpJsonSlice params)
{
  McpJsonSlice meta, value;
  g_autofree char *text = NULL;

  if (params.data == NULL || !mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta) ||
      !mcp_json_find_typed (meta, "traceparent", MCP_JSON_STRING, &value))
    return NULL;
  text = mcp_json_dup_string (value);
  if (text == NULL || strlen (text) < MIN_LENGTH || text[VERSION_LENGTH] != '-' ||
      !is_trace_id (text + VERSION_LENGTH + 1))
    return NULL;

  return g_strndup (text + VERSION_LENGTH + 1, TRACE_ID_LENGTH);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/history/mcp-call-filter.h"

#include "common/mcp-error.h"
#include "session/history/mcp-call-record.h"

#include <string.h>

/**
 * mcp_call_filter_new:
 *
 * Returns: (transfer full): one that asks for the newest calls of any kind
 */
McpCallFilter *
mcp_call_filter_new (void)
{
  McpCallFilter *self = g_new0 (McpCallFilter, 1);

  self->limit = MCP_CALL_FILTER_DEFAULT_LIMIT;
  return self;
}

/**
 * mcp_call_filter_copy:
 * @self: a filter
 *
 * Returns: (transfer full): one like it
 */
McpCallFilter *
mcp_call_filter_copy (const McpCallFilter *self)
{
  McpCallFilter *copy = g_memdup2 (self, sizeof *self);

  copy->tool = g_strdup (self->tool);
  return copy;
}

/**
 * mcp_call_filter_free:
 * @self: (transfer full): a filter
 */
void
mcp_call_filter_free (McpCallFilter *self)
{
  g_free (self->tool);
  g_free (self);
}

static gboolean
fail_invalid (GError **error, const char *problem)
{
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, problem);
  return FALSE;
}

static gboolean
set_limit (McpCallFilter *self, const char *value, GError **error)
{
  guint64 limit;

  if (!g_ascii_string_to_unsigned (value, 10, 1, MCP_CALL_FILTER_MAX_LIMIT, &limit, NULL))
    return fail_invalid (error, "“limit” must be a whole number from 1 to 1000");

  self->limit = (guint) limit;
  return TRUE;
}

/**
 * mcp_call_filter_set:
 * @self: a filter
 * @key: limit, before, tool or state; any text
 * @value: its value; any UTF-8
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, for a key that there is not too.
 *
 * Returns: whether the filter asks for that now
 */
gboolean
mcp_call_filter_set (McpCallFilter *self, const char *key, const char *value, GError **error)
{
  if (strcmp (key, "limit") == 0)
    return set_limit (self, value, error);
  if (strcmp (key, "before") == 0)
    return mcp_call_record_parse_id (value, &self->before) ||
           fail_invalid (error, "“before” must be the call_id of a call, as “next” gives it");
  if (strcmp (key, "tool") == 0)
    {
      g_free (self->tool);
      self->tool = g_strdup (value);
      return *value != '\0' || fail_invalid (error, "“tool” must be a tool’s name");
    }
  if (strcmp (key, "state") == 0)
    return (mcp_progress_state_from_string (value, &self->state) &&
            self->state != MCP_PROGRESS_STATE_UNKNOWN) ||
           fail_invalid (error, "“state” must be running, ok, error or cancelled");

  return fail_invalid (error, "There are only “limit”, “before”, “tool” and “state”");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-progress-report.h"

#include <math.h>

static gboolean
read_number (McpJsonSlice params, const char *key, double *number)
{
  McpJsonSlice value;

  return mcp_json_find_typed (params, key, MCP_JSON_NUMBER, &value) &&
         mcp_json_get_double (value, number) && isfinite (*number);
}

/**
 * mcp_progress_report_read:
 * @self: what was reported so far
 * @params: of a notifications/progress; borrowed
 *
 * Takes the next report. This is where it is judged, for watchers and callers alike.
 *
 * Returns: %FALSE for params without a finite number as “progress”: they change nothing
 */
gboolean
mcp_progress_report_read (McpProgressReport *self, McpJsonSlice params)
{
  double progress;

  if (mcp_json_get_type (params) != MCP_JSON_OBJECT || !read_number (params, "progress", &progress))
    return FALSE;

  self->params = params;
  self->progress = progress;
  self->has_total |= read_number (params, "total", &self->total);
  return TRUE;
}

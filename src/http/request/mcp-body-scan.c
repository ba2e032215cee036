/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-body-scan.h"

/**
 * mcp_body_scan_text:
 * @body: the body of a request
 * @limits: what it may hold
 * @root: (out): the value; it borrows the body
 * @error: return location
 *
 * Checks that the body is one JSON value within the limits. Any thread.
 *
 * Errors: those of mcp_json_scan().
 *
 * Returns: whether it is
 */
gboolean
mcp_body_scan_text (GBytes *body, const McpLimits *limits, McpJsonSlice *root, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (body, &length);

  return mcp_json_scan (text, length, limits->json_depth, limits->json_values,
                        MCP_JSON_SCAN_DEFAULT, root, error);
}

/**
 * mcp_body_scan_new:
 * @body: the body of a request
 * @limits: what it may hold
 *
 * For McpBodyFuncs. Any thread.
 *
 * Returns: (transfer full) (type McpBodyScan): what the scanner says of the body, which outlives it
 */
gpointer
mcp_body_scan_new (GBytes *body, const McpLimits *limits)
{
  McpBodyScan *self = g_new0 (McpBodyScan, 1);

  mcp_body_scan_text (body, limits, &self->root, &self->error);
  return self;
}

/**
 * mcp_body_scan_steal:
 * @self: what the scanner says of a body; nothing is left of it
 *
 * Returns: (transfer full): what @self was
 */
McpBodyScan *
mcp_body_scan_steal (McpBodyScan *self)
{
  McpBodyScan *scan = g_memdup2 (self, sizeof *self);

  *self = (McpBodyScan){ .root = MCP_JSON_SLICE_NONE };
  return scan;
}

/**
 * mcp_body_scan_free:
 * @data: (transfer full) (nullable) (type McpBodyScan): what mcp_body_scan_new() gave
 */
void
mcp_body_scan_free (gpointer data)
{
  McpBodyScan *self = data;

  if (self == NULL)
    return;
  g_clear_error (&self->error);
  g_free (self);
}

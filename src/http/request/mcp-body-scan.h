/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "common/mcp-limits.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpBodyScan:
 * @root: the value, which borrows the body
 * @error: (owned) (nullable): why the body is not one
 *
 * What the scanner says of a body.
 */
typedef struct
{
  McpJsonSlice root;
  GError *error;
} McpBodyScan;

gpointer mcp_body_scan_new (GBytes *body, const McpLimits *limits);
McpBodyScan *mcp_body_scan_steal (McpBodyScan *self);
void mcp_body_scan_free (gpointer data);
gboolean
mcp_body_scan_text (GBytes *body, const McpLimits *limits, McpJsonSlice *root, GError **error);

G_END_DECLS

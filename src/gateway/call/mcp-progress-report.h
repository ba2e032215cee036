/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

/**
 * McpProgressReport:
 * @params: of the notifications/progress as the server sent it, the provider's own token included;
 *   borrowed
 * @progress: as reported
 * @has_total: whether a total is known
 * @total: as last reported
 *
 * What a server reports of its progress with one request. All zeros at first.
 */
typedef struct
{
  McpJsonSlice params;
  double progress;
  gboolean has_total;
  double total;
} McpProgressReport;

gboolean mcp_progress_report_read (McpProgressReport *self, McpJsonSlice params);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How long a code is good for: what a browser takes to start on a busy machine. */
#define MCP_DASHBOARD_CODE_SECONDS 60

typedef struct _McpDashboardCodes McpDashboardCodes;

McpDashboardCodes *mcp_dashboard_codes_new (const char *owner_key);
void mcp_dashboard_codes_free (McpDashboardCodes *self);
char *mcp_dashboard_codes_issue (McpDashboardCodes *self, gint64 now_us, GError **error);
char *mcp_dashboard_codes_issue_address (McpDashboardCodes *self,
                                         guint16 port,
                                         gint64 now_us,
                                         GError **error);
const char *mcp_dashboard_codes_redeem (McpDashboardCodes *self,
                                        const char *code,
                                        gint64 now_us,
                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpDashboardCodes, mcp_dashboard_codes_free)

G_END_DECLS

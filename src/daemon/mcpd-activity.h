/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"
#include "http/server/mcp-http-server.h"

G_BEGIN_DECLS

/**
 * McpdActivity:
 *
 * What goes on in the daemon that its end would break off. Main context only.
 */
typedef struct _McpdActivity McpdActivity;

McpdActivity *mcpd_activity_new (McpGateway *gateway, McpHttpServer *http);
void mcpd_activity_free (McpdActivity *self);
gboolean mcpd_activity_look (McpdActivity *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdActivity, mcpd_activity_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-item-list.h"
#include "gateway/catalogue/mcp-tool-prints.h"
#include "protocol/mcp-revision.h"
#include "session/session/mcp-session.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

/**
 * McpItemView:
 *
 * All items of one kind of all servers, under their exposed names: a part of the
 * catalogue at one moment. Immutable.
 */
typedef struct _McpItemView McpItemView;

McpItemView *mcp_item_view_new (McpItemKind kind,
                                GPtrArray *configs,
                                McpItemList *const *lists,
                                McpToolPrints *prints);
void mcp_item_view_free (McpItemView *self);
gboolean mcp_item_view_equal (McpItemView *a, McpItemView *b);
gboolean mcp_item_view_find (McpItemView *self,
                             const char *exposed,
                             McpServerConfig **config,
                             const char **name,
                             McpJsonSlice *json);
McpServerConfig *mcp_item_view_find_template (McpItemView *self, const char *uri);
McpServerConfig *mcp_item_view_find_scheme (McpItemView *self, const char *uri, gboolean *several);
void
mcp_item_view_append (McpItemView *self, GString *out, McpSession *session, McpRevision revision);
guint mcp_item_view_count (McpItemView *self, const char *server_name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpItemView, mcp_item_view_free)

G_END_DECLS

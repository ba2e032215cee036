/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-item-view.h"

G_BEGIN_DECLS

/**
 * McpViewChanges:
 *
 * What clients see to be different between two states of the catalogue: those who see all servers,
 * and those who see one server alone, under its own names. Any thread, one at a time.
 */
typedef struct _McpViewChanges McpViewChanges;

McpViewChanges *mcp_view_changes_new (void);
void mcp_view_changes_free (McpViewChanges *self);
void mcp_view_changes_add (McpViewChanges *self, McpItemView *before, McpItemView *after);
gboolean mcp_view_changes_is_empty (McpViewChanges *self);
McpItemKinds mcp_view_changes_get (McpViewChanges *self, const char *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpViewChanges, mcp_view_changes_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/bridge/mcp-cli-bridge-item.h"

G_BEGIN_DECLS

typedef struct _McpCliOutbox McpCliOutbox;

McpCliOutbox *mcp_cli_outbox_new (void);
void mcp_cli_outbox_free (McpCliOutbox *self);
void mcp_cli_outbox_add (McpCliOutbox *self, McpCliBridgeItem *item);
void mcp_cli_outbox_return (McpCliOutbox *self, McpCliBridgeItem *item);
McpCliBridgeItem *mcp_cli_outbox_begin_next (McpCliOutbox *self);
gboolean mcp_cli_outbox_note_sent (McpCliOutbox *self, McpCliBridgeItem *item);
void mcp_cli_outbox_requeue (McpCliOutbox *self, McpCliBridgeItem *item);
McpCliBridgeItem *mcp_cli_outbox_steal (McpCliOutbox *self, McpCliBridgeItem *item);
void mcp_cli_outbox_remove (McpCliOutbox *self, McpCliBridgeItem *item);
void mcp_cli_outbox_remove_responses (McpCliOutbox *self);
void mcp_cli_outbox_lose_streams (McpCliOutbox *self);
McpCliBridgeItem *mcp_cli_outbox_steal_queued (McpCliOutbox *self);
gboolean mcp_cli_outbox_remove_queued (McpCliOutbox *self, McpJsonSlice id);
McpCliBridgeItem *mcp_cli_outbox_find_in_flight (McpCliOutbox *self, McpJsonSlice id);
gboolean mcp_cli_outbox_is_done (McpCliOutbox *self);
void mcp_cli_outbox_forget_sending (McpCliOutbox *self);
void mcp_cli_outbox_clear_in_flight (McpCliOutbox *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliOutbox, mcp_cli_outbox_free)

G_END_DECLS

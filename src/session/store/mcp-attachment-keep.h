/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-attachment-record.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpAttachmentKeep:
 *
 * Keeps the MCP clients of sessions in the database, so that a client need not initialize again
 * when the daemon was restarted. Main context only.
 */
#define MCP_TYPE_ATTACHMENT_KEEP (mcp_attachment_keep_get_type ())
G_DECLARE_FINAL_TYPE (McpAttachmentKeep, mcp_attachment_keep, MCP, ATTACHMENT_KEEP, GObject)

McpAttachmentKeep *
mcp_attachment_keep_new (McpSessionStore *store, McpSessionDb *db, GError **error);
void mcp_attachment_keep_save (McpAttachmentKeep *self,
                               const char *attachment_id,
                               const McpAttachmentRecord *record);
void mcp_attachment_keep_forget (McpAttachmentKeep *self, const char *attachment_id);
const McpAttachmentRecord *mcp_attachment_keep_lookup (McpAttachmentKeep *self,
                                                       const char *attachment_id);

G_END_DECLS

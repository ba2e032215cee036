/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-attachment.h"

G_BEGIN_DECLS

/**
 * McpAttachmentTable:
 *
 * All attachments of a gateway, by id and by session.
 */
typedef struct _McpAttachmentTable McpAttachmentTable;

McpAttachmentTable *mcp_attachment_table_new (void);
void mcp_attachment_table_free (McpAttachmentTable *self);
void mcp_attachment_table_add (McpAttachmentTable *self, McpAttachment *attachment);
void mcp_attachment_table_remove (McpAttachmentTable *self, McpAttachment *attachment);
McpAttachment *mcp_attachment_table_lookup (McpAttachmentTable *self, const char *attachment_id);
McpAttachment *mcp_attachment_table_get_default (McpAttachmentTable *self,
                                                 const char *session_id,
                                                 const char *server);
guint mcp_attachment_table_count (McpAttachmentTable *self, const char *session_id);
guint mcp_attachment_table_count_all (McpAttachmentTable *self);
void mcp_attachment_table_foreach (McpAttachmentTable *self,
                                   const char *session_id,
                                   GFunc func,
                                   gpointer user_data);
McpAttachment *mcp_attachment_table_find_unused (McpAttachmentTable *self,
                                                 const char *session_id,
                                                 gint64 before_us);
GPtrArray *mcp_attachment_table_drop_session (McpAttachmentTable *self, const char *session_id);
GPtrArray *mcp_attachment_table_drop_all (McpAttachmentTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpAttachmentTable, mcp_attachment_table_free)

G_END_DECLS

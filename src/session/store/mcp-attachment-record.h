/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-session-db.h"
#include "session/session/mcp-token.h"

G_BEGIN_DECLS

/**
 * McpAttachmentRecord:
 * @id_hash: of the client's Mcp-Session-Id, which is the credential where its session has no token
 * @session_id: (owned): the session of the client
 * @server: (owned) (nullable): name of the only server that the client reaches; %NULL: all
 * @revision: (owned): the revision of MCP that was settled
 * @client: (owned) (nullable): what the client calls itself
 * @capabilities: (owned) (nullable): what the client can do, a JSON object
 * @log_level: (owned) (nullable): the least log level that the client wants to hear
 * @subscriptions: (owned) (nullable) (array zero-terminated=1): URIs of resources
 * @event_mark: no event of the client's streams has a higher id
 * @last_used_at: us since 1970 UTC
 *
 * An MCP client of a session as it is kept in the database.
 */
typedef struct
{
  McpTokenHash id_hash;
  char *session_id;
  char *server;
  char *revision;
  char *client;
  char *capabilities;
  char *log_level;
  char **subscriptions;
  guint64 event_mark;
  gint64 last_used_at;
} McpAttachmentRecord;

McpAttachmentRecord *mcp_attachment_record_copy (const McpAttachmentRecord *self);
void mcp_attachment_record_free (McpAttachmentRecord *self);
gboolean mcp_attachment_record_is_valid (const McpAttachmentRecord *self);

/* What McpAttachmentKeep asks of the database: each an McpDbWork, with the type of its data. */
gboolean mcp_attachment_record_load_all (McpSql *sql, gpointer records, GError **error);
gboolean mcp_attachment_record_write (McpSql *sql, gpointer record, GError **error);
gboolean mcp_attachment_record_delete (McpSql *sql, gpointer id_hash, GError **error);
gboolean mcp_attachment_record_delete_of (McpSql *sql, gpointer session_id, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpAttachmentRecord, mcp_attachment_record_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/session/mcp-session.h"
#include "session/session/mcp-token.h"

G_BEGIN_DECLS

/**
 * McpSessionTable:
 *
 * The sessions that there are, found by their id or by their token. Main context only.
 */
typedef struct _McpSessionTable McpSessionTable;

McpSessionTable *mcp_session_table_new (void);
void mcp_session_table_free (McpSessionTable *self);
void mcp_session_table_add (McpSessionTable *self, McpSession *session);
void mcp_session_table_remove (McpSessionTable *self, McpSession *session);
void mcp_session_table_remove_all (McpSessionTable *self);
guint mcp_session_table_get_size (McpSessionTable *self);
McpSession *mcp_session_table_lookup (McpSessionTable *self, const char *session_id);
McpSession *mcp_session_table_authenticate (McpSessionTable *self,
                                            const char *session_id,
                                            const char *token,
                                            GError **error);
McpSession *mcp_session_table_find_by_token_hash (McpSessionTable *self,
                                                  const McpTokenHash *token_hash);
char *mcp_session_table_renew_token (McpSessionTable *self, McpSession *session, GError **error);
GPtrArray *mcp_session_table_list (McpSessionTable *self);

G_END_DECLS

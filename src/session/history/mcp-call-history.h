/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-session-db.h"
#include "session/history/mcp-call-filter.h"
#include "session/history/mcp-call-record.h"

G_BEGIN_DECLS

/**
 * McpCallHistory:
 *
 * The calls that were made, and their numbers, which are never given out twice,
 * not even over a crash. Main context only.
 */
#define MCP_TYPE_CALL_HISTORY (mcp_call_history_get_type ())
G_DECLARE_FINAL_TYPE (McpCallHistory, mcp_call_history, MCP, CALL_HISTORY, GObject)

#define MCP_CALL_HISTORY_DEFAULT_DAYS      30
#define MCP_CALL_HISTORY_DEFAULT_MAX_CALLS 100000

McpCallHistory *mcp_call_history_new (McpSessionDb *db, GError **error);
void mcp_call_history_set_limits (McpCallHistory *self, guint days, guint max_calls);
char *mcp_call_history_next_id (McpCallHistory *self);
McpCallRecord *mcp_call_history_begin (McpCallHistory *self,
                                       const char *call_id,
                                       const char *session_id,
                                       const char *tool,
                                       const char *provider,
                                       const char *client);
void mcp_call_history_note_consent (McpCallHistory *self,
                                    McpCallRecord *record,
                                    const char *consent,
                                    const char *consent_by);
void mcp_call_history_end (McpCallHistory *self,
                           McpCallRecord *record,
                           McpProgressState state,
                           const char *error_text);
void mcp_call_history_query_async (McpCallHistory *self,
                                   const char *session_id,
                                   const McpCallFilter *filter,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
void mcp_call_history_find_async (McpCallHistory *self,
                                  const char *call_id,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GBytes *mcp_call_history_query_finish (McpCallHistory *self, GAsyncResult *result, GError **error);
void mcp_call_history_trim (McpCallHistory *self);

/* For McpSessionPersist. */
gint64 mcp_call_history_get_mark (McpCallHistory *self);
void mcp_call_history_flush (McpCallHistory *self);

G_END_DECLS

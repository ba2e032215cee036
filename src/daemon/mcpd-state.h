/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/history/mcp-call-history.h"
#include "session/store/mcp-attachment-keep.h"
#include "session/store/mcp-grant-keep.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpdState:
 *
 * What the daemon remembers: the database, with the sessions and the calls in
 * it. Main context only.
 */
#define MCPD_TYPE_STATE (mcpd_state_get_type ())
G_DECLARE_FINAL_TYPE (McpdState, mcpd_state, MCPD, STATE, GObject)

McpdState *mcpd_state_open (McpSessionStore *store, const char *state_home);
char *mcpd_state_build_path (McpdState *self, const char *name);
void mcpd_state_append_json (McpdState *self, GString *json);
McpCallHistory *mcpd_state_get_history (McpdState *self);
McpAttachmentKeep *mcpd_state_get_attachments (McpdState *self);
McpGrantKeep *mcpd_state_get_grants (McpdState *self);
void mcpd_state_flush_async (McpdState *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean mcpd_state_flush_finish (McpdState *self, GAsyncResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define MCP_TYPE_PROGRESS (mcp_progress_get_type ())

/**
 * McpProgress:
 *
 * One progress event: how far something is. Immutable and reference-counted; any thread.
 */
typedef struct _McpProgress McpProgress;

/**
 * McpProgressCallback:
 * @progress: an event of the call
 * @user_data: as given to [method@McpSession.DaemonSession.call_tool_async]
 *
 * Shows how far a call is.
 */
typedef void (*McpProgressCallback) (McpProgress *progress, gpointer user_data);

GType mcp_progress_get_type (void);
McpProgress *mcp_progress_new (double progress, double total, const char *message);
McpProgress *mcp_progress_new_from_variant (GVariant *dictionary);
McpProgress *mcp_progress_ref (McpProgress *self);
void mcp_progress_unref (McpProgress *self);
double mcp_progress_get_progress (McpProgress *self);
double mcp_progress_get_total (McpProgress *self);
double mcp_progress_get_fraction (McpProgress *self);
const char *mcp_progress_get_message (McpProgress *self);
const char *mcp_progress_get_tool (McpProgress *self);
const char *mcp_progress_get_call_id (McpProgress *self);
const char *mcp_progress_get_state (McpProgress *self);
const char *mcp_progress_get_timestamp (McpProgress *self);
char *mcp_progress_dup_token (McpProgress *self);
gboolean mcp_progress_is_end (McpProgress *self);
GVariant *mcp_progress_to_variant (McpProgress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpProgress, mcp_progress_unref)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-progress-state.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define MCP_TYPE_PROGRESS_EVENT (mcp_progress_event_get_type ())

typedef struct _McpProgressEvent McpProgressEvent;

/**
 * McpProgressFields:
 * @token: (nullable): integer (x or t) or string (s); %NULL means integer 0
 * @progress: finite
 * @has_total: whether @total is known
 * @total: finite
 * @message: (nullable): valid UTF-8
 * @tool: (nullable): valid UTF-8
 * @call_id: (nullable): valid UTF-8
 * @state: or %MCP_PROGRESS_STATE_UNKNOWN
 *
 * What a publisher says; borrowed for the length of the call it is given to.
 */
typedef struct
{
  GVariant *token;
  double progress;
  gboolean has_total;
  double total;
  const char *message;
  const char *tool;
  const char *call_id;
  McpProgressState state;
} McpProgressFields;

GType mcp_progress_event_get_type (void);
McpProgressEvent *mcp_progress_event_new (const McpProgressFields *fields,
                                          const char *session_id,
                                          guint64 sequence,
                                          gint64 real_us);
McpProgressEvent *mcp_progress_event_ref (McpProgressEvent *self);
void mcp_progress_event_unref (McpProgressEvent *self);
const char *mcp_progress_event_get_session_id (McpProgressEvent *self);
guint64 mcp_progress_event_get_sequence (McpProgressEvent *self);
GVariant *mcp_progress_event_get_token (McpProgressEvent *self);
double mcp_progress_event_get_progress (McpProgressEvent *self);
gboolean mcp_progress_event_get_total (McpProgressEvent *self, double *total);
const char *mcp_progress_event_get_message (McpProgressEvent *self);
const char *mcp_progress_event_get_tool (McpProgressEvent *self);
const char *mcp_progress_event_get_call_id (McpProgressEvent *self);
McpProgressState mcp_progress_event_get_state (McpProgressEvent *self);
const char *mcp_progress_event_get_timestamp (McpProgressEvent *self);
GBytes *mcp_progress_event_get_json (McpProgressEvent *self);
gsize mcp_progress_event_get_size (McpProgressEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpProgressEvent, mcp_progress_event_unref)

G_END_DECLS

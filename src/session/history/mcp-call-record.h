/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-progress-event.h"

G_BEGIN_DECLS

/**
 * McpCallRecord:
 * @number: of the call; no other call ever gets the number; the call's id is made of it
 * @session_id: (owned): the session in which it was made
 * @session_label: (owned) (nullable): label of that session; known in answers only
 * @tool: (owned): the tool's exposed name
 * @provider: (owned): the server's name
 * @client: (owned) (nullable): name of the client that called
 * @started_at: in µs since 1970 UTC
 * @started_us: likewise, of the clock that is never set; not kept
 * @duration_ms: < 0: it runs, or nobody knows
 * @state: %MCP_PROGRESS_STATE_RUNNING until its end
 * @error: (owned) (nullable): why it failed
 * @consent: (owned) (nullable): what became of the question to the owner: “asked” while it waits,
 *   then “once”, “session”, “deny”, “timeout” or “withdrawn”; %NULL: the owner was not asked
 * @consent_by: (owned) (nullable): the way by which the owner answered
 * @is_due: of the history: whether the record has changed since it was written
 * @ref_count: private
 *
 * A call as the history keeps it.
 */
typedef struct
{
  gint64 number;
  char *session_id;
  char *session_label;
  char *tool;
  char *provider;
  char *client;
  gint64 started_at;
  gint64 started_us;
  gint64 duration_ms;
  McpProgressState state;
  char *error;
  char *consent;
  char *consent_by;
  gboolean is_due;
  grefcount ref_count;
} McpCallRecord;

McpCallRecord *mcp_call_record_new (void);
McpCallRecord *mcp_call_record_copy (const McpCallRecord *self);
McpCallRecord *mcp_call_record_ref (McpCallRecord *self);
void mcp_call_record_unref (McpCallRecord *self);
void mcp_call_record_append_json (const McpCallRecord *self, gboolean with_session, GString *json);

char *mcp_call_record_format_id (gint64 number);
gboolean mcp_call_record_parse_id (const char *call_id, gint64 *number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCallRecord, mcp_call_record_unref)

G_END_DECLS

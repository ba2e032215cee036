/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/session/mcp-session.h"
#include "session/session/mcp-token.h"

G_BEGIN_DECLS

/**
 * McpSessionRecord:
 * @id: (owned): of the session
 * @cwd: (owned): its working directory
 * @label: (owned) (nullable): for people
 * @allowed_tools: (owned) (nullable): globs; %NULL: everything
 * @idle_seconds: 0: never ends by itself
 * @has_token: whether anybody holds a token
 * @token_hash: of the token, if so
 * @is_client_made: made for an MCP client that asked for none
 * @ambient_client: (owned) (nullable): whose ambient session it is
 * @created_at: in µs since 1970 UTC
 * @last_active_at: likewise
 * @boot_id: (owned) (nullable): of the boot in which @processes run
 * @processes: (owned) (nullable): the processes with which the session ends, as JSON
 * @sequence_mark: no event of it has a higher number
 *
 * A session as it is kept in the database.
 */
typedef struct
{
  char *id;
  char *cwd;
  char *label;
  char **allowed_tools;
  guint idle_seconds;
  gboolean has_token;
  McpTokenHash token_hash;
  gboolean is_client_made;
  char *ambient_client;
  gint64 created_at;
  gint64 last_active_at;
  char *boot_id;
  char *processes;
  guint64 sequence_mark;
} McpSessionRecord;

McpSessionRecord *mcp_session_record_new (McpSession *session, guint64 sequence_mark);
void mcp_session_record_free (McpSessionRecord *self);
char *mcp_session_record_dup_tools_json (const McpSessionRecord *self);
gboolean mcp_session_record_parse_tools_json (McpSessionRecord *self, const char *json);
gboolean mcp_session_record_is_valid (const McpSessionRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSessionRecord, mcp_session_record_free)

G_END_DECLS

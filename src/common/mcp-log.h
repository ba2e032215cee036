/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Fields of the journal, docs/settings.md. */
#define MCP_LOG_FIELD_SESSION  "MCP_SESSION"
#define MCP_LOG_FIELD_CALL     "MCP_CALL"
#define MCP_LOG_FIELD_PROVIDER "MCP_PROVIDER"
#define MCP_LOG_FIELD_TRACE    "MCP_TRACE"

/**
 * McpLogSubject:
 * @session: (nullable): a session's id
 * @call: (nullable): a call's id
 * @provider: (nullable): a server's name
 * @trace: (nullable): the id of a W3C trace
 *
 * What a line of the log is about, for those who look for one session's, call's or server's.
 */
typedef struct
{
  const char *session;
  const char *call;
  const char *provider;
  const char *trace;
} McpLogSubject;

void mcp_log_drop_info (void);
void mcp_log (GLogLevelFlags level, const McpLogSubject *subject, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS

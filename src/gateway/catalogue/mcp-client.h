/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "protocol/mcp-revision.h"
#include "session/session/mcp-session.h"

G_BEGIN_DECLS

/**
 * McpClient:
 * @session: (owned): the session that the client works in
 * @server: (nullable): name of the only server that the client reaches, under the server's own
 * names; %NULL: the client reaches all servers
 * @revision: the revision of MCP that the client speaks; %MCP_REVISION_UNKNOWN: the client speaks
 *   no MCP, and cannot be asked anything
 * @name: (nullable): what the client calls itself
 * @capabilities: JSON object: what the client says it can do
 * @log_level: (nullable): the least log level that the client wants to hear
 * @param_headers: (nullable): lower-case name without “Mcp-Param-” -> value, decoded: the arguments
 *   that came as HTTP headers as well
 *
 * The facts about a client, as they were when a request came in. They are handed along with the
 * request through all rooms of the gateway. Immutable and counted: where a fact changes, the
 * attachment takes a new #McpClient, and requests in flight keep the one they have. The fields are
 * to be read only. Main context only.
 */
typedef struct
{
  grefcount ref_count;
  McpSession *session;
  char *server;
  McpRevision revision;
  char *name;
  char *capabilities;
  char *log_level;
  GHashTable *param_headers;
} McpClient;

McpClient *mcp_client_new (McpSession *session, McpRevision revision, const char *name);
McpClient *mcp_client_ref (McpClient *self);
void mcp_client_unref (McpClient *self);
McpClient *mcp_client_with_facts (McpClient *self,
                                  McpRevision revision,
                                  const char *name,
                                  McpJsonSlice capabilities);
McpClient *mcp_client_with_server (McpClient *self, const char *server);
McpClient *mcp_client_with_log_level (McpClient *self, const char *log_level);
McpClient *mcp_client_with_param_headers (McpClient *self, GHashTable *param_headers);
gboolean mcp_client_is_stateless (McpClient *self);
gboolean mcp_client_can_be_asked (McpClient *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpClient, mcp_client_unref)

G_END_DECLS

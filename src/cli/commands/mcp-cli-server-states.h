/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"
#include "common/mcp-json.h"

G_BEGIN_DECLS

typedef struct _McpCliServerStates McpCliServerStates;

McpCliServerStates *mcp_cli_server_states_fetch (McpCliConnection *connection);
void mcp_cli_server_states_free (McpCliServerStates *self);
McpJsonSlice mcp_cli_server_states_get_all (McpCliServerStates *self);
gboolean
mcp_cli_server_states_find (McpCliServerStates *self, const char *name, McpJsonSlice *server);

void mcp_cli_server_states_set_error (McpCliConnection *connection,
                                      const char *name,
                                      GError *cause,
                                      GError **error);
gboolean mcp_cli_server_states_is_left_out (McpJsonSlice server);
char *mcp_cli_server_states_dup_reason (McpJsonSlice server);
gboolean mcp_cli_server_states_is_beginning (McpJsonSlice server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliServerStates, mcp_cli_server_states_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"
#include "common/mcp-json.h"

G_BEGIN_DECLS

GBytes *mcp_cli_consent_list (McpCliConnection *connection, GError **error);
gboolean mcp_cli_consent_find (GBytes *list, GPtrArray *passed, McpJsonSlice *question);
gboolean mcp_cli_consent_has (GBytes *list, const char *id);
void mcp_cli_consent_print (McpJsonSlice question);
gboolean mcp_cli_consent_print_all (GBytes *list, GError **error);
gboolean mcp_cli_consent_answer (McpCliConnection *connection,
                                 const char *id,
                                 const char *answer,
                                 GError **error);

G_END_DECLS

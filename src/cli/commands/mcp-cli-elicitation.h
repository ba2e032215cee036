/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a command says that it can do, in `initialize`. */
#define MCP_CLI_ELICITATION_CAPABILITIES "{\"elicitation\":{\"form\":{},\"url\":{}}}"

char *mcp_cli_elicitation_ask (McpJsonSlice params, GCancellable *cancellable);

G_END_DECLS

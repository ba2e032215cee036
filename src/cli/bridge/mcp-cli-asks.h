/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _McpCliAsks McpCliAsks;

McpCliAsks *mcp_cli_asks_new (void);
void mcp_cli_asks_free (McpCliAsks *self);
GBytes *mcp_cli_asks_pass_request (McpCliAsks *self, GBytes *text, McpJsonSlice root);
GBytes *mcp_cli_asks_pass_answer (McpCliAsks *self, GBytes *text);
GPtrArray *mcp_cli_asks_renew (McpCliAsks *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliAsks, mcp_cli_asks_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean
mcp_progress_token_find (McpJsonSlice params, McpJsonSlice *text, GVariant **token, GError **error);
gboolean mcp_progress_token_check (GVariant *token, GError **error);

G_END_DECLS

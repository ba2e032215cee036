/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <glib.h>

G_BEGIN_DECLS

gboolean mcp_schema_check (McpJsonSlice schema, McpJsonSlice value, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

char *mcp_roots_build (const char *cwd, McpJsonSlice others);

G_END_DECLS

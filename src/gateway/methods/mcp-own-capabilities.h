/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "protocol/mcp-revision.h"

G_BEGIN_DECLS

char *mcp_own_capabilities_build (McpJsonSlice capabilities, McpRevision revision);

G_END_DECLS

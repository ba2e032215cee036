/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

char *mcp_task_id_expose (McpJsonSlice result, const char *server, char **exposed);
char *mcp_task_id_split (const char *exposed, char **own_id);

G_END_DECLS

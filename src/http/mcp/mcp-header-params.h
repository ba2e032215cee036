/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

GHashTable *mcp_header_params_new (void);
gboolean mcp_header_params_add (GHashTable *params, const char *name, const char *value);
GHashTable *mcp_header_params_collect (McpHttpRequest *http);

G_END_DECLS

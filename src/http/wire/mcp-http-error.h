/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Content type of every error body. */
#define MCP_HTTP_ERROR_CONTENT_TYPE "application/json"

const char *mcp_http_error_get_code (guint status);
const char *mcp_http_error_get_reason (guint status);
guint mcp_http_error_get_status (const GError *error);
GBytes *mcp_http_error_build_body (guint status, const char *message);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-error-codes.h"

#include <glib.h>

G_BEGIN_DECLS

int mcp_rpc_error_code (const GError *error);
char *mcp_rpc_error_build_data (const char *server);
guint mcp_rpc_error_http_status (int code, gboolean is_refusal);

G_END_DECLS

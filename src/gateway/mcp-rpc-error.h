/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* MCP 2026-07-28, basic/index, "Error Codes"; MCP 2025-11-25, server/resources and
 * client/elicitation. */
typedef enum
{
  MCP_ERROR_CODE_HEADER_MISMATCH = -32020,
  MCP_ERROR_CODE_MISSING_CAPABILITY = -32021,
  MCP_ERROR_CODE_UNSUPPORTED_VERSION = -32022,
  MCP_ERROR_CODE_RESOURCE_NOT_FOUND = -32002,
  MCP_ERROR_CODE_URL_ELICITATION_REQUIRED = -32042,
} McpErrorCode;

int mcp_rpc_error_code (const GError *error);

G_END_DECLS

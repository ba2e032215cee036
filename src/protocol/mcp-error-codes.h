/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * McpErrorCode:
 * @MCP_ERROR_CODE_HEADER_MISMATCH: 2026-07-28, basic/index, "Error Codes"
 * @MCP_ERROR_CODE_MISSING_CAPABILITY: the same
 * @MCP_ERROR_CODE_UNSUPPORTED_VERSION: the same; clients of older revisions see an unknown code
 * @MCP_ERROR_CODE_RESOURCE_NOT_FOUND: before 2026-07-28, server/resources, "Error Handling"
 * @MCP_ERROR_CODE_URL_ELICITATION_REQUIRED: 2025-11-25, client/elicitation, "URL Elicitation
 *   Required Error"
 *
 * What MCP adds to the codes of JSON-RPC.
 */
typedef enum
{
  MCP_ERROR_CODE_HEADER_MISMATCH = -32020,
  MCP_ERROR_CODE_MISSING_CAPABILITY = -32021,
  MCP_ERROR_CODE_UNSUPPORTED_VERSION = -32022,
  MCP_ERROR_CODE_RESOURCE_NOT_FOUND = -32002,
  MCP_ERROR_CODE_URL_ELICITATION_REQUIRED = -32042,
} McpErrorCode;

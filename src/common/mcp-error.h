/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpError:
 * @MCP_ERROR_INVALID_ARGUMENTS: a value from outside is malformed or out of range
 * @MCP_ERROR_NOT_FOUND: the thing named does not exist
 * @MCP_ERROR_AUTHENTICATION_FAILED: a token is missing, wrong, or another session's
 * @MCP_ERROR_LIMIT_EXCEEDED: a limit of the daemon was reached
 * @MCP_ERROR_PROVIDER_FAILED: an upstream server broke, timed out or could not be started
 * @MCP_ERROR_CANCELLED: the caller withdrew the call
 * @MCP_ERROR_CLOSED: the session or attachment ended meanwhile
 *
 * The one error domain that leaves the daemon. On the bus each is
 * org.mcpsessiond.Error.<Name>.
 */
typedef enum
{
  MCP_ERROR_INVALID_ARGUMENTS,
  MCP_ERROR_NOT_FOUND,
  MCP_ERROR_AUTHENTICATION_FAILED,
  MCP_ERROR_LIMIT_EXCEEDED,
  MCP_ERROR_PROVIDER_FAILED,
  MCP_ERROR_CANCELLED,
  MCP_ERROR_CLOSED,
} McpError;

#define MCP_N_ERRORS (MCP_ERROR_CLOSED + 1)
#define MCP_ERROR    (mcp_error_quark ())

GQuark mcp_error_quark (void);

G_END_DECLS

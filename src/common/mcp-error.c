/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"

static const GDBusErrorEntry mcp_error_entries[] = {
  { MCP_ERROR_INVALID_ARGUMENTS, "org.mcpsessiond.Error.InvalidArguments" },
  { MCP_ERROR_NOT_FOUND, "org.mcpsessiond.Error.NotFound" },
  { MCP_ERROR_AUTHENTICATION_FAILED, "org.mcpsessiond.Error.AuthenticationFailed" },
  { MCP_ERROR_LIMIT_EXCEEDED, "org.mcpsessiond.Error.LimitExceeded" },
  { MCP_ERROR_PROVIDER_FAILED, "org.mcpsessiond.Error.ProviderFailed" },
  { MCP_ERROR_CANCELLED, "org.mcpsessiond.Error.Cancelled" },
  { MCP_ERROR_CLOSED, "org.mcpsessiond.Error.Closed" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (mcp_error_entries) == MCP_N_ERRORS);

/**
 * mcp_error_quark:
 *
 * The domain of #McpError; the first call registers its D-Bus names. Any thread.
 *
 * Returns: the error domain
 */
GQuark
mcp_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("mcp-error-quark", &quark, mcp_error_entries,
                                      G_N_ELEMENTS (mcp_error_entries));
  return (GQuark) quark;
}

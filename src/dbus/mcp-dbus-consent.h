/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"
#include "mcp-gen.h"

G_BEGIN_DECLS

/**
 * McpDbusConsent:
 *
 * The interface org.mcpsessiond.Consent1: the questions to the owner. Main context only.
 */
#define MCP_TYPE_DBUS_CONSENT (mcp_dbus_consent_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusConsent, mcp_dbus_consent, MCP, DBUS_CONSENT, McpGenConsent1Skeleton)

McpDbusConsent *mcp_dbus_consent_new (McpGateway *gateway);

G_END_DECLS

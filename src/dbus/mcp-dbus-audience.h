/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpDbusAudience:
 *
 * Asks the bus whether anybody can receive the daemon's progress signals: a connection with a match
 * rule that fits, or a monitor. Nobody tells the daemon of match rules; but what the bus answers
 * holds for all rules whose AddMatch had returned when the question was sent.
 */
#define MCP_TYPE_DBUS_AUDIENCE (mcp_dbus_audience_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusAudience, mcp_dbus_audience, MCP, DBUS_AUDIENCE, GObject)

/**
 * McpDbusAudienceFunc:
 * @is_empty: whether nobody could receive what was said before the question; %FALSE also if the bus
 *   does not tell
 */
typedef void (*McpDbusAudienceFunc) (gboolean is_empty, gpointer user_data);

McpDbusAudience *
mcp_dbus_audience_new (GDBusConnection *connection, McpDbusAudienceFunc func, gpointer user_data);
void mcp_dbus_audience_close (McpDbusAudience *self);
gboolean mcp_dbus_audience_ask (McpDbusAudience *self);
gboolean mcp_dbus_audience_is_asking (McpDbusAudience *self);
gboolean mcp_dbus_audience_rule_fits (const char *rule, const char *own_name);

G_END_DECLS

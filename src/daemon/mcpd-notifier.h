/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "daemon/mcpd-bus.h"
#include "daemon/mcpd-settings.h"
#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

/**
 * McpdNotifier:
 *
 * Notifications of the desktop: the questions to the owner with a button for each answer, and what
 * else the owner wants to hear. Main context only.
 */
#define MCPD_TYPE_NOTIFIER (mcpd_notifier_get_type ())
G_DECLARE_FINAL_TYPE (McpdNotifier, mcpd_notifier, MCPD, NOTIFIER, GObject)

McpdNotifier *mcpd_notifier_new (McpGateway *gateway, McpdBus *bus);
void mcpd_notifier_set (McpdNotifier *self, const McpdNotifications *settings);
void mcpd_notifier_joined (McpdNotifier *self);
void mcpd_notifier_left (McpdNotifier *self);
void mcpd_notifier_answered (McpdNotifier *self, const char *secret);
void mcpd_notifier_login_needed (McpdNotifier *self, const char *server);

G_END_DECLS

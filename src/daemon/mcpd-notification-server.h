/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpdNotificationServer:
 *
 * Whether somebody on the bus shows notifications, and how that one takes their texts. Main context
 * only.
 */
typedef struct _McpdNotificationServer McpdNotificationServer;

/**
 * McpdNotificationServerFunc:
 *
 * Called when there is a server, and was none before.
 */
typedef void (*McpdNotificationServerFunc) (gpointer user_data);

McpdNotificationServer *mcpd_notification_server_new (GDBusConnection *connection,
                                                      McpdNotificationServerFunc came,
                                                      gpointer user_data);
void mcpd_notification_server_free (McpdNotificationServer *self);
gboolean mcpd_notification_server_is_there (McpdNotificationServer *self);
gboolean mcpd_notification_server_is_plain (McpdNotificationServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdNotificationServer, mcpd_notification_server_free)

G_END_DECLS

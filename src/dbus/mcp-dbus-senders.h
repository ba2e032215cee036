/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void mcp_dbus_senders_set_max (GDBusConnection *connection, guint max_calls);
gboolean mcp_dbus_senders_admit (GDBusMethodInvocation *invocation);

G_END_DECLS

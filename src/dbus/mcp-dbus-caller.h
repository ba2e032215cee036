/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

void mcp_dbus_caller_lookup_async (GDBusMethodInvocation *invocation,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
pid_t mcp_dbus_caller_lookup_finish (GDBusMethodInvocation *invocation, GAsyncResult *result);

G_END_DECLS

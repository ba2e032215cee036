/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void mcp_dbus_reply_error (GDBusMethodInvocation *invocation, const GError *error);

void mcp_dbus_reply_json (GDBusMethodInvocation *invocation, GBytes *json);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-progress-event.h"
#include "session/session/mcp-session.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_dbus_event_parse (GVariant *dict, McpProgressFields *fields, GError **error);
void mcp_dbus_event_clear (McpProgressFields *fields);
GVariant *mcp_dbus_event_build (McpProgressEvent *event);

gboolean mcp_dbus_event_publish (McpSession *session, GVariant *dict, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-peer.h"

#include <gio/gio.h>

G_BEGIN_DECLS

void mcp_bus_peer_ask_async (GDBusConnection *connection,
                             const char *name,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
McpServerPeer *mcp_bus_peer_ask_finish (GAsyncResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GDBusNodeInfo *mcp_bus_description_read (GVariant *reply, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "daemon/mcpd-desktop.h"
#include "daemon/mcpd-inotify.h"

G_BEGIN_DECLS

/**
 * McpdBus:
 *
 * The session bus as the daemon needs it: joined at the start, and joined again when it was away.
 * Main context only.
 */
#define MCPD_TYPE_BUS (mcpd_bus_get_type ())
G_DECLARE_FINAL_TYPE (McpdBus, mcpd_bus, MCPD, BUS, GObject)

McpdBus *mcpd_bus_new (McpdInotify *inotify, const McpdDesktopFuncs *funcs, gpointer user_data);
gboolean mcpd_bus_join (McpdBus *self, GError **error);
void mcpd_bus_prepared (McpdBus *self);
void mcpd_bus_flush_async (McpdBus *self, GAsyncReadyCallback callback, gpointer user_data);
void mcpd_bus_flush_finish (McpdBus *self, GAsyncResult *result);
void mcpd_bus_leave (McpdBus *self);
GApplication *mcpd_bus_get_application (McpdBus *self);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpdNameWatchFunc:
 * @has_owner: whether somebody has the name now
 *
 * Called once the bus has answered, and with each new owner.
 */
typedef void (*McpdNameWatchFunc) (gboolean has_owner, gpointer user_data);

/**
 * McpdNameWatch:
 *
 * Follows who has a name on the bus. Other than g_bus_watch_name(), it makes GLib complain of
 * nothing when the bus has just gone, and tells of an owner that takes over from another. Main
 * context only.
 */
typedef struct _McpdNameWatch McpdNameWatch;

McpdNameWatch *mcpd_name_watch_new (GDBusConnection *connection,
                                    const char *name,
                                    McpdNameWatchFunc func,
                                    gpointer user_data);
void mcpd_name_watch_free (McpdNameWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdNameWatch, mcpd_name_watch_free)

G_END_DECLS

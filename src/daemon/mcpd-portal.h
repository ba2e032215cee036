/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpdPortal:
 *
 * Tells the portal of the desktop which application the daemon is, on the daemon's own bus
 * connection, and again whenever another portal takes over. A portal that does not know of this is
 * left alone. Main context only.
 */
typedef struct _McpdPortal McpdPortal;

McpdPortal *mcpd_portal_new (GDBusConnection *connection);
void mcpd_portal_free (McpdPortal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdPortal, mcpd_portal_free)

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpOauthListenFunc:
 * @port: a port of this machine
 * @user_data: of whoever serves HTTP
 *
 * Has the daemon serve one more port, for browsers that come back there.
 *
 * Returns: whether it does
 */
typedef gboolean (*McpOauthListenFunc) (guint16 port, gpointer user_data);

G_END_DECLS

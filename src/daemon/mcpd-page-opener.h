/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void mcpd_page_opener_open (GDBusConnection *connection, const char *url);

G_END_DECLS

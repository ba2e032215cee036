/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_cli_since_parse (const char *text, gint64 now_us, gint64 *since_us, GError **error);

G_END_DECLS

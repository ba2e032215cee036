/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_cli_editor_run (const char *path, guint line, GError **error);
gboolean mcp_cli_editor_ask (const char *question, gboolean *yes);

G_END_DECLS

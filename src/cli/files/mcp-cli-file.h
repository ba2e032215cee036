/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_cli_file_read (const char *path, char **text, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *mcp_db_file_prepare (const char *path, GError **error);
char *mcp_db_file_set_aside (const char *path, GError **error);

G_END_DECLS

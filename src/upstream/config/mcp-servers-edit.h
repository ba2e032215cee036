/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcp_servers_edit_set_disabled (const char *text,
                                     const char *name,
                                     gboolean disabled,
                                     GError **error);

GHashTable *mcp_servers_edit_build_lines (const char *text);
guint mcp_servers_edit_find_line (GHashTable *lines, const char *file_name, const char *problem);

G_END_DECLS

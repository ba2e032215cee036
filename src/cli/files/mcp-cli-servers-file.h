/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *mcp_cli_servers_file_dup_path (void);
char *mcp_cli_servers_file_get_all (GError **error);
char *mcp_cli_servers_file_get_entry (const char *name, GError **error);
gboolean mcp_cli_servers_file_set_entry (const char *name,
                                         const char *entry,
                                         gboolean replace,
                                         GError **error);
gboolean mcp_cli_servers_file_set_disabled (const char *name, gboolean disabled, GError **error);
gboolean mcp_cli_servers_file_remove_entry (const char *name, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean mcp_cli_secrets_set (const char *name, const char *value, char **place, GError **error);
gboolean mcp_cli_secrets_remove (const char *name, GError **error);
char **mcp_cli_secrets_list (GError **error);

G_END_DECLS

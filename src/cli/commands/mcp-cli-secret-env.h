/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean
mcp_cli_secret_env_store (const char *server, char **keys, GStrv *environment, GError **error);
void mcp_cli_secret_env_forget (const char *server, char **keys);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcp_own_uri_build (const char *server_name, const char *uri);
gboolean mcp_own_uri_split (const char *uri, char **server_name, const char **own);

G_END_DECLS

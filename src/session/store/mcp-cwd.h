/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcp_cwd_choose (const char *cwd, const char *fallback, GError **error);
char *mcp_cwd_tidy (const char *path);
char *mcp_cwd_resolve (const char *path, GError **error);
char *mcp_cwd_resolve_known (const char *path);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char **mcp_environment_build (const char *const *base,
                              const char *const *configured,
                              const char *cwd,
                              GError **error);
char **mcp_environment_read_file (const char *path, GError **error);
char **mcp_environment_add (char **environment, const char *const *added, gboolean replace);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char **mcp_environment_build (const char *const *base,
                              const char *const *configured,
                              const char *cwd,
                              GError **error);

G_END_DECLS

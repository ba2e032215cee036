/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *
mcp_expand (const char *text, const char *cwd, const char *const *environment, GError **error);

G_END_DECLS

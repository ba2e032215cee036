/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcp_cwd_resolve (const char *cwd, const char *fallback, GError **error);

G_END_DECLS

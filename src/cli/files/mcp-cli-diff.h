/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcp_cli_diff (const char *path, const char *before, const char *after);

G_END_DECLS

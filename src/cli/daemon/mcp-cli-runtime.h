/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean mcp_cli_runtime_is_usable (const char *path);
void mcp_cli_runtime_adopt (void);

G_END_DECLS
